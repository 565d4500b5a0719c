"""`python -m models.drafts`: the drafts server as a process of its own."""

import argparse
import logging
import os
from pathlib import Path

import uvicorn

from models.drafts.app import create_app
from models.drafts.engine import Engine

_STOP_GRACE_S = 4


def load_embedded() -> Engine:
    """Import torch and load the packaged model; takes seconds, and the server listens meanwhile."""
    from models.drafts.embedded import EmbeddedEngine

    return EmbeddedEngine.load()


def main() -> None:
    """Read the arguments and serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m models.drafts", description=__doc__)
    parser.add_argument("--uds", type=Path, help="listen on this unix socket")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api-key-env", help="the environment variable that holds the key")
    parser.add_argument("--model", choices=["embedded"], default="embedded")
    given = parser.parse_args()
    api_key = os.environ.get(given.api_key_env) if given.api_key_env else None
    if given.api_key_env and not api_key:
        parser.error(f"{given.api_key_env} is empty")
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvicorn.run(
        create_app(load_embedded, api_key),
        uds=str(given.uds) if given.uds else None,
        host=given.host,
        port=given.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_STOP_GRACE_S,
    )


if __name__ == "__main__":
    main()
