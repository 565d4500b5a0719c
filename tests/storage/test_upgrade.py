"""A file of an older version is upgraded: a copy is kept, what is in it stays, and it matches the code's tables."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from storage.database import migrate, migrations_of
from storage.tables import metadata


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """Return a database of the first schema, with a draft in it."""
    path = tmp_path / "colophon.db"
    command.upgrade(migrations_of(path), "0001")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "INSERT INTO drafts (id, brief_id, model, took_ms, record, created_at) VALUES ('d', 'b', 'm', 5, '{}', 1)"
        )
    connection.close()
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_the_first_schema_is_upgraded_and_its_content_stays(first: Path) -> None:
    migrate(first, init=False)
    assert rows(first, "SELECT id, model, took_ms FROM drafts") == [("d", "m", 5)]
    assert rows(first.with_name("colophon.db.before-0001"), "SELECT record FROM drafts") == [("{}",)]


def test_the_plain_copy_of_members_words_is_gone(first: Path) -> None:
    migrate(first, init=False)
    columns = {name for _, name, *_ in rows(first, "PRAGMA table_info(drafts)")}
    assert "record" not in columns


def test_an_upgraded_file_is_what_the_code_expects(first: Path) -> None:
    migrate(first, init=False)
    engine = create_engine(f"sqlite:///{first}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
