"""Moderators see without reading; to read is a recorded act, sealed for the member before anything is handed over."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from arro3.io import read_parquet
from hypothesis import given
from hypothesis import strategies as st

from storage.acts import Act
from storage.errors import ExportTooLarge, NotFound, StateConflict, StorageFull
from storage.evidence.bundle import ExportRequest
from storage.evidence.kinds import Kind
from storage.evidence.moderation_export import COLUMNS, Form
from storage.evidence.sealing import NewEvent
from storage.evidence.verify import Verdict, verify_bundle
from storage.mandate import Hold, Mandate
from storage.members import Member
from storage.moderation import clear_exports
from storage.privacy import Basis
from storage.projects import Project
from storage.selecting import Wanted
from storage.store import Store
from storage.suggestions import Suggestion
from tests.storage.test_drafts import DELIVERY, make, submit

GUILD, ELSEWHERE = "9", "8"
MO = Mandate(GUILD, "3003", "a complaint about #4")
ALL = (Form.JSONL, Form.CSV, Form.PARQUET)
"""The brief of `submit` happens in server 9, channel 22."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a moderator was handed."""

    files: dict[str, bytes]
    whole: bytes

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files["data/rows.jsonl"].splitlines()]

    @property
    def about(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.files["data/moderation.json"])
        return found


async def take(
    store: Store, wanted: Wanted | None = None, mandate: Mandate = MO, *, words: bool = False, limit_bytes: int = 2**30
) -> Taken:
    """Export, and keep the file before it is deleted."""
    async with store.moderation.exported(
        wanted or Wanted(), mandate, words=words, forms=ALL, limit_bytes=limit_bytes
    ) as handed:
        whole = handed.path.read_bytes()
    assert not handed.path.exists()
    assert (handed.size_bytes, handed.sha256) == (len(whole), sha256(whole).hexdigest())
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        return Taken({name.partition("/")[2]: archive.read(name) for name in archive.namelist()}, whole)


async def say(store: Store, project: Project, text: str, act: Act) -> int:
    return (await store.projects.note(project, text, act)).seq


async def kinds_of(store: Store, project: Project) -> list[str]:
    return [event.kind for event in await store.history(project)]


async def test_by_default_nothing_is_read(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project, "a very secret boat")
    await make(store, submitted)
    taken = await take(store)
    brief = next(row for row in taken.rows if row["kind"] == Kind.PROMPT_SUBMITTED)
    assert (brief["member"], brief["channel"], brief["fields"]) == ("1001", "22", {})
    assert brief["sealed"] == ["negative", "params", "prompt", "source"]
    assert {row["member"] for row in taken.rows} == {"1001"}
    everything = b"".join(taken.files.values())
    for words in (b"secret", b"Boats", b"image/png"):
        assert words not in everything
    disclosed = [json.loads(line) for line in taken.files["data/disclosures.jsonl"].splitlines()]
    assert {each["field"] for each in disclosed} == {"identity", "discord"}


async def test_refusals_are_seen_with_their_rule(store: Store, ann: Member, project: Project) -> None:
    view = await store.drafts.view((await submit(store, ann, project)).draft_id)
    await store.drafts.refused(view, "minors", {"checked": "words"})
    refused = next(row for row in (await take(store)).rows if row["kind"] == Kind.GENERATION_REFUSED)
    assert (refused["fields"], refused["sealed"]) == ({"rule": "minors"}, ["about"])


async def test_words_are_opened_only_where_that_is_asked_for(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project, '=HYPERLINK("x") 一条红船')
    taken = await take(store, words=True)
    brief = next(row for row in taken.rows if row["kind"] == Kind.PROMPT_SUBMITTED)
    assert brief["fields"]["prompt"] == '=HYPERLINK("x") 一条红船'
    assert brief["sealed"] == []


