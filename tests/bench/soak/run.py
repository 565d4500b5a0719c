"""One soak: people live in the house while faults come, all comes to rest, and the account is drawn up."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp

from storage.evidence.keys import load_signing_key
from tests.bench.soak import ledger, sight
from tests.bench.soak.account import draw_up
from tests.bench.soak.acts import live, tour
from tests.bench.soak.faults import Injector
from tests.bench.soak.house import House, by_half_minute, growth
from tests.bench.soak.people import Community, population
from tests.bench.soak.pocket import SoakPocket
from tests.bench.soak.report import Report
from tests.bench.soak.servers import Mood

log = logging.getLogger(__name__)

TOURS_AT: Final = (0.17, 0.23)
"""In these parts of the run, when the bot's process is ended no more, somebody does everything once.

Twice, for whatever falls into a fault is not done.
"""
READY_S: Final = 180.0
REST_S: Final = 120.0
"""So long all may take to come to rest once nobody does anything any more, counted anew with each job that ends."""
REST_MOST_S: Final = 900.0
"""And no longer than this in all."""
QUIET_S: Final = 4.0
"""At rest nobody is told anything for so long."""
_AFTER_S: Final = 5.0
"""So long after a fault its consequences may be felt."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to be."""

    seconds: float = 600.0
    members: int = 200
    seed: int = 0
    think_s: float = 18.0
    """How long a member does nothing between two acts, on average."""
    kills: int | None = None
    """How often the bot's process is ended; None: as often as there is time to come back."""

    @property
    def ends(self) -> int:
        """Return how often the bot's process is ended."""
        if self.kills is not None:
            return self.kills
        return 0 if self.seconds < 60 else 1 if self.seconds < 150 else 2 if self.seconds < 400 else 3


async def soak(folder: Path, wanted: Wanted) -> Report:
    """Run a soak in a folder; return what came of it."""
    pocket = SoakPocket(folder / "pocket", people=population(wanted.members))
    pocket.faults.begin(wanted.seed)
    pocket.gateway.begin(wanted.seed)
    await pocket.start()
    house = House(folder, pocket.url)
    injector = Injector(pocket, house, Random(f"{wanted.seed} faults"), wanted.ends)
    report = Report(wanted.seed, wanted.seconds)
    try:
        await house.start()
        await _ready(pocket, house)
        connector = aiohttp.TCPConnector(limit=64)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(30)) as http:
            community = Community(pocket, http, wanted.seed, wanted.think_s)
            from_s = time.monotonic()
            until_s = from_s + wanted.seconds
            async with asyncio.TaskGroup() as group:
                for resident in community.residents():
                    group.create_task(live(resident, until_s, wanted.think_s), name=f"member {resident.person.id}")
                for guide, part in product(community.guides(), TOURS_AT):
                    at_s = from_s + part * wanted.seconds
                    group.create_task(tour(guide, at_s, until_s), name=f"tour {guide.person.role} at {part}")
                group.create_task(injector.run(from_s, until_s), name="faults")
        lived_s = time.monotonic()
        _calm(pocket, house)
        rested = await _rest(pocket, house)
        report.figures["at_rest_after_s"] = round(time.monotonic() - lived_s, 1)
        status = await house.stop_bot()
    finally:
        await house.stop_servers()
        await pocket.stop()
    _tell_of_the_run(report, pocket, house, injector, community, (from_s, until_s))
    await _tell_of_the_record(report, pocket, house, injector, community)
    if not rested:
        report.broken.setdefault("never_told", []).append(f"not at rest: nothing moved for {REST_S:.0f} s")
    report.bound("unclean_ends", [f"the launcher ended with status {status}"] if status else [])
    return report


async def _ready(pocket: SoakPocket, house: House) -> None:
    """Wait until the bot shows that all is ready; raise TimeoutError."""
    async with asyncio.timeout(READY_S):
        while pocket.world.presence["status"] != "online":
            assert house.running, (house.folder / "up.log").read_text()
            await asyncio.sleep(0.1)


def _calm(pocket: SoakPocket, house: House) -> None:
    """End every disturbance."""
    pocket.faults.share = pocket.gateway.twice_share = 0.0
    for server in ("drafts", "language"):
        house.mood(server).set(Mood.WELL)


