"""Where checkpoints were shown to members, and the stamps of calendars.

Both are tables of their own. `evidence_post` answers which checkpoint stands in a channel, so that none is posted
twice. `evidence_stamp` cannot be in `evidence_token`, which takes no change at all: a calendar first promises (pending)
and hours later names the block, and until then the file has to grow. Once nothing is owed any more it is sealed too.
"""

from storage.migrations.ddl import refuse, run

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; a stamp changes only while a calendar owes its answer."""
    run(
        """
        CREATE TABLE evidence_post (
            channel VARCHAR NOT NULL,
            size INTEGER NOT NULL,
            message VARCHAR NOT NULL,
            posted_at INTEGER NOT NULL,
            CONSTRAINT pk_evidence_post PRIMARY KEY (channel, size),
            CONSTRAINT fk_evidence_post_size FOREIGN KEY (size) REFERENCES evidence_checkpoint (size)
        )
        """
    )
    run(
        """
        CREATE TABLE evidence_stamp (
            size INTEGER NOT NULL,
            body BLOB NOT NULL,
            made_at INTEGER NOT NULL,
            asked_at INTEGER NOT NULL,
            settled_at INTEGER,
            CONSTRAINT pk_evidence_stamp PRIMARY KEY (size),
            CONSTRAINT fk_evidence_stamp_size FOREIGN KEY (size) REFERENCES evidence_checkpoint (size)
        )
        """
    )
    for table, act, when in (
        ("evidence_post", "UPDATE", ""),
        ("evidence_post", "DELETE", ""),
        ("evidence_stamp", "UPDATE", "OLD.settled_at IS NOT NULL OR NEW.size <> OLD.size"),
        ("evidence_stamp", "DELETE", ""),
    ):
        refuse(f"{table}_no_{act.lower()}", act, table, f"{table} is append-only", when)
