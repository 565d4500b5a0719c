"""Every table, in three kinds.

* **The sealed record** (`evidence_*`): never updated, never deleted; triggers refuse.
  Losing it is losing the evidence. Only a pending stamp may grow, until nothing is owed to it.
* **Working state** (members, projects, briefs, drafts, candidates, selections, jobs, media):
  updated at will, refers to events by their sequence number. A member's *words* are not here:
  they live once, encrypted, in `evidence_disclosure`.
* **Keys** (`subject_keys`, in a database file of its own with a shorter backup retention):
  deleting a row is what erasure means.

Times are integers, milliseconds since the Unix epoch, UTC.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the sealed record ---------------------------------------------------------------------------

evidence_event = Table(
    "evidence_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("project", String, nullable=False),
    Column("pseq", Integer, nullable=False),
    Column("type", String, nullable=False),
    UniqueConstraint("project", "pseq"),
)

evidence_node = Table(
    "evidence_node",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("idx", Integer, primary_key=True),
    Column("h", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

evidence_head = Table(
    "evidence_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("last_ts", Integer, nullable=False),
)

evidence_disclosure = Table(
    "evidence_disclosure",
    metadata,
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True),
    Column("field", String, primary_key=True),
    Column("key_id", String, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("ct", LargeBinary, nullable=False),
    Index(None, "key_id"),
)

evidence_checkpoint = Table(
    "evidence_checkpoint",
    metadata,
    # Two roots for one size must be impossible, so the size is the key.
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("note", LargeBinary, nullable=False),
    Column("issued", Integer, nullable=False),
)

evidence_token = Table(
    "evidence_token",
    metadata,
    Column("size", Integer, ForeignKey("evidence_checkpoint.size"), primary_key=True),
    # The authority, as its settings name it: several may stamp one checkpoint.
    Column("source", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    # What the token says, not when it came.
    Column("stamped_at", Integer, nullable=False),
)

evidence_stamp = Table(
    "evidence_stamp",
    metadata,
    Column("size", Integer, ForeignKey("evidence_checkpoint.size"), primary_key=True, autoincrement=False),
    # An OpenTimestamps file over the checkpoint's note, as it is today.
    Column("body", LargeBinary, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("asked_at", Integer, nullable=False),
    # Empty: a calendar still owes the block.
    Column("settled_at", Integer),
)

evidence_post = Table(
    "evidence_post",
    metadata,
    Column("channel", String, primary_key=True),
    Column("size", Integer, ForeignKey("evidence_checkpoint.size"), primary_key=True),
    Column("message", String, nullable=False),
    # What the message's number says: the platform's clock, not ours.
    Column("posted_at", Integer, nullable=False),
)

evidence_rotation = Table(
    "evidence_rotation",
    metadata,
    # The first size that the new key signs.
    Column("since", Integer, primary_key=True, autoincrement=False),
    Column("vkey", String, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

# --- working state -------------------------------------------------------------------------------

members = Table(
    "members",
    metadata,
    Column("id", String, primary_key=True),
    Column("platform", String, nullable=False),
    Column("platform_user_id", String, nullable=False),
    Column("name", String, nullable=False),
    Column("consented_at", Integer),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("platform", "platform_user_id"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", String, primary_key=True),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("guild_id", String),
    Column("opened_seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("current", Integer, nullable=False),
    Column("created_at", Integer, nullable=False),
    Index(None, "member_id", "created_at"),
)

actors = Table(
    "actors",
    metadata,
    Column("project_id", String, ForeignKey("projects.id"), primary_key=True),
    Column("member_id", String, ForeignKey("members.id"), primary_key=True),
    Column("actor", String, nullable=False, unique=True),
)

briefs = Table(
    "briefs",
    metadata,
    Column("id", String, primary_key=True),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("params", JSON, nullable=False),
    Column("reference_sha256", String),
    Column("created_at", Integer, nullable=False),
    Index(None, "project_id", "seq"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("brief_id", String, ForeignKey("briefs.id"), nullable=False),
    Column("model", String),
    Column("started_seq", Integer, ForeignKey("evidence_event.seq")),
    Column("made_at", Integer),
    Column("took_ms", Integer),
    Column("created_at", Integer, nullable=False),
    Index(None, "brief_id"),
)

candidates = Table(
    "candidates",
    metadata,
    Column("id", String, primary_key=True),
    Column("draft_id", String, ForeignKey("drafts.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("media_sha256", String, ForeignKey("media.sha256"), nullable=False),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    UniqueConstraint("draft_id", "position"),
)

selections = Table(
    "selections",
    metadata,
    Column("id", String, primary_key=True),
    Column("draft_id", String, ForeignKey("drafts.id"), nullable=False),
    # Empty: the member said "none of these".
    Column("candidate_id", String, ForeignKey("candidates.id")),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Index(None, "draft_id", "seq"),
)

attachments = Table(
    "attachments",
    metadata,
    # The event that brought the picture; what an erasure of its project has to delete.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("media_sha256", String, ForeignKey("media.sha256"), nullable=False),
    Index(None, "project_id"),
)

moderation_acts = Table(
    "moderation_acts",
    metadata,
    # The event of the log that records the act; what it was, whose and why is sealed there.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("guild_id", String, nullable=False),
    Index(None, "guild_id", "seq"),
)

notices = Table(
    "notices",
    metadata,
    # The event in the member's project that they are still to be told of; what it says is opened only then.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("due_at", Integer, nullable=False),
    Index(None, "due_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("draft_id", String, ForeignKey("drafts.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_owner", String),
    Column("lease_until", Integer),
    Column("delivery", JSON, nullable=False),
    Column("reason", String),
    Column("created_at", Integer, nullable=False),
    Column("started_at", Integer),
    Column("updated_at", Integer, nullable=False),
    # The dispatcher asks for open jobs, oldest first; a member's card asks for its draft's job.
    Index(None, "state", "created_at"),
    Index(None, "draft_id"),
)

media = Table(
    "media",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("mime", String, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("created_at", Integer, nullable=False),
    # Of a file that somebody brings without its marks. Gone with the picture: from prompt and seed one could make it.
    Column("pixels_sha256", String, index=True),
)

answer_ratings = Table(
    "answer_ratings",
    metadata,
    Column("message_id", String, primary_key=True),
    # A hash of the message and the member: one vote each, and nobody's name.
    Column("voter", String, primary_key=True),
    Column("channel_id", String, nullable=False),
    Column("guild_id", String),
    Column("facts", JSON, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", String),
    Column("rated_at", Integer, nullable=False),
    Index(None, "guild_id"),
)

# --- keys (their own file) -----------------------------------------------------------------------

keys_metadata = MetaData()

subject_keys = Table(
    "subject_keys",
    keys_metadata,
    Column("id", String, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("created_at", Integer, nullable=False),
    Column("destroyed_at", Integer),
)
