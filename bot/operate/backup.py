"""`colophon backup` and `colophon restore`: copies of the data folder while the bot runs, and bringing one back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.errors import OperatorError

if TYPE_CHECKING:
    from storage.evidence.audit import Audited

T = TypeVar("T")

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]
Data = Annotated[Path | None, typer.Option(help="The data folder; overrides storage.data.")]


def backup(
    to: Annotated[Path, typer.Argument(help="The folder that holds the backups, on another disk.")],
    config: Config = None,
    data: Data = None,
) -> None:
    """Copy everything that lasts, while the bot runs or not."""
    from bot.settings import load_settings
    from storage.backup import make_backup

    settings = load_settings(config)
    source = data or settings.storage.data
    if settings.storage.database is not None:
        raise OperatorError(
            f"the database is on a server: copy it with pg_dump first, then {source}/keys, published.note and media. "
            'The commands are in docs/operation.md, "A larger database".'
        )
    made = _mended(lambda: make_backup(source, to))
    typer.echo(
        f"{made.folder}: {made.events} events, {made.pictures} pictures ({made.new_pictures} new). It holds the keys "
        "of the log and of what members wrote: keep it as safe as the data itself. Older backups keep readable "
        "what was erased since, so delete them after a short time."
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="One backup: the folder with backup.json in it.")],
    to: Annotated[Path, typer.Option(help="The new data folder; it must not exist, or be empty.")],
) -> None:
    """Bring a backup back into a new data folder, and check its whole log against what was signed."""
    from storage.backup import restore_backup

    _mended(lambda: restore_backup(folder, to))
    found = asyncio.run(_audited(to))
    typer.echo(
        f"{to}: {found.events} events of {found.origin}, all of them as they were signed; the newest of "
        f"{found.checkpoints} checkpoints covers {found.signed}. Set storage.data to it and start. What was recorded "
        "after this backup is lost: whoever holds a receipt of it can show that it is missing, so tell your members."
    )


async def _audited(data: Path) -> "Audited":
    """Check the whole log of a data folder; raise OperatorError with what does not fit."""
    from storage.database import Database
    from storage.errors import LedgerMismatch
    from storage.evidence.audit import audit

    database = Database(data / "colophon.db")
    try:
        return await audit(database, data / "keys")
    except (LedgerMismatch, FileNotFoundError) as error:
        raise OperatorError(
            f"{data} was restored, but its log is not what was signed: {error}. Do not start with it; "
            "try an older backup."
        ) from error
    finally:
        await database.close()


def _mended(work: Callable[[], T]) -> T:
    """Do some work of storage; what stops it becomes one line that says how to mend it."""
    from storage.errors import DatabaseMissing, StorageError

    try:
        return work()
    except DatabaseMissing as error:
        raise OperatorError(f"there is no database at {error}; check storage.data.") from error
    except StorageError as error:
        raise OperatorError(f"{error}.") from error
    except OSError as error:
        raise OperatorError(f"{error.filename or 'a file'} cannot be read or written: {error.strerror}.") from error
