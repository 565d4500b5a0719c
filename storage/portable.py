"""SQL that the databases say differently; all else is SQLAlchemy's, and the same on both."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

__all__ = ["leaf_time", "numbered", "upsert"]
# `upsert`: what PostgreSQL's `insert` can do on a conflict, SQLite's can too, and it is compiled for either.


class leaf_time(GenericFunction[str]):  # noqa: N801 - it is written as a function of SQL
    """The time in the bytes of a leaf, as `iso_ms` writes it."""

    type = String()
    inherit_cache = True


@compiles(leaf_time, "sqlite")
def _on_sqlite(element: leaf_time, compiler: Any, **options: Any) -> str:
    return f"json_extract(CAST({compiler.process(element.clauses, **options)} AS TEXT), '$.ts')"


@compiles(leaf_time, "postgresql")
def _on_postgres(element: leaf_time, compiler: Any, **options: Any) -> str:
    return f"(convert_from({compiler.process(element.clauses, **options)}, 'UTF8')::json ->> 'ts')"


@lru_cache(maxsize=32)
def numbered(statement: str) -> str:
    """Return a statement of ours whose values are `?` with them as `$1`, `$2`, as PostgreSQL's protocol has it."""
    numbers = iter(range(1, statement.count("?") + 1))
    return re.sub(r"\?", lambda _: f"${next(numbers)}", statement)
