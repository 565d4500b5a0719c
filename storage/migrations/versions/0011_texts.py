"""Drafts of texts: what is still to be written after a restart, the candidates of a card, and what was made of them.

Open ones are asked for at every start, by their state; all else goes by the number of a draft. The words themselves
are in the ledger alone.
"""

from storage.migrations.ddl import run

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the three tables and their indexes."""
    run(
        """
        CREATE TABLE text_drafts (
            id VARCHAR NOT NULL,
            project_id VARCHAR NOT NULL,
            member_id VARCHAR NOT NULL,
            seq INTEGER NOT NULL,
            params JSON NOT NULL,
            state VARCHAR NOT NULL,
            attempts INTEGER NOT NULL,
            delivery JSON NOT NULL,
            chosen_seq INTEGER,
            chosen_position INTEGER,
            took_ms INTEGER,
            created_at INTEGER NOT NULL,
            CONSTRAINT pk_text_drafts PRIMARY KEY (id),
            CONSTRAINT fk_text_drafts_project_id FOREIGN KEY (project_id) REFERENCES projects (id),
            CONSTRAINT fk_text_drafts_member_id FOREIGN KEY (member_id) REFERENCES members (id),
            CONSTRAINT fk_text_drafts_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_text_drafts_chosen_seq FOREIGN KEY (chosen_seq) REFERENCES evidence_event (seq)
        )
        """
    )
    run("CREATE INDEX ix_text_drafts_project_id_seq ON text_drafts (project_id, seq)")
    run("CREATE INDEX ix_text_drafts_state ON text_drafts (state)")
    run(
        """
        CREATE TABLE text_candidates (
            seq INTEGER NOT NULL,
            draft_id VARCHAR NOT NULL,
            position INTEGER NOT NULL,
            CONSTRAINT pk_text_candidates PRIMARY KEY (seq),
            CONSTRAINT fk_text_candidates_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_text_candidates_draft_id FOREIGN KEY (draft_id) REFERENCES text_drafts (id),
            CONSTRAINT uq_text_candidates_draft_id_position UNIQUE (draft_id, position)
        )
        """
    )
    run(
        """
        CREATE TABLE text_edits (
            seq INTEGER NOT NULL,
            draft_id VARCHAR NOT NULL,
            CONSTRAINT pk_text_edits PRIMARY KEY (seq),
            CONSTRAINT fk_text_edits_seq FOREIGN KEY (seq) REFERENCES evidence_event (seq),
            CONSTRAINT fk_text_edits_draft_id FOREIGN KEY (draft_id) REFERENCES text_drafts (id)
        )
        """
    )
    run("CREATE INDEX ix_text_edits_draft_id_seq ON text_edits (draft_id, seq)")
