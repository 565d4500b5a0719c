"""Whose turn it is in the queues of pictures and of texts, leases of texts as of pictures, and counted failures.

A lease takes what is next by the virtual clocks of servers and members (storage.turns), in one query over the few rows
that wait. Drafts that wait already are their server's; those that were made before have no share any more.
How long the next draft of a model may take is read from the newest ones of it.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.ddl import integer, string

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _turn() -> Iterator[sa.Column[Any]]:
    """Yield the columns of whose turn a job is, and of how it went."""
    yield sa.Column("guild_id", string(), nullable=False, server_default="")
    yield sa.Column("cost", integer(), nullable=False, server_default="1")
    yield sa.Column("due_at", sa.BigInteger(), nullable=False, server_default="0")
    yield sa.Column("clock", sa.BigInteger(), nullable=False, server_default="0")
    yield sa.Column("server_clock", sa.BigInteger(), nullable=False, server_default="0")
    yield sa.Column("charged", sa.Boolean(), nullable=False, server_default=sa.false())
    yield sa.Column("failures", integer(), nullable=False, server_default="0")
    yield sa.Column("failed_with", string())
    yield sa.Column("busy_ms", integer())


def _lease() -> Iterator[sa.Column[Any]]:
    """Yield the columns of who works on a text."""
    yield sa.Column("lease_owner", string())
    yield sa.Column("lease_until", sa.BigInteger())
    yield sa.Column("started_at", sa.BigInteger())
    yield sa.Column("updated_at", sa.BigInteger(), nullable=False, server_default="0")


def upgrade() -> None:
    """Add the columns, the tables and the indexes."""
    for column in _turn():
        op.add_column("jobs", column)
    for column in (*_lease(), *_turn()):
        op.add_column("text_drafts", column)
    op.create_table(
        "server_turns",
        sa.Column("queue", string(), nullable=False),
        sa.Column("guild_id", string(), nullable=False),
        sa.Column("served", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "guild_id", name="pk_server_turns"),
    )
    op.create_table(
        "member_turns",
        sa.Column("queue", string(), nullable=False),
        sa.Column("guild_id", string(), nullable=False),
        sa.Column("member_id", string(), nullable=False),
        sa.Column("served", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_member_turns_member_id"),
        sa.PrimaryKeyConstraint("queue", "guild_id", "member_id", name="pk_member_turns"),
    )
    op.create_index("ix_server_turns_queue_served", "server_turns", ["queue", "served"])
    op.create_index("ix_member_turns_queue_guild_id_served", "member_turns", ["queue", "guild_id", "served"])
    op.create_index("ix_jobs_state_updated_at", "jobs", ["state", "updated_at"])
    op.create_index("ix_text_drafts_state_updated_at", "text_drafts", ["state", "updated_at"])
    op.create_index("ix_drafts_model_made_at", "drafts", ["model", "made_at"])
    op.execute("INSERT INTO server_turns (queue, guild_id, served) VALUES ('pictures', '*', 0), ('texts', '*', 0)")
    _place("jobs", "'queued', 'running'")
    _place("text_drafts", "'open'")


def _place(table: str, waiting: str) -> None:
    """Say of what waits where it was asked for; a direct message says nothing of it and stays by itself."""
    connection = op.get_bind()
    # The names are this file's own.
    query = f"SELECT id, delivery FROM {table} WHERE state IN ({waiting})"  # noqa: S608 # nosec B608
    rows = connection.execute(sa.text(query)).all()
    for row in rows:
        delivery = json.loads(row.delivery) if isinstance(row.delivery, str) else row.delivery
        guild = delivery.get("guild_id") or ""
        place = sa.text(f"UPDATE {table} SET guild_id = :guild WHERE id = :id")  # noqa: S608 # nosec B608
        connection.execute(place, {"guild": guild, "id": row.id})
