"""Every table, in three kinds.

* **The sealed record** (`evidence_*`): never updated, never deleted; triggers refuse.
  Losing it is losing the evidence. Only a pending stamp may grow, until nothing is owed to it.
* **Working state** (members, projects, briefs, drafts, candidates, selections, texts, jobs, media):
  updated at will, refers to events by their sequence number. A member's *words* are not here:
  they live once, encrypted, in `evidence_disclosure`.
* **Keys** (`subject_keys`, in a database file of its own with a shorter backup retention):
  deleting a row is what erasure means.

Times are integers, milliseconds since the Unix epoch, UTC.
"""

import sqlalchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
)

# Of 64 bits wherever the database makes a difference.
Integer = BigInteger().with_variant(sqlalchemy.Integer(), "sqlite")

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

member_settings = Table(
    "member_settings",
    metadata,
    Column("member_id", String, ForeignKey("members.id"), primary_key=True),
    # Empty: what the chat platform says, and what the drafts server begins with.
    Column("language", String),
    Column("style", String),
    Column("model", String),
    Column("private", Boolean, nullable=False),
    Column("updated_at", Integer, nullable=False),
)

projects = Table(
    "projects",
    metadata,
    Column("id", String, primary_key=True),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("guild_id", String),
    Column("opened_seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("created_at", Integer, nullable=False),
    Index(None, "member_id", "created_at"),
)

actors = Table(
    "actors",
    metadata,
    Column("project_id", String, ForeignKey("projects.id"), primary_key=True),
    Column("member_id", String, ForeignKey("members.id"), primary_key=True),
    Column("actor", String, nullable=False, unique=True),
    Column("current", Integer, nullable=False, server_default="0"),
    # Who no longer works on it: their words and their pseudonym stay theirs.
    Column("left_seq", Integer, ForeignKey("evidence_event.seq")),
    Index(None, "member_id"),
)

share_offers = Table(
    "share_offers",
    metadata,
    # There only for as long as it is open: whoever says no leaves nothing behind.
    Column("id", String, primary_key=True),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    # On the chat platform: whoever is asked need not be a member yet.
    Column("user_id", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("created_at", Integer, nullable=False),
    UniqueConstraint("project_id", "user_id"),
    Index(None, "user_id"),
)

briefs = Table(
    "briefs",
    metadata,
    Column("id", String, primary_key=True),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("params", JSON, nullable=False),
    Column("created_at", Integer, nullable=False),
    Index(None, "project_id", "seq"),
    # What is left of a member's limit of drafts a day is counted with every brief.
    Index(None, "member_id", "created_at"),
)

brief_inputs = Table(
    "brief_inputs",
    metadata,
    Column("brief_id", String, ForeignKey("briefs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("role", String, nullable=False),
    # The event that recorded the picture: an upload right before the brief, or any earlier one of the project.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("media_sha256", String, ForeignKey("media.sha256"), nullable=False),
    # An erasure asks which briefs still name a file, and which wait for a picture that is gone.
    Index(None, "media_sha256"),
    Index(None, "seq"),
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
    # The time that a draft may take is told from the last few of its model.
    Index(None, "model", "made_at"),
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

showings = Table(
    "showings",
    metadata,
    Column("candidate_id", String, ForeignKey("candidates.id"), primary_key=True),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    # Where the card stands, once it does.
    Column("message_id", String),
)

text_drafts = Table(
    "text_drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    Column("params", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("delivery", JSON, nullable=False),
    # The event of the last choice, and what was chosen by it: 0 is none of them.
    Column("chosen_seq", Integer, ForeignKey("evidence_event.seq")),
    Column("chosen_position", Integer),
    Column("took_ms", Integer),
    Column("created_at", Integer, nullable=False),
    # The queue of texts, with leases and turns as of jobs below.
    Column("lease_owner", String),
    Column("lease_until", BigInteger),
    Column("started_at", BigInteger),
    Column("updated_at", BigInteger, nullable=False, server_default="0"),
    # Where it was asked for, "" in a direct message of somebody without a project: whose share it is (storage.turns).
    Column("guild_id", String, nullable=False, server_default=""),
    Column("cost", Integer, nullable=False, server_default="1"),
    # Since when it counts as asked for, among those of its member.
    Column("due_at", BigInteger, nullable=False, server_default="0"),
    # What the virtual clocks showed when it came, and whether they have gone on for it.
    Column("clock", BigInteger, nullable=False, server_default="0"),
    Column("server_clock", BigInteger, nullable=False, server_default="0"),
    Column("charged", Boolean, nullable=False, server_default=false()),
    # How often it was begun in vain, and why the last time.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_with", String),
    # From the lease under which it was made to its card on the chat platform.
    Column("busy_ms", Integer),
    Index(None, "project_id", "seq"),
    Index(None, "state"),
    Index(None, "state", "updated_at"),
)

text_candidates = Table(
    "text_candidates",
    metadata,
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("draft_id", String, ForeignKey("text_drafts.id"), nullable=False),
    Column("position", Integer, nullable=False),
    UniqueConstraint("draft_id", "position"),
)

text_edits = Table(
    "text_edits",
    metadata,
    # The event of what the member made of the candidates.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("draft_id", String, ForeignKey("text_drafts.id"), nullable=False),
    Index(None, "draft_id", "seq"),
)

attachments = Table(
    "attachments",
    metadata,
    # The event that brought the file, and its preview where it has one; what an erasure of its maker has to delete.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("media_sha256", String, ForeignKey("media.sha256"), primary_key=True),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Index(None, "project_id"),
)

publications = Table(
    "publications",
    metadata,
    # The event that says what was shown; where it stands, for as long as it does.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("project_id", String, ForeignKey("projects.id"), nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    Column("channel_id", String, nullable=False),
    # Empty: recorded, and not (or not surely) posted.
    Column("message_id", String),
    Column("withdrawn_seq", Integer, ForeignKey("evidence_event.seq")),
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

standings = Table(
    "standings",
    metadata,
    Column("guild_id", String, primary_key=True),
    # Not the member's row, which an erasure empties: see storage.standing.
    Column("person", String, primary_key=True),
    # Empty: until it is lifted.
    Column("until", Integer),
    # The act in the log, which has the reason.
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
)

server_settings = Table(
    "server_settings",
    metadata,
    Column("guild_id", String, primary_key=True),
    # The channels in which members may draft; none: all.
    Column("channels", JSON, nullable=False),
    Column("showcase_channel", String),
    Column("witness_channel", String),
    Column("keep_days", Integer),
    # Until then the rule above erases nothing: members first hear of it.
    Column("keep_from", Integer, nullable=False),
    # Roles that may look at the record beside those who manage the server.
    Column("exporters", JSON, nullable=False),
    Column("age_restricted", Boolean, nullable=False),
)

server_limits = Table(
    "server_limits",
    metadata,
    Column("guild_id", String, primary_key=True),
    # `everyone`, `role:<number>` or `member:<our own id>`.
    Column("subject", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

server_terms = Table(
    "server_terms",
    metadata,
    Column("guild_id", String, primary_key=True),
    Column("term", String, primary_key=True),
)

appeals = Table(
    "appeals",
    metadata,
    # The refused brief, or the act of the log that blocked: one appeal against each.
    Column("about", Integer, ForeignKey("evidence_event.seq"), primary_key=True, autoincrement=False),
    Column("what", String, nullable=False),
    Column("guild_id", String, nullable=False),
    Column("member_id", String, ForeignKey("members.id"), nullable=False),
    # The project that has the appeal's event; empty: the log has it.
    Column("project_id", String, ForeignKey("projects.id")),
    # The rule that a brief broke.
    Column("rule", String),
    Column("seq", Integer, ForeignKey("evidence_event.seq"), nullable=False),
    # Only of somebody who has no project: of all others they are in the ledger.
    Column("words", String),
    Column("state", String, nullable=False),
    Column("made_at", Integer, nullable=False),
    Column("decided_at", Integer),
    # The act in the log, which has the reason.
    Column("decided_seq", Integer, ForeignKey("evidence_event.seq")),
    # The brief for which a granted exemption was used.
    Column("resent_seq", Integer, ForeignKey("evidence_event.seq")),
    Index(None, "guild_id", "state"),
    Index(None, "member_id", "state"),
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
    # Where it was asked for, "" in a direct message of somebody without a project: whose share it is (storage.turns).
    Column("guild_id", String, nullable=False, server_default=""),
    Column("cost", Integer, nullable=False, server_default="1"),
    # Since when it counts as asked for, among those of its member.
    Column("due_at", BigInteger, nullable=False, server_default="0"),
    # What the virtual clocks showed when it came, and whether they have gone on for it.
    Column("clock", BigInteger, nullable=False, server_default="0"),
    Column("server_clock", BigInteger, nullable=False, server_default="0"),
    Column("charged", Boolean, nullable=False, server_default=false()),
    # How often it was begun in vain, and why the last time.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_with", String),
    # From the lease under which it was made to its card on the chat platform.
    Column("busy_ms", Integer),
    # The dispatcher asks for open jobs, oldest first; a member's card asks for its draft's job.
    Index(None, "state", "created_at"),
    Index(None, "draft_id"),
    # A server's use of some days is counted.
    Index(None, "created_at"),
    # How long the last ones took is told to those who wait.
    Index(None, "state", "updated_at"),
)

server_turns = Table(
    "server_turns",
    metadata,
    # Pictures and texts are made by different models: whoever has had much of one may have none of the other.
    Column("queue", String, primary_key=True),
    Column("guild_id", String, primary_key=True),
    # Up to when it was served, by the virtual clock (storage.turns); the clock shows the highest.
    Column("served", BigInteger, nullable=False),
    Index(None, "queue", "served"),
)

member_turns = Table(
    "member_turns",
    metadata,
    Column("queue", String, primary_key=True),
    Column("guild_id", String, primary_key=True),
    Column("member_id", String, ForeignKey("members.id"), primary_key=True),
    Column("served", BigInteger, nullable=False),
    Index(None, "queue", "guild_id", "served"),
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
