"""Several processes over one database: one writes at a time, every job is delivered once, and one keeps."""

import asyncio
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.clock import now_ms
from storage.errors import LedgerClosed, NotDisclosed, StateConflict
from storage.evidence.keys import load_signing_key
from storage.evidence.kinds import Kind
from storage.evidence.leaf import LOG_PROJECT
from storage.evidence.rotation import rotate
from storage.evidence.sealing import NewEvent
from storage.jobs import Delivery, JobState
from storage.mandate import Mandate
from storage.members import Member
from storage.notices import TAKEN_MS
from storage.privacy import Basis
from storage.projects import Project
from storage.servers import ServerSettings
from storage.serving import Shard
from storage.store import StorageConfig, Store, open_store
from storage.tables import evidence_event, jobs, notices
from tests.fixtures_postgres import PrivateServer
from tests.storage.conftest import check_everything
from tests.storage.test_drafts import submit

pytestmark = pytest.mark.slow


@pytest.fixture
def config(tmp_path: Path, postgres: PrivateServer) -> StorageConfig:
    return StorageConfig(tmp_path / "data", server=postgres.new(), checkpoint_every=8, patience_s=0.0)


@asynccontextmanager
async def opened(config: StorageConfig, *, init: bool = False) -> AsyncIterator[Store]:
    store = await open_store(config, init=init)
    try:
        yield store
    finally:
        await store.close()


def note(project: Project, words: str) -> NewEvent:
    return NewEvent(project.id, "note.add", project.actor, {"text": words})


async def started(config: StorageConfig, mode: str) -> Process:
    assert config.server is not None
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.storage.several", mode, config.server.url, str(config.data_dir)),
        stdout=PIPE,
        limit=2**20,
    )


async def killed(worker: Process) -> None:
    worker.kill()
    assert await worker.wait() == -signal.SIGKILL, "it had ended by itself"


async def begun(store: Store, name: str, guild: str | None = None) -> tuple[Member, Project]:
    member = await store.members.meet("discord", name, f"Member {name}")
    return member, (await store.projects.open(member, "Boats", guild_id=guild))[0]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    while not await true():  # noqa: ASYNC110 - it is another process, or a server, that is waited for
        await asyncio.sleep(0.05)


# --- one ledger ------------------------------------------------------------------------------------


async def test_what_two_processes_record_at_once_is_one_log(config: StorageConfig) -> None:
    async with opened(config, init=True) as one, opened(config) as two:
        _, shared = await begun(one, "1")
        _, own = await begun(two, "2")
        notes = [store.ledger.append(note(p, f"{n}")) for n in range(60) for store in (one, two) for p in (shared, own)]
        seqs = [appended.receipts[0].seq for appended in await asyncio.gather(*notes)]
        assert len(set(seqs)) == len(notes)
        assert await one.ledger.size() == await two.ledger.size()
        await check_everything(one)
        published = (config.data_dir / "published.note").read_text()
        assert int(published.splitlines()[1]) == await one.ledger.signed_size()


async def test_a_writer_that_was_paused_records_nothing_after_another_one(config: StorageConfig) -> None:
    async with opened(config, init=True) as store:
        child = await started(config, "pause")
        assert child.stdout is not None
        word, seq = (await child.stdout.readline()).split()
        assert word == b"stopping"
        # It holds the lock, and its rows are written but not committed: the server throws it out.
        taken = await store.ledger.append(NewEvent(LOG_PROJECT, "clock.skew", "sys", {"n": "mine"}))
        assert taken.receipts[0].seq == int(seq)
        child.send_signal(signal.SIGCONT)
        assert await child.stdout.readline() == b"refused DatabaseAway\n"
        # Once it is awake it goes on, after what was recorded meanwhile.
        assert await child.stdout.readline() == f"again {int(seq) + 1}\n".encode()
        assert await child.wait() == 0
        assert (await store.ledger.disclosed(int(seq)))["n"] == "mine"
        await check_everything(store)


async def test_a_log_that_was_handed_over_is_signed_by_no_process_with_the_old_key(config: StorageConfig) -> None:
    async with opened(config, init=True) as one:
        async with opened(config) as two:
            since = await rotate(two.ledger, config.keys_dir)
        with pytest.raises(LedgerClosed, match="start this process again"):
            await one.ledger.append(NewEvent(LOG_PROJECT, "clock.skew", "sys", {}))
        with pytest.raises(LedgerClosed):
            await one.ledger.checkpoint()
        assert await one.ledger.size() == since
        # So that it can be closed.
        one.ledger._signing_key = load_signing_key(config.keys_dir / "log.key", one.ledger.origin, create=False)
        one.ledger._reigns = two.ledger._reigns


