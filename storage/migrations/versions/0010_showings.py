"""Candidates of private drafts that their member shows: a stranger may start only from what everybody can see."""

from storage.migrations.ddl import run

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    run(
        """
        CREATE TABLE showings (
            candidate_id VARCHAR NOT NULL,
            seq INTEGER NOT NULL,
            message_id VARCHAR,
            CONSTRAINT pk_showings PRIMARY KEY (candidate_id, seq),
            CONSTRAINT fk_showings_candidate_id FOREIGN KEY (candidate_id) REFERENCES candidates (id),
            CONSTRAINT fk_showings_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq)
        )
        """
    )
