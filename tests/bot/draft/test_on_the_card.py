"""What can be done with a draft, at the pocket server with the unchanged client: by its author and by others."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from models.drafts.app import create_app
from models.drafts.order import Operation
from storage.evidence.kinds import Kind
from storage.suggestions import Suggestion
from tests.bot.house import House, open_house
from tests.bot.pocket_member import ANN, BO, EPHEMERAL, GENERAL, Json, PocketMember, buttons_of, words_of
from tests.bot.test_coverage import ON_THE_CARD, Story, opened
from tests.models.drafts.fake_engine import OFFER, FakeEngine
from tests.models.fake_images import KEY
from tests.storage.test_drafts import ACT

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Scene:
    """A bot whose model can do everything, and Ann, who has agreed and waits for nothing."""

    house: House
    engine: FakeEngine
    ann: PocketMember

    @property
    def direct(self) -> str:
        """Return the channel of Ann's direct messages."""
        return str(self.house.pocket.world.direct(ANN)["id"])

    def messages(self, channel: str) -> list[Json]:
        """Return what stands in a channel for all who may look."""
        world = self.house.pocket.world
        return [m for m in world.messages.values() if m["channel_id"] == channel and m["id"] not in world.private]

    async def card(self, **options: object) -> Json:
        """Draft, and return the finished card."""
        return await self.becomes(await self.uses(brief="a boat", **options))

    async def uses(self, **options: object) -> Json:
        return await self.ann.answer(await self.ann.command("draft", **options))

    async def becomes(self, waiting: Json) -> Json:
        return await self.ann.message(lambda m: m["id"] == waiting["id"] and "①" in str(buttons_of(m)))

    async def press(self, message: Json, label: str) -> Json:
        return await self.ann.answer(await self.ann.press(message, buttons_of(message)[label]))

    async def events(self, kind: Kind) -> list[tuple[int, dict[str, Any]]]:
        """Return the events of a kind with their words, oldest first."""
        ledger = self.house.store.ledger
        async with self.house.store.database.read() as connection:
            rows: Any = await connection.exec_driver_sql(
                "SELECT seq FROM evidence_event WHERE type = ? ORDER BY seq", (kind.value,)
            )
            seqs = [row.seq for row in rows.all()]
        told = await ledger.disclosed_many(seqs)
        return [(seq, dict(told[seq])) for seq in seqs]


async def agreed(url: str, who: str) -> None:
    """Let somebody agree to be recorded."""
    async with PocketMember(url, who) as member:
        notice = await member.answer(await member.command("draft", brief="a start", count=1))
        waiting = await member.answer(await member.press(notice, buttons_of(notice)["I agree"]))
        # Their own card: others may have one in the channel already.
        await member.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    engine = FakeEngine(offers=(replace(OFFER, operations=tuple(Operation), steps=4),))
    async with open_house(tmp_path, create_app(lambda: engine, KEY)) as house:
        await agreed(house.url, ANN)
        async with PocketMember(house.url, ANN) as ann:
            yield Scene(house, engine, ann)


async def test_every_way_on_from_a_card_leaves_its_event(scene: Scene) -> None:
    story, ann = Story(scene.house, scene.ann), scene.ann
    card = await scene.card(count=2)
    choice = await scene.press(card, "②")

    async def comes_of(acting: Awaitable[Json]) -> Json:
        return await scene.becomes(await acting)

    async def submit(form: Json, *words: str) -> Json:
        return await ann.answer(await ann.submit(form, *words))

    async def turned_on() -> Json:
        await ann.press(fields, buttons_of(fields)["5"])
        return await ann.message(lambda m: m["id"] == fields["id"] and "5 ✓" in buttons_of(m))

    async def style() -> Json:
        custom_id = styles["components"][0]["components"][0]["custom_id"]
        data = {"component_type": 3, "custom_id": custom_id, "values": ["ink"]}
        return await ann.answer(await ann._interact({"type": 3, "message_id": styles["id"], "data": data}))

    press = partial(partial, scene.press)
    which = await story.does("DraftButton vary", press(card, "Vary"))
    for act, label in (("subtle", "② subtly"), ("strong", "① strongly")):
        await story.does(f"DraftButton {act}", partial(comes_of, scene.press(which, label)))
    for act, label in (("finish", "Finish"), ("upscale", "Upscale")):
        await story.does(f"DraftButton {act}", partial(comes_of, scene.press(choice, label)))
    styles = await story.does("DraftButton restyle", press(choice, "Restyle"))
    await story.does("StyleSelect", partial(comes_of, style()))
    fields = await story.does("DraftButton retouch", press(choice, "Retouch"))
    fields = await story.does("FieldButton", turned_on)
    retouching = await opened(ann, ann.press(fields, buttons_of(fields)["Paint these…"]))
    await story.does("RetouchForm", partial(comes_of, submit(retouching, "a lantern")))
    refining = await story.does("DraftButton refine", lambda: opened(ann, ann.press(card, buttons_of(card)["Refine…"])))
    assert [label["component"].get("value") for label in refining["components"]] == ["a boat", None]
    await story.does("RefineForm", partial(comes_of, submit(refining, "a boat at dusk", "rain")))
    note = await story.does("DraftButton evidence", press(card, "Evidence"))
    assert "/evidence verify" in words_of(note) and "Open the record" in buttons_of(note)
    await story.does("DraftButton original", press(choice, "Download original"))
    await what_is_ones_alone(story, scene)
    await what_others_do(story, scene, card)
    assert ON_THE_CARD.keys() <= story.told