# --- keys and rules --------------------------------------------------------------------------------


async def test_what_one_process_erases_no_other_one_opens(config: StorageConfig) -> None:
    async with opened(config, init=True) as one, opened(config) as two:
        _, project = await begun(one, "1")
        seq = (await one.ledger.append(note(project, "a lighthouse"))).receipts[0].seq
        assert (await two.ledger.disclosed(seq))["text"] == "a lighthouse"
        await two.ledger.append(note(project, "known here too"))
        await one.privacy.erase(project, Basis.ASKED)
        assert await two.ledger.disclosed(seq) == {}
        with pytest.raises(NotDisclosed):
            await two.privacy.open_words(seq, "to see")
        # What is recorded there now is sealed with a new key, not with the one that it remembers and nobody has.
        newer = (await two.ledger.append(note(project, "new words"))).receipts[0].seq
        assert (await one.ledger.disclosed(newer))["text"] == "new words"


async def test_an_erased_key_is_in_no_file_of_the_server(config: StorageConfig, postgres: PrivateServer) -> None:
    async with opened(config, init=True) as store:
        _, project = await begun(store, "1")
        query = "SELECT wrapped FROM subject_keys WHERE id = :id"
        async with store.subject_keys._database.read() as connection:
            wrapped = bytes((await connection.execute(text(query), {"id": project.actor})).scalar_one())
            number = await connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))

        def kept() -> bool:
            # What the server holds in memory comes to the disk, and what it let go of leaves it.
            postgres.run("CHECKPOINT")
            files = (postgres.folder / "data" / "base" / str(number)).iterdir()
            return any(wrapped in path.read_bytes() for path in files)

        assert await asyncio.to_thread(kept)
        await store.privacy.erase(project, Basis.ASKED)
        assert not await asyncio.to_thread(kept)


async def test_two_processes_make_one_first_key_of_a_person(config: StorageConfig) -> None:
    async with opened(config, init=True) as one, opened(config) as two:
        keys = await asyncio.gather(*(store.subject_keys.current("u_" + "1" * 32) for store in (one, two) * 8))
        assert len(set(keys)) == 1


# --- jobs ------------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
async def test_killed_at_random_they_deliver_every_job_once(config: StorageConfig) -> None:
    chances = random.Random(20261129)
    async with opened(config, init=True) as store:
        people = [await begun(store, str(number)) for number in range(4)]
        wanted = {(await submit(store, *people[number % 4])).job_id for number in range(40)}
        workers = [await started(config, "deliver") for _ in range(3)]
        said: Counter[tuple[str, str]] = Counter()
        kills = 0

        async def heard(worker: Process) -> None:
            assert worker.stdout is not None
            async for line in worker.stdout:
                word, job = line.decode().split()
                said[word, job] += 1

        try:
            async with asyncio.TaskGroup() as group:
                for worker in workers:
                    group.create_task(heard(worker))
                while (await store.jobs.counted())[JobState.DELIVERED] < len(wanted):
                    before = said.total()

                    async def worked(before: int = before) -> bool:
                        ended = (await store.jobs.counted())[JobState.DELIVERED] == len(wanted)
                        return ended or said.total() >= before + 3

                    # Who has come to work is who there is to kill, at any point of it.
                    await until(worked)
                    await asyncio.sleep(chances.uniform(0.0, 0.05))
                    if kills < 6:
                        kills += 1
                        await killed(workers.pop(0))
                        workers.append(await started(config, "deliver"))
                        group.create_task(heard(workers[-1]))
                for worker in workers:
                    await killed(worker)
        finally:
            for worker in workers:
                if worker.returncode is None:
                    worker.kill()
                    await worker.wait()
        assert kills >= 3
        assert max(said["delivered", job] for job in wanted) == 1
        # A card may have been shown again only where its process was killed before it could say so.
        assert sum(said["shown", job] for job in wanted) <= len(wanted) + kills
        async with store.database.read() as connection:
            made = select(func.count()).where(evidence_event.c.type == Kind.DRAFT_MADE)
            assert await connection.scalar(made) == len(wanted)
        await check_everything(store)


async def test_a_notice_is_told_by_one_process(config: StorageConfig) -> None:
    async with opened(config, init=True) as one, opened(config) as two:
        member, project = await begun(one, "1")

        async def due(connection: AsyncConnection, seqs: tuple[int, ...]) -> None:
            await connection.execute(insert(notices).values(seq=seqs[0], member_id=member.id, due_at=1))

        told = NewEvent(project.id, Kind.EXPORT_MADE, "sys", {"scope": {"by": "operator"}})
        seq = (await one.ledger.append(told, rows=due)).receipts[0].seq
        found = await asyncio.gather(*(store.notices.due() for store in (one, two) * 4))
        assert [notice.seq for each in found for notice in each] == [seq]
        # Where who took it is killed, it comes up again.
        until_ms = await two.notices.next_due()
        assert until_ms is not None and now_ms() < until_ms <= now_ms() + TAKEN_MS


