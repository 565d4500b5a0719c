"""The first schema.

Serves: the ledger with its guards (events are inserted in order and never changed), and the working
state that refers to events by number. The triggers guard against our own mistakes; what guards
against an operator is the tree and what others hold of it.
"""

from storage.migrations.ddl import refuse, run

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """CREATE TABLE evidence_checkpoint (
        size INTEGER NOT NULL,
        note BLOB NOT NULL,
        issued INTEGER NOT NULL,
        CONSTRAINT pk_evidence_checkpoint PRIMARY KEY (size)
    )
    """,
    """CREATE TABLE evidence_event (
        seq INTEGER NOT NULL,
        leaf BLOB NOT NULL,
        h BLOB NOT NULL,
        project VARCHAR NOT NULL,
        pseq INTEGER NOT NULL,
        type VARCHAR NOT NULL,
        CONSTRAINT pk_evidence_event PRIMARY KEY (seq),
        CONSTRAINT uq_evidence_event_project_pseq UNIQUE (project, pseq)
    )
    """,
    """CREATE TABLE evidence_head (
        id INTEGER NOT NULL,
        origin VARCHAR NOT NULL,
        size INTEGER NOT NULL,
        frontier BLOB NOT NULL,
        last_ts INTEGER NOT NULL,
        CONSTRAINT pk_evidence_head PRIMARY KEY (id)
    )
    """,
    """CREATE TABLE evidence_node (
        level INTEGER NOT NULL,
        idx INTEGER NOT NULL,
        h BLOB NOT NULL,
        CONSTRAINT pk_evidence_node PRIMARY KEY (level, idx)
    )
     WITHOUT ROWID
    """,
    """CREATE TABLE media (
        sha256 VARCHAR NOT NULL,
        mime VARCHAR NOT NULL,
        size_bytes INTEGER NOT NULL,
        width INTEGER,
        height INTEGER,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_media PRIMARY KEY (sha256)
    )
    """,
    """CREATE TABLE members (
        id VARCHAR NOT NULL,
        platform VARCHAR NOT NULL,
        platform_user_id VARCHAR NOT NULL,
        name VARCHAR NOT NULL,
        consented_at INTEGER,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_members PRIMARY KEY (id),
        CONSTRAINT uq_members_platform_platform_user_id UNIQUE (platform, platform_user_id)
    )
    """,
    """CREATE TABLE evidence_disclosure (
        seq INTEGER NOT NULL,
        field VARCHAR NOT NULL,
        key_id VARCHAR NOT NULL,
        nonce BLOB NOT NULL,
        ct BLOB NOT NULL,
        CONSTRAINT pk_evidence_disclosure PRIMARY KEY (seq, field),
        CONSTRAINT fk_evidence_disclosure_seq FOREIGN KEY(seq) REFERENCES evidence_event (seq)
    )
    """,
    "CREATE INDEX ix_evidence_disclosure_key_id ON evidence_disclosure (key_id)",
    """CREATE TABLE projects (
        id VARCHAR NOT NULL,
        member_id VARCHAR NOT NULL,
        guild_id VARCHAR,
        opened_seq INTEGER NOT NULL,
        current INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_projects PRIMARY KEY (id),
        CONSTRAINT fk_projects_member_id FOREIGN KEY(member_id) REFERENCES members (id),
        CONSTRAINT fk_projects_opened_seq FOREIGN KEY(opened_seq) REFERENCES evidence_event (seq)
    )
    """,
    "CREATE INDEX ix_projects_member_id_created_at ON projects (member_id, created_at)",
    """CREATE TABLE actors (
        project_id VARCHAR NOT NULL,
        member_id VARCHAR NOT NULL,
        actor VARCHAR NOT NULL,
        CONSTRAINT pk_actors PRIMARY KEY (project_id, member_id),
        CONSTRAINT fk_actors_project_id FOREIGN KEY(project_id) REFERENCES projects (id),
        CONSTRAINT fk_actors_member_id FOREIGN KEY(member_id) REFERENCES members (id),
        CONSTRAINT uq_actors_actor UNIQUE (actor)
    )
    """,
    """CREATE TABLE briefs (
        id VARCHAR NOT NULL,
        project_id VARCHAR NOT NULL,
        member_id VARCHAR NOT NULL,
        seq INTEGER NOT NULL,
        params JSON NOT NULL,
        reference_sha256 VARCHAR,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_briefs PRIMARY KEY (id),
        CONSTRAINT fk_briefs_project_id FOREIGN KEY(project_id) REFERENCES projects (id),
        CONSTRAINT fk_briefs_member_id FOREIGN KEY(member_id) REFERENCES members (id),
        CONSTRAINT fk_briefs_seq FOREIGN KEY(seq) REFERENCES evidence_event (seq)
    )
    """,
    "CREATE INDEX ix_briefs_project_id_seq ON briefs (project_id, seq)",
    """CREATE TABLE drafts (
        id VARCHAR NOT NULL,
        brief_id VARCHAR NOT NULL,
        model VARCHAR,
        started_seq INTEGER,
        made_at INTEGER,
        took_ms INTEGER,
        record JSON,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_drafts PRIMARY KEY (id),
        CONSTRAINT fk_drafts_brief_id FOREIGN KEY(brief_id) REFERENCES briefs (id),
        CONSTRAINT fk_drafts_started_seq FOREIGN KEY(started_seq) REFERENCES evidence_event (seq)
    )
    """,
    "CREATE INDEX ix_drafts_brief_id ON drafts (brief_id)",
    """CREATE TABLE candidates (
        id VARCHAR NOT NULL,
        draft_id VARCHAR NOT NULL,
        position INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        media_sha256 VARCHAR NOT NULL,
        seq INTEGER NOT NULL,
        CONSTRAINT pk_candidates PRIMARY KEY (id),
        CONSTRAINT uq_candidates_draft_id_position UNIQUE (draft_id, position),
        CONSTRAINT fk_candidates_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (id),
        CONSTRAINT fk_candidates_media_sha256 FOREIGN KEY(media_sha256) REFERENCES media (sha256),
        CONSTRAINT fk_candidates_seq FOREIGN KEY(seq) REFERENCES evidence_event (seq)
    )
    """,
    """CREATE TABLE jobs (
        id VARCHAR NOT NULL,
        draft_id VARCHAR NOT NULL,
        member_id VARCHAR NOT NULL,
        state VARCHAR NOT NULL,
        attempts INTEGER NOT NULL,
        lease_owner VARCHAR,
        lease_until INTEGER,
        delivery JSON NOT NULL,
        reason VARCHAR,
        created_at INTEGER NOT NULL,
        started_at INTEGER,
        updated_at INTEGER NOT NULL,
        CONSTRAINT pk_jobs PRIMARY KEY (id),
        CONSTRAINT fk_jobs_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (id),
        CONSTRAINT fk_jobs_member_id FOREIGN KEY(member_id) REFERENCES members (id)
    )
    """,
    "CREATE INDEX ix_jobs_draft_id ON jobs (draft_id)",
    "CREATE INDEX ix_jobs_state_created_at ON jobs (state, created_at)",
    """CREATE TABLE selections (
        id VARCHAR NOT NULL,
        draft_id VARCHAR NOT NULL,
        candidate_id VARCHAR,
        seq INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        CONSTRAINT pk_selections PRIMARY KEY (id),
        CONSTRAINT fk_selections_draft_id FOREIGN KEY(draft_id) REFERENCES drafts (id),
        CONSTRAINT fk_selections_candidate_id FOREIGN KEY(candidate_id) REFERENCES candidates (id),
        CONSTRAINT fk_selections_seq FOREIGN KEY(seq) REFERENCES evidence_event (seq)
    )
    """,
    "CREATE INDEX ix_selections_draft_id_seq ON selections (draft_id, seq)",
)


def upgrade() -> None:
    """Create the tables and the guards."""
    for statement in _TABLES:
        run(statement)
    refuse("evidence_event_no_update", "UPDATE", "evidence_event", "events are never changed")
    refuse("evidence_event_no_delete", "DELETE", "evidence_event", "events are never deleted")
    # INSERT OR REPLACE fires no delete trigger, so the order guard is what stops it.
    refuse(
        "evidence_event_in_order",
        "INSERT",
        "evidence_event",
        "events are numbered without a gap",
        "NEW.seq IS NOT (SELECT COALESCE(MAX(seq) + 1, 0) FROM evidence_event)",
    )
