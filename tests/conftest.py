"""Settings of all tests."""

import gc
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

# Takes its variable out of the environment before anything reads settings there.
import tests.pocket.specification  # noqa: F401
from storage import database, sqlite
from storage.darkroom.darkroom import Darkroom
from tests.faults.table import Outcome, row_of
from tests.secrets_kept import listening, nothing_secret_is_logged
from tests.side_by_side import pytest_xdist_make_scheduler, pytest_xdist_setupnodes

__all__ = ["listening", "nothing_secret_is_logged", "pytest_xdist_make_scheduler", "pytest_xdist_setupnodes"]

# How long an example takes says how busy the machine is, and no test is about that.
settings.register_profile("colophon", deadline=None)
settings.load_profile("colophon")


@pytest.fixture
def outcome(request: pytest.FixtureRequest) -> Iterator[Outcome]:
    """Return the row of docs/faults.md that a test is to assert; fail where it did not."""
    row = row_of(request.node)
    assert row is not None, "only a test with a row has an outcome"
    asserted = Outcome(row)
    yield asserted
    assert not asserted.unseen, f"nobody asserted what the row says of: {', '.join(asserted.unseen)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let no test carry a row that it does not assert."""
    for item in items:
        if row_of(item) is not None and "outcome" not in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid} has a row of docs/faults.md, and does not take its outcome")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what is there for good, as the bot's own process does.

    To go through the tests and all they import stops every server of this process for a second, again and again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def databases_are_made_for_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let every new database begin as a copy of one that the migrations made, and let no commit wait for the disk."""
    first = tmp_path_factory.mktemp("schema") / "new.db"
    migrate = database.migrate
    migrate(first, init=True)

    def copied(place: database.Place, *, init: bool) -> None:
        if init and isinstance(place, Path) and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(first, place)
        migrate(place, init=init)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", copied)
        # Nobody cuts the power of a test. What is killed is a process, and what it had committed the kernel keeps.
        patch.setattr(sqlite, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """Let all engines of a run share what they compiled: each would begin anew, and a test has two of its own."""
    compiled: dict[object, object] = {}

    def sharing(url: str, **options: Any) -> AsyncEngine:
        return create_async_engine(url, execution_options={"compiled_cache": compiled}, **options)

    with pytest.MonkeyPatch.context() as patch:
        # The dialect is a part of a statement's key, and no two engines have the same.
        patch.setattr(SQLiteDialect_aiosqlite, "__eq__", lambda dialect, other: type(dialect) is type(other))
        patch.setattr(SQLiteDialect_aiosqlite, "__hash__", lambda dialect: hash(type(dialect)))
        patch.setattr(sqlite, "create_async_engine", sharing)
        yield


@pytest.fixture
async def darkroom() -> AsyncIterator[Darkroom]:
    """Return a darkroom; its processes start with the first picture."""
    opened = Darkroom()
    yield opened
    await opened.close()
