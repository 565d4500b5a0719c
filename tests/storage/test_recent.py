"""The bounded memory, and what stands on it when it forgets."""

import pytest

from storage.evidence.sealing import NewEvent
from storage.projects import Project
from storage.recent import Recent
from storage.store import StorageConfig, open_store


def test_the_oldest_makes_room() -> None:
    memory = Recent[str, int](2)
    memory["a"], memory["b"] = 1, 2
    assert memory.setdefault("c", 3) == 3
    assert dict(memory) == {"b": 2, "c": 3}
    memory["b"] = 4
    assert memory.get("a") is None and memory.pop("b") == 4 and len(memory) == 1


async def test_a_log_whose_memory_is_full_records_and_opens_all_the_same(
    config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.evidence.keys.KEYS_KEPT", 1)
    monkeypatch.setattr("storage.evidence.ledger.OWNERS_KEPT", 1)
    store = await open_store(config, init=True)
    try:
        projects: list[Project] = []
        for name in ("Ann", "Bo", "Cy"):
            member = await store.privacy.agree(await store.members.meet("discord", f"1{len(name)}{name}", name), [])
            projects.append((await store.projects.open(member, f"of {name}", guild_id=None))[0])
        told = []
        for project in projects * 2:
            note = NewEvent(project.id, "note.add", project.actor, {"text": project.id})
            failed = NewEvent(project.id, "gen.failed", "bot", {"reason": project.id})
            told += [(project.id, each.seq) for each in (await store.ledger.append(note, failed)).receipts]
        for project_id, seq in told:
            assert project_id in (await store.ledger.disclosed(seq)).values()
    finally:
        await store.close()
