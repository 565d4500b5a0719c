"""The drafts server as replicas behind Ray Serve, for more GPUs than one.

A replica is the whole server of `models.drafts.app`, its step loop included; Ray only spreads requests over replicas,
starts more of them while many requests are under way, and replaces broken ones. Requests are never batched by Ray
(`@serve.batch` waits for whole requests): the step loop merges what runs in a replica at each step.

On one machine: `python -m models.drafts.ray_main`. In a cluster that runs already:
`serve run models.drafts.ray_app:build min_replicas=2 max_replicas=4 num_gpus=1`.
"""

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import httpx2
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator
from ray import serve
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.drafts.app import create_app
from models.drafts.assembly import assemble
from models.serve import DRAFTS_KEY_VARIABLE

REPLICA_HEADER: Final = "X-Colophon-Replica"
"""Names the replica that answered, as Ray's own logs do."""
_POLL_S = 0.1
_HEALTH_PERIOD_S = 5.0
_HEALTH_TIMEOUT_S = 20.0
# How often a replica that is to stop looks whether its drafts have ended.
_LOOK_S = 1.0
# A model that did not load three times will not load the fourth time.
_STARTS = 3


class Replicas(BaseModel):
    """How many replicas, and what each of them is.

    `rows` is how many candidates one replica's step loop computes at once; a replica is given twice as many requests,
    so that the next ones are ready when rows come free, and another replica is started when `rows` requests a replica
    are under way. `num_gpus` is 1 for a GPU each, 0 for none, or a share for small models. `line_up` is the file that
    says what to load, at the same place on every node; None means the embedded model. `drain_s` is how long the
    drafts of a replica may go on once it is to stop. The key is read in each replica from the environment of its node.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    min_replicas: Annotated[int, Field(ge=1)] = 1
    max_replicas: Annotated[int, Field(ge=1)] = 1
    rows: Annotated[int, Field(ge=1, le=512)] = 8
    num_cpus: Annotated[float, Field(gt=0)] = 1
    num_gpus: Annotated[float, Field(ge=0)] = 0
    line_up: Path | None = None
    api_key_env: Annotated[str, Field(min_length=1)] = DRAFTS_KEY_VARIABLE
    drain_s: Annotated[float, Field(ge=0)] = 120.0

    @model_validator(mode="after")
    def _fit_together(self) -> "Replicas":
        if self.max_replicas < self.min_replicas:
            raise ValueError("max_replicas must not be less than min_replicas")
        return self


class DraftsReplica:
    """One drafts server; Ray builds its app, and runs its lifespan, in the replica."""

    def __init__(self, replicas: Mapping[str, Any]) -> None:
        self._replicas = Replicas(**replicas)
        self._app: FastAPI | None = None

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """Return the server's app, which loads the models while it starts."""
        api_key = os.environ.get(self._replicas.api_key_env)
        if not api_key:
            raise RuntimeError(f"{self._replicas.api_key_env} is empty on this node")
        self._app = create_app(partial(assemble, self._replicas.line_up), api_key)
        self._app.add_middleware(_Named, name=serve.get_replica_context().replica_id.unique_id)
        return self._app

    async def check_health(self) -> None:
        """Raise where the app calls itself failed; Ray then replaces the replica.

        The first check comes before the first request and waits until the models are loaded.
        """
        assert self._app is not None
        transport = httpx2.ASGITransport(self._app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://replica") as http:
            while (health := (await http.get("/health")).json())["status"] == "starting":  # noqa: ASYNC110 - the app tells nobody
                await asyncio.sleep(_POLL_S)
        if health["status"] != "ready":
            raise RuntimeError(health["detail"])


class _Named:
    """ASGI middleware: says in each answer which replica gave it."""

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._app = app
        self._name = name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REPLICA_HEADER] = self._name
            await send(message)

        await self._app(scope, receive, named)


def build(replicas: Replicas) -> serve.Application:
    """Return the application; `serve run models.drafts.ray_app:build NAME=VALUE ...` fills in `replicas`."""
    deployment = serve.deployment(
        name="drafts-replica",
        ray_actor_options={"num_cpus": replicas.num_cpus, "num_gpus": replicas.num_gpus},
        max_ongoing_requests=2 * replicas.rows,
        autoscaling_config={
            "min_replicas": replicas.min_replicas,
            "max_replicas": replicas.max_replicas,
            "target_ongoing_requests": replicas.rows,
        },
        health_check_period_s=_HEALTH_PERIOD_S,
        health_check_timeout_s=_HEALTH_TIMEOUT_S,
        max_constructor_retry_count=_STARTS,
        graceful_shutdown_wait_loop_s=_LOOK_S,
        graceful_shutdown_timeout_s=replicas.drain_s,
    )
    return deployment(serve.ingress()(DraftsReplica)).bind(replicas.model_dump())
