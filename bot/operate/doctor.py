"""`colophon doctor`: looks at everything that Colophon needs, and says of each thing that is amiss how to mend it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.doctor.findings import Finding
    from bot.settings import Settings

Config = Annotated[Path | None, typer.Option(help="The settings file; colophon.toml by default.")]
Data = Annotated[Path | None, typer.Option(help="The data folder; overrides storage.data.")]


def doctor(
    config: Config = None,
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Look at everything that Colophon needs and say how to mend what is amiss; exit status 1 where it is wrong."""
    from bot.settings import load_settings

    settings = load_settings(config)
    if data is not None:
        settings = settings.model_copy(update={"storage": settings.storage.model_copy(update={"data": data})})
    if not asyncio.run(_examined(settings, as_json=as_json)):
        raise typer.Exit(1)


async def _examined(settings: "Settings", *, as_json: bool) -> bool:
    """Print each finding as it comes; tell whether nothing is wrong."""
    from bot.doctor.findings import Mark

    sound = True
    async for finding in _findings(settings):
        sound = sound and finding.mark is not Mark.WRONG
        typer.echo(json.dumps(asdict(finding), default=lambda mark: mark.name.lower()) if as_json else str(finding))
    return sound


async def _findings(settings: "Settings") -> AsyncIterator["Finding"]:
    from bot.doctor.data import examine_data
    from bot.doctor.machine import examine_machine
    from bot.doctor.servers import examine_servers
    from bot.records import storage_config

    for examined in (examine_data(storage_config(settings)), examine_machine(settings), examine_servers(settings)):
        async for finding in examined:
            yield finding
