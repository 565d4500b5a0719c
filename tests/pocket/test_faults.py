"""The faults themselves: the same seed, the same bad day; and each one gets through in the end."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.pocket.disturbed import DisturbedPocket
from tests.pocket.faults import Fault

HEADERS = {"Authorization": "Bot pocket-test"}


@pytest.fixture
async def pocket(tmp_path: Path) -> AsyncIterator[DisturbedPocket]:
    server = DisturbedPocket(tmp_path)
    await server.start()
    yield server
    await server.stop()


async def fates(pocket: DisturbedPocket, times: int) -> list[int | str]:
    """Ask for the same thing many times; return what came."""
    came: list[int | str] = []
    async with aiohttp.ClientSession(headers=HEADERS) as http:
        for _ in range(times):
            try:
                async with http.post(f"{pocket.url}/api/v10/users/@me/channels", json={"recipient_id": "1"}) as answer:
                    came.append(answer.status)
            except aiohttp.ClientError as error:
                came.append(type(error).__name__)
    return came


async def test_a_seed_is_a_day(pocket: DisturbedPocket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.pocket.faults.SLOW_S", 0.0)
    pocket.faults.share = 0.5
    days = []
    for seed in (1, 1, 2):
        pocket.faults.begin(seed)
        days.append(await fates(pocket, 200))
    assert days[0] == days[1] != days[2]
    assert {404, 429, 500, 502, "ServerDisconnectedError"} <= set(days[0])
    assert all(fate == 404 for fate in days[0][1::2]), "whoever tries again gets through"


@pytest.mark.parametrize("fault", list(Fault))
async def test_a_fault_that_was_planned_is_met_once(
    pocket: DisturbedPocket, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.pocket.faults.SLOW_S", 0.0)
    pocket.faults.planned["/@me/channels"] = [fault]
    first, second = await fates(pocket, 2)
    assert (first == 404) is (fault is Fault.SLOW)
    assert second == 404
    assert pocket.faults.met == {fault: 1}


@pytest.mark.parametrize(("fault", "arrives"), [(Fault.DROPPED, False), (Fault.DROPPED_AFTER, True)])
async def test_a_broken_line_breaks_before_or_after(pocket: DisturbedPocket, fault: Fault, arrives: bool) -> None:
    pocket.faults.planned["/messages"] = [fault]
    channel = next(iter(pocket.world.channels))
    async with aiohttp.ClientSession(headers=HEADERS) as http:
        with pytest.raises(aiohttp.ClientError):
            await http.post(f"{pocket.url}/api/v10/channels/{channel}/messages", json={"content": "x"})
    assert bool(pocket.world.messages) is arrives