async def test_the_three_files_say_the_same(store: Store, ann: Member, project: Project) -> None:
    await make(store, await submit(store, ann, project, "=1+1"))
    taken = await take(store, words=True)
    cells = list(csv.reader(io.StringIO(taken.files["data/rows.csv"].decode("utf-8-sig"))))
    assert cells[0] == list(COLUMNS)
    assert [int(row[0]) for row in cells[1:]] == [row["seq"] for row in taken.rows]
    assert not any(cell.startswith("=") for row in cells for cell in row)
    batches = list(read_parquet(io.BytesIO(taken.files["data/rows.parquet"])))
    columns = {name: [value for batch in batches for value in batch[name].to_pylist()] for name in COLUMNS}
    assert columns["seq"] == [row["seq"] for row in taken.rows]
    assert [json.loads(text) for text in columns["fields"]] == [row["fields"] for row in taken.rows]
    assert [f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z" for at in columns["time"]] == [
        row["time"] for row in taken.rows
    ]
    assert (columns["refs"], columns["sealed"]) == (
        [row["refs"] for row in taken.rows],
        [row["sealed"] for row in taken.rows],
    )


async def test_only_what_happened_in_the_server(store: Store, ann: Member, project: Project) -> None:
    here = await say(store, project, "here", Act("1", "22", GUILD))
    await say(store, project, "in another server", Act("2", "33", ELSEWHERE))
    await say(store, project, "in a direct message", Act("3", "44", None))
    theirs, _ = await store.projects.open(ann, "Theirs", guild_id=ELSEWHERE)
    await say(store, theirs, "a project of another server", Act("4", "22", GUILD))
    notes = [row["seq"] for row in (await take(store)).rows if row["kind"] == Kind.NOTE_ADDED]
    assert notes == [here]


async def test_what_says_of_no_place_is_nobodys_to_see(store: Store, ann: Member, project: Project) -> None:
    words = Suggestion("a boat at dusk", "m", "what could I draw?").as_fields()
    await store.ledger.append(NewEvent(project.id, Kind.SUGGESTION_MADE, "bot", words))
    taken = await take(store, words=True)
    assert [row["kind"] for row in taken.rows] == ["project.open", "actor.bound", "consent.given"]
    assert b"dusk" not in b"".join(taken.files.values())


async def test_one_act_that_was_erased_shows_that(store: Store, ann: Member, project: Project) -> None:
    seq = await say(store, project, "x", Act("1", "22", GUILD))
    erased = await store.privacy.erase_event(project, seq, Basis.ASKED)
    rows = {row["seq"]: row for row in (await take(store)).rows}
    assert seq not in rows
    assert (rows[erased.seq]["kind"], rows[erased.seq]["refs"]) == (Kind.ERASURE_DONE, [seq])


async def test_what_the_machine_did_happened_where_it_was_asked_for(
    store: Store, ann: Member, project: Project
) -> None:
    submitted = await submit(store, ann, project)
    await make(store, submitted)
    await store.drafts.choose(submitted.draft_id, 1, ann, "", Act("5", "77", GUILD))
    rows = (await take(store, Wanted(channel="22"))).rows
    # The choice was made in another channel; what it rejects refers to the draft, and so to the brief.
    assert [row["kind"] for row in rows] == ["prompt.submit", "draft.made", "draft.made", "draft.reject"]
    assert [row["channel"] for row in rows] == ["22", "", "", ""]


async def test_filters_by_member_and_time(store: Store, ann: Member, project: Project) -> None:
    bo = await store.members.meet("discord", "2002", "Bo")
    his, _ = await store.projects.open(bo, "Cats", guild_id=GUILD)
    await submit(store, ann, project)
    before = (await take(store)).rows
    assert {row["member"] for row in before} == {"1001", "2002"}
    mine = (await take(store, Wanted(member="2002"))).rows
    assert {row["project"] for row in mine} == {his.id}
    at = before[3]["time"]
    since = Wanted(since_ms=_ms(at))
    assert all(row["time"] >= at for row in (await take(store, since)).rows)
    until = Wanted(until_ms=_ms(at))
    assert [r["seq"] for r in (await take(store, until)).rows] == [r["seq"] for r in before if r["time"] < at]
    with pytest.raises(NotFound):
        await take(store, Wanted(until_ms=1))


async def test_a_project_that_was_erased_shows_that_and_nothing_else(
    store: Store, ann: Member, project: Project
) -> None:
    await submit(store, ann, project)
    await store.privacy.erase(project, Basis.ASKED)
    taken = await take(store, words=True)
    # The brief cannot tell any more where it was made; so it is nobody's to see.
    assert [row["kind"] for row in taken.rows] == ["project.open", "actor.bound", "consent.given", "erasure.done"]
    assert {row["member"] for row in taken.rows} == {""}
    with pytest.raises(NotFound):
        await take(store, Wanted(member="1001"))


