"""Python runs this at the start of every process that has this folder on its path.

It puts the watch over the pocket server of a studio, which is a process of its own; all others go on as they are. What
the watch finds goes into the file that WATCHED_INTO names; WATCHED_BY is Discord's document.
"""

import os
import sys
from pathlib import Path

if "bot.pocket" in sys.orig_argv:
    from bot.pocket import server
    from tests.pocket.specification import Specification
    from tests.pocket.watch import Watch

    def note(wrong: str) -> None:
        """Write down what is wrong."""
        with Path(os.environ["WATCHED_INTO"]).open("a", encoding="utf-8") as file:
            file.write(f"{wrong}\n")

    class WatchedPocket(server.PocketServer):
        """The pocket server, watched."""

        def __init__(self, folder: Path, port: int = 0) -> None:
            watch = Watch(Specification(Path(os.environ["WATCHED_BY"])), note)
            super().__init__(folder, port, middlewares=(watch.middleware,))

    vars(server)["PocketServer"] = WatchedPocket
