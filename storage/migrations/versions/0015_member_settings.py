"""What members set for themselves; read once at a start, and one row at a change."""

from storage.migrations.ddl import run

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    run(
        """
        CREATE TABLE member_settings (
            member_id VARCHAR NOT NULL,
            language VARCHAR,
            style VARCHAR,
            model VARCHAR,
            private BOOLEAN NOT NULL,
            updated_at INTEGER NOT NULL,
            CONSTRAINT pk_member_settings PRIMARY KEY (member_id),
            CONSTRAINT fk_member_settings_member_id FOREIGN KEY (member_id) REFERENCES members (id)
        )
        """
    )
