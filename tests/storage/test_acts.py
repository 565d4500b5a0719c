"""Every act of a member leaves its event, with where its words come from, and what the platform's clock said."""

import time

from storage.acts import Act
from storage.clock import LEFT_MS, RAN_BACK_MS, ClockWatch, snowflake_ms
from storage.evidence.changes import PictureChange, Region
from storage.evidence.commitments import JsonValue
from storage.evidence.history import RecordedEvent
from storage.evidence.kinds import Kind
from storage.members import Member
from storage.projects import Brought, Project
from storage.store import StorageConfig, Store, open_store
from storage.suggestions import Suggestion
from tests.storage.test_drafts import ACT, make, picture, submit


async def last(store: Store, project: Project) -> RecordedEvent:
    return (await store.history(project)).events[-1]


async def test_a_project_begins_with_who_opened_it_and_that_they_agreed(store: Store, project: Project) -> None:
    opened, bound, agreed = await store.history(project)
    assert (opened.kind, opened.text("title")) == (Kind.PROJECT_OPENED, "Boats")
    assert (bound.kind, bound.text("identity")) == (Kind.ACTOR_BOUND, "discord:1001")
    assert agreed.kind == Kind.CONSENT_GIVEN and agreed.text("agreed_at").endswith("Z")


async def test_consent_taken_back_and_given_again_is_on_record(store: Store, ann: Member, project: Project) -> None:
    await store.privacy.withdraw(ann, [project], ACT)
    assert (await last(store, project)).kind == Kind.CONSENT_WITHDRAWN
    gone = await store.members.find("discord", "1001")
    assert gone is not None and not gone.consented
    back = await store.privacy.agree(gone, [project])
    assert back.consented and (await last(store, project)).kind == Kind.CONSENT_GIVEN
    size = await store.ledger.size()
    await store.privacy.agree(back, [project])
    assert await store.ledger.size() == size


async def test_intent_notes_and_the_claim_are_the_members_words(store: Store, project: Project) -> None:
    await store.projects.declare_intent(project, "a harbour at dusk", ACT)
    await store.projects.note(project, "warmer", ACT)
    await store.projects.finish(project, "Harbour", "I composed and repainted it", ACT)
    history = await store.history(project)
    intent, note, claim = history.events[-3:]
    assert [intent.text("text"), note.text("text"), claim.text("text")] == [
        "a harbour at dusk",
        "warmer",
        "I composed and repainted it",
    ]
    assert all(event.map("discord")["interaction"] == ACT.interaction for event in (intent, note, claim))
    assert history.title == "Harbour"


async def test_an_edit_refers_to_what_it_changes(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    candidate = (await store.drafts.view(submitted.draft_id)).candidates[0]
    stored = await store.media.put_picture(picture("green"), "image/png")
    change = PictureChange(250_000, (Region(0, 0, 2, 2),), resized=False)
    brought = Brought(stored, "my own hand", candidate.seq, "repainted the sky", change.as_field())
    await store.projects.attach(project, brought, ACT)
    edit = await last(store, project)
    assert (edit.kind, edit.refs) == (Kind.EDIT_APPLIED, (candidate.seq,))
    assert edit.image_sha256 == stored.sha256
    assert edit.map("change") == {"share_ppm": 250_000, "regions": [[0, 0, 2, 2]], "resized": False}
    await store.projects.attach(project, Brought(stored, "a photograph I took"), ACT)
    assert (await last(store, project)).kind == Kind.UPLOAD_ADDED


async def test_words_of_a_machine_stay_its_own(store: Store, ann: Member, project: Project) -> None:
    words = "A lighthouse at dusk, seen from the sea"
    suggested = await store.suggestions.made(project, Suggestion(words, "some-model", "an idea for a poster"), ACT)
    await store.suggestions.taken(project, suggested.seq, ACT)
    assert (await last(store, project)).text("text") == words
    await submit(store, ann, project, words)
    assert (await last(store, project)).text("source") == f"llm:{suggested.seq}"
    await submit(store, ann, project, "A lighthouse at dawn, seen from the sea")
    edited = await last(store, project)
    assert edited.text("source").startswith("edited:")
    assert int(edited.text("source").removeprefix("edited:")) in edited.refs
    change = edited.fields["change"]
    assert isinstance(change, list) and ["+", "awn"] in change
    await submit(store, ann, project, "two herons")
    assert (await last(store, project)).text("source") == "typed"


async def test_stopping_a_draft_and_its_failing_are_on_record(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project)
    _, receipt = await store.drafts.cancel(submitted.draft_id, ann, ACT)
    assert (await last(store, project)).seq == receipt.seq
    again = await submit(store, ann, project, "two herons")
    job = await store.jobs.of_draft(again.draft_id)
    await store.drafts.failed(job, await store.drafts.view(again.draft_id), "model-failed")
    failed = await last(store, project)
    assert (failed.kind, failed.text("reason"), failed.refs) == (
        Kind.GENERATION_FAILED,
        "model-failed",
        (again.receipt.seq,),
    )


async def test_another_clock_than_the_platforms_is_told_once(store: Store, project: Project) -> None:
    now_id = str((int(time.time() * 1000) - 1_420_070_400_000) << 22)
    await store.projects.note(project, "in time", Act(now_id, "22", None))
    before = await store.ledger.size()
    await store.projects.note(project, "old", ACT)
    await store.projects.note(project, "old too", ACT)
    assert await store.ledger.size() == before + 3
    assert not (await store.history(project)).of(Kind.CLOCK_SKEWED), "it is an event of the log, not of the project"
    ahead_ms = (await store.ledger.disclosed(before))["ahead_ms"]
    assert isinstance(ahead_ms, int) and ahead_ms > LEFT_MS


def test_the_platforms_clock_is_in_its_ids() -> None:
    # Discord's own example: 2016-04-30 11:18:25.796 UTC.
    assert snowflake_ms("175928847299117063") == 1_462_015_105_796


def test_a_wrong_clock_is_news_only_when_it_begins() -> None:
    watch, limit = ClockWatch(), RAN_BACK_MS
    told = [watch.ran_back(behind) for behind in (0, limit, limit + 1, limit + 9, 0, limit + 1)]
    assert told == [False, False, True, False, False, True]


async def test_settings_that_touch_the_evidence_are_events_when_they_change(config: StorageConfig) -> None:
    async def start(told: dict[str, JsonValue]) -> int:
        store = await open_store(StorageConfig(config.data_dir, told=told), init=True)
        try:
            return await store.ledger.size()
        finally:
            await store.close()

    first = await start({"keep_days": 90})
    assert await start({"keep_days": 90}) == first
    assert await start({"keep_days": 365}) == first + 1