@pytest.mark.parametrize("words", [False, True])
async def test_an_export_is_sealed_for_each_owner_before_it_is_handed_over(
    store: Store, ann: Member, project: Project, words: bool
) -> None:
    await submit(store, ann, project)
    async with store.moderation.exported(Wanted(), MO, words=words, forms=ALL, limit_bytes=2**30) as handed:
        recorded = (await kinds_of(store, project))[-2:]
        assert recorded == (
            [Kind.WORDS_OPENED, Kind.EXPORT_MADE] if words else [Kind.PROMPT_SUBMITTED, Kind.EXPORT_MADE]
        )
    made = (await store.history(project)).of(Kind.EXPORT_MADE)[-1]
    scope = made.map("scope")
    assert (scope["by"], scope["who"], scope["reason"]) == ("moderator", "3003", MO.reason)
    assert (scope["file"], scope["export"], scope["rows"]) == (handed.sha256, handed.id, 4)
    looks = await store.privacy.looks([project])
    assert {(look.who, look.reason) for look in looks} == {("moderator", MO.reason)}
    assert len(looks) == (2 if words else 1)


async def test_a_file_too_large_is_not_recorded(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    size = await store.ledger.size()
    with pytest.raises(ExportTooLarge):
        await take(store, limit_bytes=100)
    assert await store.ledger.size() == size
    assert list(store.config.exports_dir.iterdir()) == []


async def test_what_cannot_be_recorded_is_not_handed_over(
    store: Store, ann: Member, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    await submit(store, ann, project)

    async def full(*_: object, **__: object) -> None:
        raise StorageFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(store.ledger, "append", full)
        with pytest.raises(StorageFull):
            await take(store, words=True)
        with pytest.raises(StorageFull):
            await store.moderation.open_event(project.opened_seq, MO)
    assert list(store.config.exports_dir.iterdir()) == []
    assert await store.notices.next_due() is None


async def test_a_bundle_with_a_moderators_export_in_it_verifies(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    await submit(store, ann, project)
    await take(store, words=True)
    await submit(store, ann, project)
    request = ExportRequest({project.id: project.actor}, {"by": "owner"})
    bundle = await store.exporter.export(request, tmp_path / "b.zip")
    assert verify_bundle(bundle.path, vkeys=(store.ledger.vkey,)).verdict is Verdict.VERIFIED


async def test_one_event_is_opened_after_it_is_recorded(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project, "a rude boat")
    shown = await store.moderation.open_event(submitted.receipt.seq, MO)
    assert (shown.fields["prompt"], shown.member) == ("a rude boat", "1001")
    assert "discord" not in shown.fields
    told = (await store.history(project)).by_seq[shown.receipt.seq]
    assert (told.kind, told.refs) == (Kind.WORDS_OPENED, (submitted.receipt.seq,))
    assert told.map("scope")["event"] == submitted.receipt.seq
    (look,) = await store.privacy.looks([project])
    assert (look.who, look.reason, look.seq) == ("moderator", MO.reason, shown.receipt.seq)


async def test_the_number_on_a_card_opens_its_brief(store: Store, ann: Member, project: Project) -> None:
    submitted = await submit(store, ann, project, "a rude boat")
    await make(store, submitted)
    candidate = (await store.drafts.view(submitted.draft_id)).candidates[0]
    shown = await store.moderation.open_event(candidate.seq, MO)
    assert (shown.seq, shown.fields["prompt"]) == (submitted.receipt.seq, "a rude boat")


async def test_what_is_not_of_the_server_cannot_be_opened(store: Store, ann: Member, project: Project) -> None:
    elsewhere = await say(store, project, "x", Act("2", "33", ELSEWHERE))
    theirs, _ = await store.projects.open(ann, "Theirs", guild_id=ELSEWHERE)
    note = await say(store, theirs, "x", Act("3", "22", GUILD))
    size = await store.ledger.size()
    for seq in (elsewhere, note, theirs.opened_seq, 0, 10**9):
        with pytest.raises(NotFound):
            await store.moderation.open_event(seq, MO)
    with pytest.raises(StateConflict):
        await store.moderation.open_event(project.opened_seq + 1, MO)
    assert await store.ledger.size() == size


async def test_what_was_erased_cannot_be_opened(store: Store, ann: Member, project: Project) -> None:
    seq = (await submit(store, ann, project)).receipt.seq
    await store.privacy.erase(project, Basis.ASKED)
    with pytest.raises(NotFound):
        await store.moderation.open_event(seq, MO)
    with pytest.raises(StateConflict):
        await store.moderation.open_event(project.opened_seq, MO)


async def test_the_log_of_a_server_tells_newest_first(store: Store, ann: Member, project: Project) -> None:
    seq = (await submit(store, ann, project)).receipt.seq
    await take(store, Wanted(member="1001"))
    await store.moderation.open_event(seq, MO)
    opened, exported = await store.moderation.acts(GUILD, before=None, limit=10)
    assert (opened.act, opened.who, opened.reason, opened.member) == ("open", "3003", MO.reason, "1001")
    assert opened.scope["event"] == seq
    assert (exported.act, exported.member, exported.scope["rows"]) == ("export", "1001", 4)
    assert await store.moderation.acts(GUILD, before=opened.seq, limit=10) == [exported]
    assert await store.moderation.acts(GUILD, before=None, limit=1) == [opened]
    assert await store.moderation.acts(ELSEWHERE, before=None, limit=10) == []


async def test_the_log_does_not_outlive_who_it_was_about(store: Store, ann: Member, project: Project) -> None:
    await submit(store, ann, project)
    await take(store, Wanted(member="1001"))
    await store.privacy.erase(project, Basis.ASKED)
    await store.privacy.forget(ann)
    (act,) = await store.moderation.acts(GUILD, before=None, limit=10)
    assert act.member == ""
    assert "1001" not in json.dumps(dict(act.scope))


async def test_whom_to_tell_of_what(store: Store, ann: Member, project: Project) -> None:
    seq = (await submit(store, ann, project)).receipt.seq
    other, _ = await store.projects.open(ann, "Cats", guild_id=GUILD)
    await say(store, other, "x", Act("1", "22", GUILD))
    await take(store)
    assert await store.notices.due() == []
    await take(store, words=True)
    (notice,) = await store.notices.due()
    assert (notice.user_id, notice.kind, notice.locale) == ("1001", Kind.WORDS_OPENED, DELIVERY.locale)
    assert (notice.scope["who"], notice.scope["reason"]) == ("3003", MO.reason)
    await store.notices.done(notice.seq)
    await take(store, Wanted(member="1001"))
    await store.moderation.open_event(seq, MO)
    assert [n.kind for n in await store.notices.due()] == [Kind.EXPORT_MADE, Kind.WORDS_OPENED]


async def test_a_hold_puts_the_message_off_and_hides_nothing(store: Store, ann: Member, project: Project) -> None:
    seq = (await submit(store, ann, project)).receipt.seq
    until = 4_000_000_000_000
    held = Mandate(GUILD, "3003", "asked by the police", Hold(until, "they asked for it"))
    await store.moderation.open_event(seq, held)
    assert await store.notices.due() == []
    assert await store.notices.next_due() == until
    (look,) = await store.privacy.looks([project])
    assert look.reason == "asked by the police"
    scope = (await store.history(project)).of(Kind.WORDS_OPENED)[0].map("scope")
    assert scope["hold"] == {"until": "2096-10-02T07:06:40.000Z", "reason": "they asked for it"}


async def test_who_erased_everything_is_told_nothing_more(store: Store, ann: Member, project: Project) -> None:
    await store.moderation.open_event((await submit(store, ann, project)).receipt.seq, MO)
    await store.privacy.erase(project, Basis.ASKED)
    assert await store.notices.due() == []
    assert await store.notices.next_due() is None


def test_what_a_crash_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    for name in ("m_00.zip", "keep.txt", "bundle.zip"):
        (tmp_path / name).touch()
    clear_exports(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle.zip", "keep.txt"]


@given(st.integers(0, 2**41), st.integers(0, 2**41))
def test_filters_are_recorded_as_they_are(since: int, until: int) -> None:
    told = Wanted("m", None, since, until).as_field()
    assert set(told) == {"member", "since", "until"}
    assert (_ms(str(told["since"])), _ms(str(told["until"]))) == (since, until)


def _ms(ts: str) -> int:
    return round(datetime.fromisoformat(ts).timestamp() * 1000)
