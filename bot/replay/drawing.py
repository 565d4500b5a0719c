"""Asking a drafts server for one picture: the one that the settings name, or one that is started for as long."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bot.answers import address
from bot.errors import OperatorError
from bot.launch import answering, find_device, line_up_file
from bot.places import models_dir
from bot.settings import EMBEDDED, DraftsSettings, Settings
from models.catalog import EMBEDDED_DRAFTS
from models.drafting import CandidateDone, CandidateWithheld, DraftDone, DraftRequest, GenerationRecord
from models.errors import ModelsError, RequestRefused
from models.images import ImagesClient
from models.serve import drafts_argv
from models.store import ModelStore
from models.supervisor import CrashLoop, Pace, ServerSpec, Supervisor

START_S: Final = 600.0
_STOP_S: Final = 7.0
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture, and how it was made, as plain JSON."""

    image: bytes
    made: Mapping[str, Any]


async def draw(client: ImagesClient, request: DraftRequest) -> Drawn:
    """Draw one candidate; raise OperatorError with what the server says where nothing comes of it."""
    image: bytes | None = None
    record: GenerationRecord | None = None
    try:
        async with aclosing(client.draft(request)) as events:
            async for event in events:
                match event:
                    case CandidateDone():
                        image = event.image
                    case CandidateWithheld():
                        raise OperatorError(
                            f"the server's safety check does not let the picture out now: {event.label}."
                        )
                    case DraftDone():
                        record = event.record
    except RequestRefused as error:
        raise OperatorError(f"the drafts server refuses it: {error.detail}.") from error
    except ModelsError as error:
        raise OperatorError(f"the drafts server drew nothing: {error}.") from error
    if image is None or record is None:
        raise OperatorError("the drafts server drew nothing.")
    # As it would be on record: lists where there were tuples.
    return Drawn(image, json.loads(json.dumps(asdict(record))))


@asynccontextmanager
async def drafts_server(settings: Settings, model: str | None, threads: int | None) -> AsyncIterator[ImagesClient]:
    """Lend the server of the settings, or start one with the model that drew the candidate; raise OperatorError.

    The started one computes with as many threads as the record says: on a processor they decide the last bits.
    """
    drafts = settings.drafts
    if drafts.url is None:
        async with _started(settings, _with(drafts, model), threads) as client:
            yield client
        return
    key = "" if drafts.key is None else drafts.key.get_secret_value()
    named = None if drafts.model == EMBEDDED else drafts.model
    async with ImagesClient(**address(drafts.url), api_key=key, model=named) as client:
        health = await client.health()
        if not health.ready:
            raise OperatorError(f"drafts.url: the server cannot draw now: {health.detail}.")
        yield client


def _with(drafts: DraftsSettings, model: str | None) -> DraftsSettings:
    """Return the settings with the model of the record alone, and those of today where the record names none.

    A bundle may come from anybody: only what can be the name of a model here is looked for among the files.
    """
    if model is None:
        return drafts
    if not _NAME.fullmatch(model):
        raise OperatorError(
            "the record names a model that cannot be started here: set drafts.url to a server that has it."
        )
    name = EMBEDDED if model == EMBEDDED_DRAFTS.name else model
    return drafts.model_copy(update={"model": name, "more": []})


@asynccontextmanager
async def _started(settings: Settings, drafts: DraftsSettings, threads: int | None) -> AsyncIterator[ImagesClient]:
    """Start a drafts server for a while."""
    with TemporaryDirectory(prefix="colophon-") as folder:
        run_dir, key = Path(folder), secrets.token_urlsafe(24)
        socket, store = run_dir / "drafts.sock", ModelStore(models_dir(settings))
        line_up = await asyncio.to_thread(line_up_file, drafts, store, run_dir)
        command = drafts_argv(
            socket=socket, api_key=key, line_up=line_up, device=find_device(), gpus=drafts.gpus, threads=threads
        )
        async with ImagesClient(uds=socket, api_key=key) as client:
            spec = ServerSpec.of(
                "drafts",
                command,
                answering(client.health),
                run_dir / "drafts.log",
                start_timeout_s=START_S,
                stop_grace_s=_STOP_S,
            )
            # Whoever waits in a shell would rather hear at once why it does not start.
            async with Supervisor(replace(spec, pace=Pace(start_poll_s=0.2, crashes_allowed=1))) as server:
                try:
                    await server.wait_ready()
                except CrashLoop as error:
                    raise OperatorError(str(error)) from error
                yield client