async def _rest(pocket: SoakPocket, house: House) -> bool:
    """Wait until no work is open and nobody is told anything more; tell whether that came.

    A slow machine takes its time; what counts is that there is always less to do.
    """
    began_s = moved_s = time.monotonic()
    least: int | None = None
    while time.monotonic() < min(moved_s + REST_S, began_s + REST_MOST_S):
        quiet_s = time.monotonic() - pocket.changed_s
        open_work = await asyncio.to_thread(ledger.open_work, house.data / "colophon.db")
        if quiet_s >= QUIET_S and not open_work and pocket.gateway.online:
            return True
        if least is None or open_work < least:
            least, moved_s = open_work, time.monotonic()
            online = "online" if pocket.gateway.online else "away"
            log.info("not at rest: %d jobs are open, the bot is %s, quiet for %.0f s", open_work, online, quiet_s)
        await asyncio.sleep(1.0)
    return False


def _tell_of_the_run(
    report: Report,
    pocket: SoakPocket,
    house: House,
    injector: Injector,
    community: Community,
    span_s: tuple[float, float],
) -> None:
    """Say what was done, how fast it was acknowledged, what went wrong on purpose, and how the bot took it."""
    took = sorted(each.took_s for each in pocket.acknowledged.values())
    report.figures |= {
        "members": len(pocket.world.people),
        "acts": len(community.done),
        "acknowledged": len(took),
        "ack_p50_ms": _at(took, 0.5),
        "ack_p99_ms": _at(took, 0.99),
        "faults_injected": sum(injector.counts.values()),
        "requests_disturbed": sum(pocket.faults.met.values()),
        "bot_starts": len(house.starts),
        "log_lines": house.log.lines,
    }
    report.memory(growth(house.samples, *span_s))
    report.figures["rss_mib_by_half_minute"] = by_half_minute(house.samples, span_s[0])
    planned = sum(number for kind, number in injector.counts.items() if kind.startswith("bot: "))
    ends = [f"{len(house.starts)} starts, and {planned} ends on purpose"] if len(house.starts) > 1 + planned else []
    report.bound("unplanned_ends_of_the_bot", ends)
    report.bound("unhandled_exceptions", [*house.log.found, *house.up_complaints()])
    report.bound("pings_and_refused_forms", pocket.watch.found)
    report.figures["faults_by_kind"] = dict(sorted(injector.counts.items()))
    report.figures["requests_disturbed_by_kind"] = {k.name.lower(): n for k, n in pocket.faults.met.most_common()}
    report.figures["acts_by_kind"] = dict(Counter(done.act for done in community.done.values()).most_common())
    report.figures["not_taken_by_the_pocket"] = dict(community.refused.most_common())


async def _tell_of_the_record(
    report: Report, pocket: SoakPocket, house: House, injector: Injector, community: Community
) -> None:
    """Say how what was told and what is kept fit together."""
    seen = sight.seen_at(pocket, community)
    audited, kept = await ledger.read(house.data, {receipt.size for receipt in seen.receipts})
    erased = {d.person for d in community.done.values() if d.act == "privacy:erase"}
    kills = [each.from_s for each in injector.injected if each.kind == "bot: SIGKILL"]
    account = draw_up(seen, replace(kept, erased=erased), kills)
    for name in ("acknowledged_lost", "recorded_twice", "delivered_twice", "never_told", "told_otherwise"):
        report.bound(name, getattr(account, name))
    faults = {used.id: injector.at_work(used.at_s - _AFTER_S, used.at_s + 3) for used in account.unanswered}
    away = [used for used in account.unanswered if any(kind.startswith("bot: ") for kind in faults[used.id])]
    vkey = load_signing_key(house.data / "keys" / "log.key", audited.origin, create=False).verifier.encode()
    checked, refused = await asyncio.to_thread(sight.refused_files, pocket, (vkey,))
    report.bound("bundles_and_receipts_refused", refused)
    report.figures |= {
        "bundles_and_receipts_checked": checked,
        "events": audited.events,
        "checkpoints": audited.checkpoints,
        "receipts_told": len(seen.receipts),
        "briefs_told": len(seen.recorded),
        "cut_off_by_kill": len(account.cut_off_by_kill),
        "unanswered": len(account.unanswered),
        "unanswered_while_the_bot_was_away": len(away),
        "unanswered_while_it_was_there": [
            f"{used.id} {used.act}: {', '.join(faults[used.id]) or 'nothing was wrong'}"
            for used in account.unanswered
            if used not in away
        ],
        "jobs_by_outcome": dict(Counter(_outcome(work.state, work.reason) for work in kept.works).most_common()),
        "events_by_kind": dict(Counter(event.kind for event in kept.events).most_common()),
        "unanswered_by_act": dict(Counter(used.act for used in account.unanswered).most_common(12)),
    }


def _outcome(state: str, reason: str | None) -> str:
    return state if reason is None else f"{state}: {reason}"


def _at(seconds: Sequence[float], share: float) -> Any:
    return round(seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1000, 1) if seconds else None
