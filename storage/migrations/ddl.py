"""What the migrations say, for either database: they are written in SQLite's words, and put into PostgreSQL's here."""

import re
from typing import Final

import sqlalchemy as sa
from alembic import op

_IN_POSTGRES: Final = (
    # Milliseconds since 1970 and seeds of 63 bits do not fit into its INTEGER.
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    # Sorted by their bytes, as SQLite does, whatever language the server was set up in.
    (re.compile(r"\bVARCHAR\b"), 'VARCHAR COLLATE "C"'),
    (re.compile(r"\bWITHOUT ROWID\b"), ""),
)


def string() -> sa.String:
    """Return the type of short words, for a column: sorted by their bytes, as `run` has it."""
    return sa.String().with_variant(sa.String(collation="C"), "postgresql")


def integer() -> sa.BigInteger:
    """Return the type of a whole number, for a column: of 64 bits in either database."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def run(statement: str) -> None:
    """Run a statement that makes or changes tables."""
    if _on_postgres():
        for pattern, words in _IN_POSTGRES:
            statement = pattern.sub(words, statement)
    op.execute(statement)


def refuse(name: str, act: str, table: str, said: str, when: str = "") -> None:
    """Make a trigger that refuses an act (INSERT, UPDATE, DELETE) on the rows of a table, or on those with `when`.

    `when` may ask the database, and uses `IS NOT` only between values: it becomes `IS DISTINCT FROM`.
    """
    if not _on_postgres():
        condition = f"WHEN {when} " if when else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} {condition}BEGIN SELECT RAISE(ABORT, '{said}'); END")
        return
    condition = re.sub(r"\bIS NOT (?!NULL\b)", "IS DISTINCT FROM ", when) or "TRUE"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{said}'; END IF; RETURN {'OLD' if act == 'DELETE' else 'NEW'}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def free_name(table: str, constraint: str) -> None:
    """Let the name of a key of a table that was renamed be used again: PostgreSQL has it only once a schema."""
    if _on_postgres():
        op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {constraint} TO {constraint}_before")


def _on_postgres() -> bool:
    return op.get_context().dialect.name == "postgresql"
