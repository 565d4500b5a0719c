"""What members have appealed and how it was decided; and jobs by time, for the report of a server's use.

Moderators ask for the appeals of a server, open ones first; with every brief it is asked whether its member may send
it again. The report reads the jobs of some days.
"""

from storage.migrations.ddl import run

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and the indexes."""
    run(
        """
        CREATE TABLE appeals (
            about INTEGER NOT NULL,
            what VARCHAR NOT NULL,
            guild_id VARCHAR NOT NULL,
            member_id VARCHAR NOT NULL,
            project_id VARCHAR,
            rule VARCHAR,
            seq INTEGER NOT NULL,
            words VARCHAR,
            state VARCHAR NOT NULL,
            made_at INTEGER NOT NULL,
            decided_at INTEGER,
            decided_seq INTEGER,
            resent_seq INTEGER,
            CONSTRAINT pk_appeals PRIMARY KEY (about),
            CONSTRAINT fk_appeals_about FOREIGN KEY (about) REFERENCES evidence_event (seq),
            CONSTRAINT fk_appeals_member_id FOREIGN KEY (member_id) REFERENCES members (id),
            CONSTRAINT fk_appeals_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_appeals_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_appeals_decided_seq FOREIGN KEY (decided_seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_appeals_resent_seq FOREIGN KEY (resent_seq) REFERENCES evidence_event (seq)
        )
        """
    )
    run("CREATE INDEX ix_appeals_guild_id_state ON appeals (guild_id, state)")
    run("CREATE INDEX ix_appeals_member_id_state ON appeals (member_id, state)")
    run("CREATE INDEX ix_jobs_created_at ON jobs (created_at)")