async def what_is_ones_alone(story: Story, scene: Scene) -> None:
    await scene.uses(brief="a lighthouse", count=1, private=True)
    await scene.ann.saying("is in your direct messages")
    async with PocketMember(scene.house.url, ANN, channel=scene.direct) as ann:
        card = await ann.saying("a lighthouse")

        async def press(label: str) -> Json:
            return await ann.answer(await ann.press(card, buttons_of(card)[label]))

        await story.does("DraftButton show", partial(press, "Show in channel"))
        assert "a lighthouse" in words_of(scene.messages(GENERAL)[-1])


async def what_others_do(story: Story, scene: Scene, card: Json) -> None:
    await agreed(scene.house.url, BO)
    async with PocketMember(scene.house.url, BO) as bo:
        told = await bo.answer(await bo.press(card, buttons_of(card)["①"]))
        own = buttons_of(told)["Start my own from ②"]
        form = await story.does("DraftButton own", lambda: opened(bo, bo.press(told, own)))

        async def begin() -> Json:
            waiting = await bo.answer(await bo.submit(form, "a heron"))
            return await bo.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))

        await story.does("OwnForm", begin)


async def test_what_goes_on_from_a_candidate_says_so(scene: Scene) -> None:
    card = await scene.card(count=2)
    choice = await scene.press(card, "②")
    waiting = await scene.press(choice, "Finish")
    assert "no stronger model here: fake" in words_of(waiting)
    await scene.becomes(waiting)
    made = [seq for seq, told in await scene.events(Kind.DRAFT_MADE)]
    _, finished = (await scene.events(Kind.PROMPT_SUBMITTED))[-1]
    assert finished["params"]["derived_from"] == made[2]
    assert finished["inputs"] == [{"event": made[2], "role": "image"}]
    order = scene.engine.orders[-1]
    assert (order.operation, order.strength, order.steps) == (Operation.REDRAW, 0.3, 8)
    assert order.seeds == (finished["params"]["seeds"][0],)


async def test_a_retouch_names_its_fields(scene: Scene) -> None:
    choice = await scene.press(await scene.card(count=1), "①")
    fields = await scene.press(choice, "Retouch")
    for field in ("2", "9"):
        await scene.ann.press(fields, buttons_of(fields)[field])
        fields = await scene.ann.saying(f"{field} ✓")
    form = await opened(scene.ann, scene.ann.press(fields, buttons_of(fields)["Paint these…"]))
    card = await scene.becomes(await scene.ann.answer(await scene.ann.submit(form, "a lantern")))
    order = scene.engine.orders[-1]
    assert (order.operation, order.regions, order.prompt) == (Operation.INPAINT, (2, 9), "a lantern")
    assert "a lantern" in words_of(card)


async def test_the_original_keeps_its_marks(scene: Scene) -> None:
    choice = await scene.press(await scene.card(count=1), "①")
    told = await scene.press(choice, "Download original")
    assert told["flags"] & EPHEMERAL
    (file,) = told["attachments"]
    (*_, (seq, made)) = await scene.events(Kind.DRAFT_MADE)
    assert file["filename"] == f"colophon-{seq}.png"
    data = await scene.ann.download(file)
    assert b"trainedAlgorithmicMedia" in data
    assert len(data) == made["image"]["size"]


async def test_a_card_from_before_a_restart_goes_on(tmp_path: Path) -> None:
    able = replace(OFFER, operations=tuple(Operation))
    async with open_house(tmp_path, create_app(lambda: FakeEngine(offers=(able,)), KEY)) as house:
        await agreed(house.url, ANN)
    engine = FakeEngine(offers=(able,))
    async with open_house(tmp_path, create_app(lambda: engine, KEY)) as house, PocketMember(house.url, ANN) as ann:
        scene = Scene(house, engine, ann)
        card = await ann.saying("a start")
        choice = await scene.press(card, "①")
        which = await scene.press(card, "Vary")
        await scene.becomes(await scene.press(which, "① subtly"))
        await scene.becomes(await scene.press(choice, "Upscale"))
        form = await opened(ann, ann.press(card, buttons_of(card)["Refine…"]))
        await scene.becomes(await ann.answer(await ann.submit(form, "two herons", "")))
    assert [order.operation for order in engine.orders] == [Operation.VARY, Operation.UPSCALE, Operation.DRAFT]


# --- for its member alone ------------------------------------------------------------------------


