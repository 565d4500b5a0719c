"""Who makes a project together, which files an event brought, and where a finished piece was shown.

Queries served: the projects that a member works on and the current one of them; who is asked to join in; what an
erasure of one maker has to delete; the message of a publication, to take it down again.
"""

from storage.migrations.ddl import free_name, run

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a maker have a current project of their own, an event several files, and make the two new tables."""
    run("ALTER TABLE actors ADD COLUMN current INTEGER NOT NULL DEFAULT 0")
    run("ALTER TABLE actors ADD COLUMN left_seq INTEGER REFERENCES evidence_event (seq)")
    run(
        """
        UPDATE actors SET current = (
            SELECT projects.current FROM projects
            WHERE projects.id = actors.project_id AND projects.member_id = actors.member_id
        )
        """
    )
    run("CREATE INDEX ix_actors_member_id ON actors (member_id)")
    run("ALTER TABLE projects DROP COLUMN current")
    _several_files()
    run(
        """
        CREATE TABLE share_offers (
            id VARCHAR NOT NULL,
            project_id VARCHAR NOT NULL,
            user_id VARCHAR NOT NULL,
            actor VARCHAR NOT NULL,
            seq INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            CONSTRAINT pk_share_offers PRIMARY KEY (id),
            CONSTRAINT fk_share_offers_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_share_offers_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT uq_share_offers_project_id_user_id UNIQUE (project_id, user_id)
        )
        """
    )
    run("CREATE INDEX ix_share_offers_user_id ON share_offers (user_id)")
    run(
        """
        CREATE TABLE publications (
            seq INTEGER NOT NULL,
            project_id VARCHAR NOT NULL,
            member_id VARCHAR NOT NULL,
            channel_id VARCHAR NOT NULL,
            message_id VARCHAR,
            withdrawn_seq INTEGER,
            CONSTRAINT pk_publications PRIMARY KEY (seq),
            CONSTRAINT fk_publications_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_publications_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_publications_member_id FOREIGN KEY (member_id) REFERENCES members (id),
            CONSTRAINT fk_publications_withdrawn_seq FOREIGN KEY (withdrawn_seq) REFERENCES evidence_event (seq)
        )
        """
    )
    run("CREATE INDEX ix_publications_project_id ON publications (project_id)")


def _several_files() -> None:
    """Let an event bring a document and its preview, each as whose it is; SQLite makes a key anew by a copy."""
    run("ALTER TABLE attachments RENAME TO attachments_before")
    free_name("attachments_before", "pk_attachments")
    run("DROP INDEX ix_attachments_project_id")
    run(
        """
        CREATE TABLE attachments (
            seq INTEGER NOT NULL,
            media_sha256 VARCHAR NOT NULL,
            project_id VARCHAR NOT NULL,
            member_id VARCHAR NOT NULL,
            CONSTRAINT pk_attachments PRIMARY KEY (seq, media_sha256),
            CONSTRAINT fk_attachments_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_attachments_media_sha256 FOREIGN KEY (media_sha256) REFERENCES media (sha256),
            CONSTRAINT fk_attachments_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_attachments_member_id FOREIGN KEY (member_id) REFERENCES members (id)
        )
        """
    )
    run(
        """
        INSERT INTO attachments (seq, media_sha256, project_id, member_id)
        SELECT seq, media_sha256, project_id, projects.member_id FROM attachments_before
        JOIN projects ON projects.id = project_id
        """
    )
    run("DROP TABLE attachments_before")
    run("CREATE INDEX ix_attachments_project_id ON attachments (project_id)")
