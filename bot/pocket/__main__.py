"""`python -m bot.pocket`: the pocket server as a process of its own."""

import argparse
import asyncio
import logging
import signal
from pathlib import Path

from bot.pocket.server import PocketServer


async def serve(folder: Path, port: int, port_file: Path | None) -> None:
    """Serve until SIGTERM or SIGINT; the port taken is written to `port_file`."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    server = PocketServer(folder, port)
    await server.start()
    if port_file is not None:
        await asyncio.to_thread(port_file.write_text, server.url.rpartition(":")[2])
    await stopping.wait()
    await server.stop()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.pocket", description=__doc__)
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port-file", type=Path)
    given = parser.parse_args()
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(serve(given.data, given.port, given.port_file))


if __name__ == "__main__":
    main()