async def test_of_a_private_draft_nothing_is_seen_until_it_is_shown(scene: Scene) -> None:
    async with (
        PocketMember(scene.house.url, BO) as bo,
        PocketMember(scene.house.url, ANN, channel=scene.direct) as ann,
    ):
        seen = len(bo.seen.frames)
        await scene.uses(brief="a lighthouse", count=2, private=True)
        await scene.ann.saying("is in your direct messages")
        card = await ann.saying("a lighthouse")
        await ann.answer(await ann.press(card, buttons_of(card)["②"]))
        waiting = await ann.answer(await ann.press(card, buttons_of(card)["Redo"]))
        again = await ann.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
        assert "Show in channel" in buttons_of(again)
        assert not [f for f in bo.seen.frames[seen:] if f["t"].startswith("MESSAGE")]
        shown = await ann.answer(await ann.press(card, buttons_of(card)["Show in channel"]))
        assert "in the channel now" in words_of(shown)
        for_all = await bo.saying("a lighthouse")
        assert len(for_all["attachments"]) == 1 and "Show in channel" not in buttons_of(for_all)
        twice = await ann.answer(await ann.press(card, buttons_of(card)["Show in channel"]))
        assert "before" in words_of(twice)
        ((seq, told),) = await scene.events(Kind.DRAFT_SHOWN)
        assert told["channel"] == for_all["channel_id"] and f"#{seq}" in words_of(shown)
        note = await bo.answer(await bo.press(for_all, buttons_of(for_all)["② ✓"]))
        assert [b for b in buttons_of(note) if b.startswith("Start")] == ["Start my own from ②"]


async def test_where_direct_messages_are_closed_it_is_shown_to_its_member_here(scene: Scene) -> None:
    scene.house.pocket.world.closed.add(ANN)
    waiting = await scene.uses(brief="a lighthouse", count=1, private=True)
    card = await scene.becomes(waiting)
    assert card["flags"] & EPHEMERAL and "closed to me" in words_of(card)
    assert len(card["attachments"]) == 1


async def test_where_nothing_is_open_it_is_kept_and_its_member_told(scene: Scene) -> None:
    world = scene.house.pocket.world
    world.closed.add(ANN)
    scene.engine.hold = threading.Event()
    await scene.uses(brief="a lighthouse", count=1, private=True)
    await asyncio.to_thread(scene.engine.holding.wait, 20)
    for interaction in world.interactions.values():
        interaction.life_s = 0.0
    scene.engine.hold.set()
    line = await scene.ann.saying("is ready for you alone")
    assert "lighthouse" not in words_of(line) and not line["attachments"] and not line["flags"] & EPHEMERAL
    card = await scene.press(line, "Look")
    assert card["flags"] & EPHEMERAL and "a lighthouse" in words_of(card) and card["attachments"]
    async with PocketMember(scene.house.url, BO) as bo:
        refused = await bo.answer(await bo.press(line, buttons_of(line)["Look"]))
        assert "belongs to another member" in words_of(refused) and not buttons_of(refused)


# --- other members -------------------------------------------------------------------------------


async def test_who_starts_from_anothers_picture_gets_no_word_of_theirs(scene: Scene) -> None:
    card = await scene.card(count=1)
    await agreed(scene.house.url, BO)
    async with PocketMember(scene.house.url, BO) as bo:
        note = await bo.answer(await bo.press(card, buttons_of(card)["Redo"]))
        assert note["flags"] & EPHEMERAL
        form = await opened(bo, bo.press(note, buttons_of(note)["Start my own from ①"]))
        waiting = await bo.answer(await bo.submit(form, "a heron"))
        await bo.message(lambda m: m["id"] == waiting["id"] and "①" in buttons_of(m))
    ((_, upload),) = await scene.events(Kind.UPLOAD_ADDED)
    assert upload["declared"] == "another person"
    assert upload["marks"]
    async with scene.house.store.database.read() as connection:
        row = (
            await connection.exec_driver_sql(
                "SELECT c.seq FROM candidates c JOIN drafts d ON d.id = c.draft_id JOIN briefs b ON b.id = d.brief_id "
                "JOIN members m ON m.id = b.member_id WHERE m.platform_user_id = ? ORDER BY c.seq DESC LIMIT 1",
                (ANN,),
            )
        ).one()
    assert upload["taken_from"] == row.seq
    member = await scene.house.store.members.find("discord", BO)
    assert member is not None
    project = await scene.house.store.projects.current(member)
    assert project is not None
    history = await scene.house.store.history(project)
    assert not [event for event in history if "a boat" in str(dict(event.fields))]


# --- whose words ---------------------------------------------------------------------------------


async def test_words_that_an_ai_suggested_are_underlined(scene: Scene) -> None:
    store = scene.house.store
    member = await store.members.find("discord", ANN)
    assert member is not None
    project = await store.projects.current(member)
    assert project is not None
    await store.suggestions.made(project, Suggestion("an old harbour in the fog", "m", "a harbour"), ACT)
    waiting = await scene.uses(brief="an old harbour in the morning fog", count=1)
    card = await scene.becomes(waiting)
    assert "__an old harbour in the__ morning __fog__" in card["embeds"][0]["description"]
