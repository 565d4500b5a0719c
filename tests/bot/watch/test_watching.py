"""What Prometheus reads of a bot at work, and that a port which is taken is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.errors import OperatorError
from bot.watch.figures import Figures
from bot.watch.watching import Watch, Watched
from models.health import Health, ServerHealth
from storage.store import StorageConfig, Store, open_store
from tests.bot.house import open_house
from tests.bot.pocket_member import ANN, PocketMember
from tests.storage.test_drafts import submit


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(StorageConfig(tmp_path / "data"), init=True)
    yield opened
    await opened.close()


class Surroundings:
    """What the bot sees around it."""

    def __init__(self) -> None:
        self.connected = True

    async def health(self) -> ServerHealth:
        return ServerHealth(Health.READY if self.connected else Health.AWAY, "")

    def watched(self, store: Store) -> Watched:
        servers = {"drafts": self.health}
        return Watched(store.jobs, store.ledger, store.config.data_dir, servers, lambda: self.connected)


def read(text: str) -> dict[str, float]:
    """Return every sample by its name and labels."""
    return {
        " ".join([sample.name, *map(str, sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_what_lasts_is_read_anew(store: Store) -> None:
    member = await store.members.meet("discord", "1", "Ann")
    project, _ = await store.projects.open(member, "Boats", guild_id=None)
    await submit(store, member, project)
    around = Surroundings()
    watch = Watch(Figures(), around.watched(store), "127.0.0.1", 0)
    port = await watch.start()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await watch.refresh()
        answer = await client.get("/metrics")
        found = read(answer.text)
        assert (await client.get("/health")).status_code == 200
        around.connected = False
        await watch.refresh()
        gone = read((await client.get("/metrics")).text)
        assert (await client.get("/health")).status_code == 503
    await watch.close()
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert found["colophon_jobs queued"] == 1
    assert found["colophon_jobs delivered"] == 0
    assert found["colophon_log_events"] == await store.ledger.size()
    assert found["colophon_disk_free_bytes"] > 0
    assert (found["colophon_server_ready drafts"], gone["colophon_server_ready drafts"]) == (1, 0)
    assert (found["colophon_gateway_connected"], gone["colophon_gateway_connected"]) == (1, 0)


async def test_a_port_that_is_taken_is_told(store: Store) -> None:
    around = Surroundings()
    first = Watch(Figures(), around.watched(store), "127.0.0.1", 0)
    port = await first.start()
    with pytest.raises(OperatorError, match=r"metrics\.port"):
        await Watch(Figures(), around.watched(store), "127.0.0.1", port).start()
    await first.close()


@pytest.mark.slow
async def test_a_bot_counts_what_members_do(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, PocketMember(house.url, ANN) as ann:
        before = read(house.bot.figures.text().decode())
        await ann.answer(await ann.command("project", "list"))
        found = read(house.bot.figures.text().decode())
        assert house.bot.is_connected()
    name = "colophon_interactions_total application_command"
    assert found[name] - before[name] == 1
    assert found["colophon_refusals_total error-project-none"] == 1
    assert found["colophon_acknowledged_seconds_count"] == 1
    assert found["colophon_unexpected_errors_total"] == 0
