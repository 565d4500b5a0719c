"""What moderators did in a server, newest first, and what members are still to be told of it."""

from storage.migrations.ddl import run

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables and their indexes."""
    run(
        """
        CREATE TABLE moderation_acts (
            seq INTEGER NOT NULL,
            guild_id VARCHAR NOT NULL,
            CONSTRAINT pk_moderation_acts PRIMARY KEY (seq),
            CONSTRAINT fk_moderation_acts_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq)
        )
        """
    )
    run("CREATE INDEX ix_moderation_acts_guild_id_seq ON moderation_acts (guild_id, seq)")
    run(
        """
        CREATE TABLE notices (
            seq INTEGER NOT NULL,
            member_id VARCHAR NOT NULL,
            due_at INTEGER NOT NULL,
            CONSTRAINT pk_notices PRIMARY KEY (seq),
            CONSTRAINT fk_notices_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_notices_member_id FOREIGN KEY (member_id) REFERENCES members (id)
        )
        """
    )
    run("CREATE INDEX ix_notices_due_at ON notices (due_at)")
