"""Fixtures: a store in a folder of its own, checked to the last hash after every test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from storage.evidence.merkle import leaf_hash
from storage.evidence.notes import Checkpoint, VerifierKey
from storage.evidence.tree import root_at
from storage.members import Member
from storage.postgres import Server
from storage.projects import Project
from storage.serving import ALL
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_checkpoint, evidence_event, evidence_head
from tests.fixtures_postgres import PrivateServer, postgres  # noqa: F401

_ON_SQLITE_ALONE: Final = (
    # What is done with what was read, or with files: no database makes a difference.
    "credentials",
    "dossier",
    "film",
    "hands",
    "marking",
    "marks",
    "pictures",
    "receipts",
    "tamperings",
    "visible",
    "witnesses",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what has a store on both databases, except where it is about something else."""
    if "database" not in metafunc.fixturenames:
        return
    alone = any(name in metafunc.module.__name__ for name in _ON_SQLITE_ALONE)
    alone |= metafunc.definition.get_closest_marker("of_a_file") is not None
    both = [pytest.param("postgresql", marks=pytest.mark.slow)] * (not alone)
    metafunc.parametrize("database", ["sqlite", *both], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Server | None:
    """Return a database of a server for a store, or None where it is to be a file."""
    if request.param == "sqlite":
        return None
    server: PrivateServer = request.getfixturevalue("postgres")
    return server.new()


@pytest.fixture
def config(tmp_path: Path, database: Server | None) -> StorageConfig:
    """Return the place of a store that does not exist yet."""
    if database is None:
        return StorageConfig(tmp_path / "data")
    return StorageConfig(tmp_path / "data", server=database, shard=ALL, patience_s=0.0)


@pytest.fixture
async def store(config: StorageConfig) -> AsyncIterator[Store]:
    """Return an open store; no test can leave a broken chain unnoticed."""
    opened = await open_store(config, init=True)
    yield opened
    await check_everything(opened)
    await opened.close()


@pytest.fixture
async def ann(store: Store) -> Member:
    """Return a member who agreed."""
    member = await store.members.meet("discord", "1001", "Ann")
    return await store.privacy.agree(member, [])


@pytest.fixture
async def project(store: Store, ann: Member) -> Project:
    """Return Ann's open project."""
    opened, _ = await store.projects.open(ann, "Boats", guild_id="9")
    return opened


async def check_everything(store: Store) -> None:
    """Recompute every leaf hash, the head and every checkpoint from the leaves alone."""
    async with store.database.read() as connection:
        rows = (await connection.execute(select(evidence_event).order_by(evidence_event.c.seq))).all()
        head = (await connection.execute(select(evidence_head))).one()
        notes = (await connection.scalars(select(evidence_checkpoint.c.note))).all()
        assert [row.seq for row in rows] == list(range(head.size))
        assert all(leaf_hash(row.leaf) == row.h for row in rows)
        key = VerifierKey.parse(store.ledger.vkey)
        for note in notes:
            signed = Checkpoint.open(note.decode(), key)
            assert signed.root == await root_at(connection, signed.size)