def test_a_server_belongs_to_one_of_the_shards() -> None:
    shards = [Shard(number, 3) for number in range(3)]
    for guild in ("0", "175928847299117063", "197038439483310086", str(2**63 - 1), None):
        assert sum(shard.serves(guild) for shard in shards) == 1
    assert shards[0].serves(None)


async def test_each_process_draws_for_the_servers_it_serves(config: StorageConfig) -> None:
    async with opened(config, init=True) as store:
        member, project = await begun(store, "1")
        guilds = [str(number << 22) for number in range(6)]
        for guild in (*guilds, None):
            submitted = await submit(store, member, project)
            delivery = Delivery(channel_id="22", user_id="1", locale="en-US", guild_id=guild)
            await store.jobs.set_delivery(submitted.job_id, delivery)
        drawn: dict[int, set[str | None]] = {}
        for number in range(2):
            async with opened(replace(config, shard=Shard(number, 2))) as shard:
                while (job := await shard.jobs.lease("w", 60_000)) is not None:
                    drawn.setdefault(number, set()).add(job.delivery.guild_id)
                # What it gives back at its next start is its own, not that of the others.
                await shard.jobs.release_all()
                async with store.database.read() as connection:
                    free = select(func.count()).where(jobs.c.lease_owner.is_not(None))
                    assert await connection.scalar(free) == 0
        assert drawn == {0: {*guilds[::2], None}, 1: {*guilds[1::2]}}


# --- who serves what, and who keeps ------------------------------------------------------------------


async def test_a_shard_is_served_once(config: StorageConfig) -> None:
    async with opened(replace(config, shard=Shard(0, 2)), init=True):
        with pytest.raises(StateConflict, match="already serves shard 0"):
            await open_store(replace(config, shard=Shard(0, 2)))
        with pytest.raises(StateConflict, match="as 2 shards, not 3"):
            await open_store(replace(config, shard=Shard(1, 3)))
        async with opened(replace(config, shard=Shard(1, 2))), opened(config) as guest:
            assert not await guest.serving.keeps()
    # All of it is free again once they have stopped.
    async with opened(replace(config, shard=Shard())):
        pass


async def test_one_process_keeps_and_another_one_goes_on(
    config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.serving.BEAT_S", 0.05)
    async with opened(replace(config, shard=Shard(1, 2)), init=True) as other:
        await until(other.serving.keeps)
        async with opened(replace(config, shard=Shard(0, 2))) as store:
            assert not await store.serving.keeps()
            # As a server does to a session that was silent for too long: it finds out when it asks, not later.
            async with store.database.read() as connection:
                ours = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 3 AND granted"
                pid = await connection.scalar(text(ours))
            async with store.database.write() as connection:
                await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            assert not await other.serving.keeps()
            keeps = [store.serving.keeps, other.serving.keeps]

            async def one_keeps() -> bool:
                return any([await each() for each in keeps])

            await until(one_keeps)
            assert [await each() for each in keeps].count(True) == 1
            # It has its shard back as well, for nobody else took it.
            assert not other.serving.lost.is_set()


async def test_a_process_whose_shard_was_taken_meanwhile_is_told(
    config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.serving.BEAT_S", 0.05)
    shard = replace(config, shard=Shard())
    async with opened(shard, init=True) as store, opened(config) as guest:
        async with guest.database.write() as connection:
            sessions = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid > 1000000 AND granted"
            pids = set((await connection.execute(text(sessions))).scalars())
            for pid in pids:
                await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            # Taken before it can come back, as by a process that was waiting for it.
            await connection.execute(text(f"SELECT pg_advisory_lock({0x436F6C6F}, {0x20_0000})"))
        async with asyncio.timeout(20):
            await store.serving.lost.wait()
        assert not await store.serving.keeps()
        async with guest.database.write() as connection:
            await connection.execute(text("SELECT pg_advisory_unlock_all()"))


async def test_blocks_and_rules_that_another_process_sets_are_known_soon(
    config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.store.REFRESH_S", 0.05)
    async with opened(config, init=True) as one, opened(config) as two:
        mandate = Mandate("9", "1", "as agreed")
        await one.servers.set(mandate, "showcase_channel", ServerSettings(showcase_channel="22"))

        async def known() -> bool:
            return two.servers.of("9").settings.showcase_channel == "22"

        await until(known)
