"""Pictures that members bring into a project: an erasure asks which files are a project's."""

from storage.migrations.ddl import run

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its index."""
    run(
        """
        CREATE TABLE attachments (
            seq INTEGER NOT NULL,
            project_id VARCHAR NOT NULL,
            media_sha256 VARCHAR NOT NULL,
            CONSTRAINT pk_attachments PRIMARY KEY (seq),
            CONSTRAINT fk_attachments_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_attachments_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_attachments_media_sha256 FOREIGN KEY (media_sha256) REFERENCES media (sha256)
        )
        """
    )
    run("CREATE INDEX ix_attachments_project_id ON attachments (project_id)")
