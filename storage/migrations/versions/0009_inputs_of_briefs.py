"""A brief takes several pictures, each in a role; the one that it could have so far was the image to work on."""

from storage.migrations.ddl import run

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, move what is there, and take the old column away."""
    run(
        """
        CREATE TABLE brief_inputs (
            brief_id VARCHAR NOT NULL,
            position INTEGER NOT NULL,
            role VARCHAR NOT NULL,
            seq INTEGER NOT NULL,
            media_sha256 VARCHAR NOT NULL,
            CONSTRAINT pk_brief_inputs PRIMARY KEY (brief_id, position),
            CONSTRAINT fk_brief_inputs_brief_id FOREIGN KEY (brief_id) REFERENCES briefs (id),
            CONSTRAINT fk_brief_inputs_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_brief_inputs_media_sha256 FOREIGN KEY (media_sha256) REFERENCES media (sha256)
        )
        """
    )
    # The event of an upload stands right before its brief's, in one submission.
    run(
        """
        INSERT INTO brief_inputs (brief_id, position, role, seq, media_sha256)
        SELECT id, 1, 'image', seq - 1, reference_sha256 FROM briefs WHERE reference_sha256 IS NOT NULL
        """
    )
    run("CREATE INDEX ix_brief_inputs_media_sha256 ON brief_inputs (media_sha256)")
    run("CREATE INDEX ix_brief_inputs_seq ON brief_inputs (seq)")
    run("ALTER TABLE briefs DROP COLUMN reference_sha256")
