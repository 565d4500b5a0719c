"""Time stamps on checkpoints, and hand-overs from one signing key to the next."""

from storage.migrations.ddl import refuse, run

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; they are part of the sealed record, so nothing in them changes."""
    run(
        """
        CREATE TABLE evidence_token (
            size INTEGER NOT NULL,
            source VARCHAR NOT NULL,
            body BLOB NOT NULL,
            stamped_at INTEGER NOT NULL,
            CONSTRAINT pk_evidence_token PRIMARY KEY (size, source),
            CONSTRAINT fk_evidence_token_size FOREIGN KEY (size) REFERENCES evidence_checkpoint (size)
        )
        """
    )
    run(
        """
        CREATE TABLE evidence_rotation (
            since INTEGER NOT NULL,
            vkey VARCHAR NOT NULL,
            note BLOB NOT NULL,
            CONSTRAINT pk_evidence_rotation PRIMARY KEY (since)
        )
        """
    )
    for table in ("evidence_token", "evidence_rotation"):
        for act in ("UPDATE", "DELETE"):
            refuse(f"{table}_no_{act.lower()}", act, table, f"{table} is append-only")
