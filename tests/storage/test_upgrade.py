"""A database of an older version is upgraded: a copy is kept, what is in it stays, and it matches the code's tables."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import postgres as on_server
from storage import sqlite
from storage.database import Place, Schema, migrate, schema_of, upgrade
from storage.errors import DatabaseMissing
from storage.tables import metadata
from tests.fixtures_postgres import PrivateServer


def _run(place: Place, *statements: str) -> list[Sequence[object]]:
    """Run some statements without asking what refers to what; return the rows of the last one."""

    def work(connection: Connection) -> list[Sequence[object]]:
        if isinstance(place, Path):
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        rows: list[Sequence[object]] = []
        for statement in statements:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        connection.commit()
        return rows

    return sqlite.blocking(place, work) if isinstance(place, Path) else on_server.blocking(place, work)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def empty(tmp_path: Path, request: pytest.FixtureRequest) -> Place:
    """Return a database without anything in it."""
    if request.param == "sqlite":
        return tmp_path / "colophon.db"
    server: PrivateServer = request.getfixturevalue("postgres")
    return server.empty()


@pytest.fixture
def first(empty: Place) -> Place:
    """Return a database of the first schema, with a draft in it."""
    upgrade(empty, "0001")
    _run(
        empty,
        *(
            f"INSERT INTO evidence_event (seq, leaf, h, project, pseq, type) VALUES ({n}, '', '', 'p', {n}, 'a.b')"  # noqa: S608
            for n in range(9)
        ),
        "INSERT INTO members (id, platform, platform_user_id, name, created_at) VALUES ('m', 'x', '1', 'Ann', 1)",
        "INSERT INTO projects (id, member_id, opened_seq, current, created_at) VALUES ('p', 'm', 0, 1, 1)",
        "INSERT INTO actors (project_id, member_id, actor) VALUES ('p', 'm', 'u')",
        "INSERT INTO media (sha256, mime, size_bytes, created_at) VALUES ('abc', 'image/png', 1, 1)",
        "INSERT INTO briefs (id, project_id, member_id, seq, params, reference_sha256, created_at)"
        " VALUES ('b', 'p', 'm', 7, '{}', 'abc', 1795000000000), ('c', 'p', 'm', 8, '{}', NULL, 1)",
        "INSERT INTO drafts (id, brief_id, model, took_ms, record, created_at) VALUES ('d', 'b', 'm', 5, '{}', 1)",
    )
    return empty


def test_the_first_schema_is_upgraded_and_its_content_stays(first: Place) -> None:
    assert schema_of(first) is Schema.OLDER
    migrate(first, init=False)
    assert schema_of(first) is Schema.CURRENT
    assert _run(first, "SELECT id, model, took_ms FROM drafts") == [("d", "m", 5)]
    assert _run(first, "SELECT project_id, actor, current FROM actors") == [("p", "u", 1)]
    if isinstance(first, Path):
        assert _run(first.with_name("colophon.db.before-0001"), "SELECT record FROM drafts") == [("{}",)]


def test_the_one_picture_of_a_brief_becomes_its_image(first: Place) -> None:
    migrate(first, init=False)
    inputs = _run(first, "SELECT brief_id, position, role, seq, media_sha256 FROM brief_inputs")
    assert inputs == [("b", 1, "image", 6, "abc")]
    assert _run(first, "SELECT id, seq FROM briefs ORDER BY id") == [("b", 7), ("c", 8)]


def test_the_plain_copy_of_members_words_is_gone(first: Place) -> None:
    migrate(first, init=False)
    with pytest.raises(Exception, match="record"):
        _run(first, "SELECT record FROM drafts")


def test_an_upgraded_database_is_what_the_code_expects(first: Place) -> None:
    migrate(first, init=False)

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    compare = sqlite.blocking if isinstance(first, Path) else on_server.blocking
    assert compare(first, differences) == []  # type: ignore[arg-type] # each takes the place that it was chosen for


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE evidence_event SET type = 'a.c' WHERE seq = 0", "never changed"),
        ("DELETE FROM evidence_event WHERE seq = 0", "never deleted"),
        ("INSERT INTO evidence_event SELECT 99, leaf, h, project, 99, type FROM evidence_event WHERE seq = 0", "a gap"),
        ("DELETE FROM evidence_stamp", "append-only"),
        ("UPDATE evidence_stamp SET asked_at = 2 WHERE size = 2", "append-only"),
    ],
)
def test_an_upgraded_database_refuses_what_a_new_one_does(first: Place, change: str, said: str) -> None:
    migrate(first, init=False)
    _run(
        first,
        "INSERT INTO evidence_checkpoint (size, note, issued) VALUES (1, '', 1), (2, '', 1)",
        "INSERT INTO evidence_stamp (size, body, made_at, asked_at, settled_at)"
        " VALUES (1, '', 1, 1, NULL), (2, '', 1, 1, 1)",
        # Only of what is still owed there is a change.
        "UPDATE evidence_stamp SET asked_at = 2 WHERE size = 1",
    )
    with pytest.raises(Exception, match=said):
        _run(first, change)


def test_an_empty_database_of_a_server_is_a_missing_one(empty: Place) -> None:
    assert schema_of(empty) is Schema.MISSING
    with pytest.raises(DatabaseMissing):
        migrate(empty, init=False)
    migrate(empty, init=True)
    assert schema_of(empty) is Schema.CURRENT
