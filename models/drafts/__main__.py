"""`python -m models.drafts`: the drafts server as a process of its own."""

import argparse
import os
import socket
from functools import partial
from pathlib import Path

import uvicorn

from models.drafts.app import create_app
from models.drafts.assembly import assemble
from models.trace import log_to_stderr

# With the second that the engine gets to stop, all of it stays under five seconds.
_DRAIN_S = 3


def main() -> None:
    """Read the arguments and serve until SIGTERM; running drafts get three seconds to finish."""
    parser = argparse.ArgumentParser(prog="python -m models.drafts", description=__doc__)
    parser.add_argument("--uds", type=Path, help="listen on this unix socket, for this user alone")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api-key-env", required=True, help="the environment variable that holds the key")
    parser.add_argument("--line-up", type=Path, help="the models to load; without it, the embedded one")
    parser.add_argument("--log-form", choices=("text", "json"), default="text", help="lines for people or programs")
    given = parser.parse_args()
    api_key = os.environ.get(given.api_key_env)
    if not api_key:
        parser.error(f"{given.api_key_env} is empty")
    log_to_stderr("INFO", given.log_form)
    config = uvicorn.Config(
        create_app(partial(assemble, given.line_up), api_key),
        host=given.host,
        port=given.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=_DRAIN_S,
    )
    uvicorn.Server(config).run(sockets=[listen(given.uds)] if given.uds else None)


def listen(path: Path) -> socket.socket:
    """Bind a unix socket that only this user may open; raise OSError where there is one already."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    return listener


if __name__ == "__main__":
    main()
