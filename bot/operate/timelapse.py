"""`colophon timelapse`: the operator makes the film and the contact sheet of a project while the bot is stopped."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from bot.errors import OperatorError, UserFacing

if TYPE_CHECKING:
    from bot.evidence.timelapse import Form, Made
    from bot.settings import Settings
    from storage.store import Store

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]


def timelapse(
    project: Annotated[str, typer.Argument(help="The project's id; `colophon export list` shows them.")],
    out: Annotated[Path, typer.Option(help="The folder to write into.")] = Path(),
    kind: Annotated[Literal["film", "sheet", "both"], typer.Option(help="What to make.")] = "both",
    language: Annotated[str, typer.Option(help="en-US or zh-CN.")] = "en-US",
    config: Config = None,
    data: Annotated[Path | None, typer.Option(help="The data folder; overrides storage.data.")] = None,
) -> None:
    """Make a short film and a contact sheet of how a piece was made (while the bot is stopped)."""
    from bot.evidence.timelapse import Form
    from bot.settings import load_settings

    settings = load_settings(config)
    if data is not None:
        storage = settings.storage.model_copy(update={"data": data})
        settings = settings.model_copy(update={"storage": storage})
    typer.echo(asyncio.run(make_timelapse(settings, project, out, Form(kind), language)))


async def make_timelapse(settings: "Settings", project_id: str, out: Path, form: "Form", language: str) -> str:
    """Write the files of a project's making into a folder; return what to print.

    Their leaving is recorded as the operator's act. Raise OperatorError.
    """
    from bot.records import open_store_for_operator, storage_config

    store = await open_store_for_operator(storage_config(settings), init=False)
    try:
        made = await _make(store, project_id, out, form, language)
    finally:
        await store.close()
    lines = [f"{out / file.name}: {len(file.data) / 2**20:.1f} MiB" for file in made.files]
    lines.append(f"Made from the log up to size {made.size}; recorded as event {made.receipt.seq}.")
    return "\n".join(lines)


async def _make(store: "Store", project_id: str, out: Path, form: "Form", language: str) -> "Made":
    from bot.chat.texts import Texts
    from bot.evidence.timelapse import Timelapse
    from storage.errors import NotFound, StorageFull
    from storage.evidence.certificates import signing_identity
    from storage.evidence.credentials import Credentials

    identity = await asyncio.to_thread(signing_identity, store.config.keys_dir, store.ledger.origin)
    try:
        project = await store.projects.get(project_id)
        # Asked for before anything is recorded: a folder that cannot be written is not worth an event.
        await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
        made = await Timelapse(store, Credentials(identity)).make(project, form, language, by_operator=True)
        for file in made.files:
            await asyncio.to_thread((out / file.name).write_bytes, file.data)
    except NotFound as error:
        raise OperatorError(f"there is no project {project_id}; `colophon export list` shows them all") from error
    except UserFacing as error:
        raise OperatorError(Texts()("en-US", error.key, **error.arguments)) from error
    except StorageFull as error:
        raise OperatorError(f"{error}: nothing was written to {out}. Make room and try again.") from error
    except OSError as error:
        raise OperatorError(f"{out} cannot be written: {error.strerror}") from error
    return made
