"""`python -m tests.bench.soak [--seconds 600] [--members 200] [--seed N]`: a community, faults, and the account.

Prints the figures, writes build/bench/soak.json, and ends with status 1 where a bound is broken.
"""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
from pathlib import Path

from tests.bench.soak.run import Wanted, soak


def main() -> None:
    """Read the arguments, run, and report."""
    usual = Wanted()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=usual.seconds)
    parser.add_argument("--members", type=int, default=usual.members)
    parser.add_argument("--think", type=float, default=usual.think_s, help="seconds between two acts of a member")
    parser.add_argument("--seed", type=int, help="what chance hangs on; printed, to repeat a run")
    parser.add_argument("--kills", type=int, help="how often the bot's process is ended")
    parser.add_argument("--folder", type=Path, help="where everything is kept; by default nowhere")
    given = parser.parse_args()
    logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("tests.bench.soak").setLevel("INFO")
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    print(f"seed {seed}", flush=True)
    wanted = Wanted(given.seconds, given.members, seed, given.think, given.kills)
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(soak(folder, wanted))
    sys.exit(report.show())


if __name__ == "__main__":
    main()
