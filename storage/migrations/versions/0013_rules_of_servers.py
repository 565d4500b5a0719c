"""What moderators decide: who is blocked where, and a server's settings, limits and terms.

All of it is read whole at a start. The index serves the count of a member's briefs of the last day.
"""

from storage.migrations.ddl import run

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the four tables, and the index of briefs."""
    run(
        """
        CREATE TABLE standings (
            guild_id VARCHAR NOT NULL,
            person VARCHAR NOT NULL,
            until INTEGER,
            seq INTEGER NOT NULL,
            CONSTRAINT pk_standings PRIMARY KEY (guild_id, person),
            CONSTRAINT fk_standings_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq)
        )
        """
    )
    run(
        """
        CREATE TABLE server_settings (
            guild_id VARCHAR NOT NULL,
            channels JSON NOT NULL,
            showcase_channel VARCHAR,
            witness_channel VARCHAR,
            keep_days INTEGER,
            keep_from INTEGER NOT NULL,
            exporters JSON NOT NULL,
            age_restricted BOOLEAN NOT NULL,
            CONSTRAINT pk_server_settings PRIMARY KEY (guild_id)
        )
        """
    )
    run(
        """
        CREATE TABLE server_limits (
            guild_id VARCHAR NOT NULL,
            subject VARCHAR NOT NULL,
            name VARCHAR NOT NULL,
            value INTEGER NOT NULL,
            CONSTRAINT pk_server_limits PRIMARY KEY (guild_id, subject, name)
        )
        """
    )
    run(
        """
        CREATE TABLE server_terms (
            guild_id VARCHAR NOT NULL,
            term VARCHAR NOT NULL,
            CONSTRAINT pk_server_terms PRIMARY KEY (guild_id, term)
        )
        """
    )
    run("CREATE INDEX ix_briefs_member_id_created_at ON briefs (member_id, created_at)")
