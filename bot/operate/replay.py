"""`colophon replay`: a recorded candidate is drawn again from its record, and compared."""

import asyncio
import json
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.errors import OperatorError

if TYPE_CHECKING:
    from bot.settings import Settings


def replay(
    what: Annotated[str, typer.Argument(help="The number of a candidate's event, its id, or its picture's file.")],
    bundle: Annotated[Path | None, typer.Option(help="Replay from this bundle; no data folder is needed.")] = None,
    vkey: Annotated[list[str] | None, typer.Option(help="The log's public key, to check the bundle with.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the picture that was drawn now.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
    language: Annotated[str, typer.Option(help="en-US or zh-CN.")] = "en-US",
    config: Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")] = None,
    data: Annotated[Path | None, typer.Option(help="The data folder; overrides storage.data.")] = None,
) -> NoReturn:
    """Draw a recorded candidate again and compare: exit 0 bit-equal, 1 different, 2 it cannot be done.

    From the operator's own log (while the bot is stopped; the look at the words is recorded), or from a bundle.
    """
    from bot.chat.texts import LOCALES
    from bot.settings import load_settings

    if language not in LOCALES:
        raise OperatorError(f"--language: there is no {language}; choose {' or '.join(LOCALES)}.")
    if out is not None and not out.parent.is_dir():
        raise OperatorError(f"--out: there is no folder {out.parent}.")
    settings = load_settings(config)
    if data is not None:
        storage = settings.storage.model_copy(update={"data": data})
        settings = settings.model_copy(update={"storage": storage})
    sys.exit(asyncio.run(_replayed(settings, what, bundle, vkey or [], out, as_json, language)))


async def _replayed(
    settings: "Settings",
    what: str,
    bundle: Path | None,
    vkeys: list[str],
    out: Path | None,
    as_json: bool,
    language: str,
) -> int:
    """Do it, print the report and return the exit status."""
    from bot.chat.texts import Texts
    from bot.replay.again import compared, model_of, request_again, threads_of
    from bot.replay.drawing import drafts_server, draw
    from bot.replay.finding import find_in_bundle, find_in_store
    from bot.replay.report import as_object, as_text

    texts = Texts()
    if bundle is None:
        found = await find_in_store(settings, what)
    else:
        found = await find_in_bundle(bundle, what, vkeys)
    candidate = found.candidate
    typer.echo(texts(language, "replay-drawing", number=candidate.seq), err=True)
    async with drafts_server(settings, model_of(candidate), threads_of(candidate)) as client:
        drawn = await draw(client, request_again(candidate, found.given))
    try:
        replayed = await asyncio.to_thread(compared, candidate, drawn.image, drawn.made, found.picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise OperatorError("the drafts server sent something that is no picture.") from error
    if out is not None:
        await asyncio.to_thread(_keep, replayed.picture, out, settings.storage.origin, bool(found.given))
    if as_json:
        typer.echo(json.dumps(as_object(found, replayed), ensure_ascii=False))
    else:
        typer.echo(as_text(found, replayed, texts, language))
    return replayed.verdict.value


def _keep(picture: bytes, out: Path, producer: str, from_own_picture: bool) -> None:
    """Write the picture down, marked as AI-generated; it is a new picture of whoever replays."""
    from storage.evidence.marks import Origin, mark

    marked = mark(picture, Origin(producer, f"replay-{secrets.token_hex(10)}", from_own_picture))
    try:
        out.write_bytes(marked)
    except OSError as error:
        raise OperatorError(f"{out} cannot be written: {error.strerror}") from error
