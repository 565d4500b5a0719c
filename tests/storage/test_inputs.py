"""Pictures that go into briefs: each in its role, brought or on record, told in the record, gone when erased."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.briefs import BriefParams, InputRole, Material, NewBrief, NewInput, OnRecord
from storage.drafts import NewCandidate
from storage.errors import NotFound
from storage.evidence.kinds import Kind
from storage.jobs import JobState
from storage.members import Member
from storage.privacy import Basis
from storage.projects import Project
from storage.recorded import StoreEvents, recorded_candidate
from storage.store import Store
from tests.storage.test_drafts import ACT, DELIVERY, make, picture, submit

NUMBERS = st.integers(0, 2**31)
PARAMS = st.builds(
    BriefParams,
    operation=st.sampled_from(["draft", "inpaint", "outpaint", "upscale", "text"]),
    seeds=st.lists(NUMBERS, min_size=1, max_size=4).map(tuple),
    style=st.none() | st.text(max_size=9),
    aspect=st.none() | st.just("16:9"),
    model=st.none() | st.just("m"),
    strength=st.none() | st.floats(0.05, 1),
    regions=st.lists(st.integers(1, 9), max_size=9).map(tuple),
    margins=st.none() | st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
    scale=st.none() | st.integers(2, 4),
    control=st.none() | st.just("scribble"),
    control_scale=st.none() | st.floats(0, 2),
    added=st.none() | st.text(max_size=9),
    derived_from=st.none() | NUMBERS,
    steps=st.none() | NUMBERS,
)


async def material(store: Store, colour: str) -> Material:
    return Material(await store.media.put_picture(picture(colour), "image/png"))


async def retouch(store: Store, ann: Member, project: Project, *inputs: NewInput, **params: Any) -> str:
    """Record a brief with inputs; return the id of its draft."""
    brief = NewBrief("a sail", "", BriefParams("inpaint", (7, 8), **params), inputs)
    return (await store.drafts.submit(ann, project, brief, ACT, DELIVERY)).draft_id


@given(PARAMS)
def test_what_is_recorded_of_a_brief_says_all_of_it(params: BriefParams) -> None:
    assert BriefParams.of(params.as_field()) == params


@pytest.mark.parametrize(
    "stored",
    [
        {"seeds": [1], "hue": 3},
        {"operation": "draft"},
        {"seeds": ["1"]},
        {"seeds": [1], "margins": [1, 2, 3]},
        {"seeds": [1], "regions": [True]},
    ],
)
def test_what_is_no_brief_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"brief|parameter"):
        BriefParams.of(stored)


def test_briefs_of_the_first_versions_can_be_read() -> None:
    assert BriefParams.of({"seeds": [1]}).work == "draft"
    assert BriefParams.of({"operation": "image", "seeds": [1], "strength": 0.5}).work == "redraw"


async def test_every_parameter_comes_back_from_the_store(store: Store, ann: Member, project: Project) -> None:
    params = BriefParams(
        "outpaint", (7,), "flat", "16:9", "m", 0.5, (1, 9), (0, 8, 0, 8), 2, "lineart", 1.5, "warm colours"
    )
    submitted = await store.drafts.submit(ann, project, NewBrief("a sail", "", params), ACT, DELIVERY)
    view = await store.drafts.view(submitted.draft_id)
    assert (view.params, view.inputs, view.erased) == (params, (), False)


async def test_inputs_keep_their_roles_and_are_told_in_the_record(store: Store, ann: Member, project: Project) -> None:
    image, mask = await material(store, "red"), await material(store, "white")
    draft = await retouch(store, ann, project, NewInput(InputRole.IMAGE, image), NewInput(InputRole.MASK, mask))
    view = await store.drafts.view(draft)
    assert [(i.role, i.seq, i.sha256) for i in view.inputs] == [
        (InputRole.IMAGE, view.seq - 2, image.picture.sha256),
        (InputRole.MASK, view.seq - 1, mask.picture.sha256),
    ]
    told = await store.ledger.disclosed(view.seq)
    assert told["inputs"] == [{"event": view.seq - 2, "role": "image"}, {"event": view.seq - 1, "role": "mask"}]
    history = await store.history(project)
    assert history.by_seq[view.seq].refs == (view.seq - 2, view.seq - 1)


async def test_what_is_on_record_is_referred_to_and_not_taken_in_again(
    store: Store, ann: Member, project: Project
) -> None:
    first = await submit(store, ann, project)
    await make(store, first)
    candidate = (await store.drafts.view(first.draft_id)).candidates[1]
    assert await store.drafts.on_record(project, candidate.sha256) == candidate.seq
    size = await store.ledger.size()
    from_it = NewInput(InputRole.IMAGE, OnRecord(candidate.seq))
    draft = await retouch(store, ann, project, from_it, regions=(5,), derived_from=candidate.seq)
    assert await store.ledger.size() == size + 1
    view = await store.drafts.view(draft)
    assert [(i.seq, i.sha256) for i in view.inputs] == [(candidate.seq, candidate.sha256)]
    event = (await store.history(project)).by_seq[view.seq]
    assert candidate.seq in event.refs
    assert event.map("params")["derived_from"] == candidate.seq


async def test_a_picture_of_somebody_else_is_none_of_this_project(store: Store, ann: Member, project: Project) -> None:
    bob = await store.members.meet("discord", "1002", "Bob")
    theirs, _ = await store.projects.open(bob, "Cats", guild_id=None)
    first = await submit(store, bob, theirs)
    await make(store, first)
    candidate = (await store.drafts.view(first.draft_id)).candidates[0]
    assert await store.drafts.on_record(project, candidate.sha256) is None
    with pytest.raises(NotFound):
        await retouch(store, ann, project, NewInput(InputRole.IMAGE, OnRecord(candidate.seq)))
    draft = await retouch(store, ann, project, derived_from=candidate.seq)
    event = (await store.history(project)).by_seq[(await store.drafts.view(draft)).seq]
    # Said, but no reference: a bundle of this project does not hold the other one's events.
    assert candidate.seq not in event.refs
    assert event.map("params")["derived_from"] == candidate.seq


async def test_a_candidate_can_be_read_with_all_that_went_in(store: Store, ann: Member, project: Project) -> None:
    inputs = [
        NewInput(role, await material(store, colour))
        for role, colour in ((InputRole.IMAGE, "red"), (InputRole.MASK, "white"))
    ]
    draft = await retouch(store, ann, project, *inputs)
    job = await store.jobs.of_draft(draft)
    leased = await store.jobs.lease("w", 60_000)
    assert leased is not None and leased.id == job.id
    made = NewCandidate(7, await store.media.put_picture(picture("blue"), "image/png"))
    (receipt,) = await store.drafts.made(leased, [made], {"model": "m"}, 1)
    read = await recorded_candidate(StoreEvents(store.database, store.ledger, store.media), receipt.seq)
    view = await store.drafts.view(draft)
    assert (read.inputs, read.params) == (view.inputs, view.params)


async def test_erasing_a_project_takes_every_input(store: Store, ann: Member, project: Project) -> None:
    image, mask = await material(store, "red"), await material(store, "white")
    draft = await retouch(store, ann, project, NewInput(InputRole.IMAGE, image), NewInput(InputRole.MASK, mask))
    await store.privacy.erase(project, Basis.ASKED)
    assert not any(store.media.path(each.picture.sha256).exists() for each in (image, mask))
    assert (await store.drafts.view(draft)).erased
    assert await store.drafts.on_record(project, image.picture.sha256) is None


async def test_erasing_one_picture_stops_what_waits_for_it(store: Store, ann: Member, project: Project) -> None:
    image, mask = await material(store, "red"), await material(store, "white")
    draft = await retouch(store, ann, project, NewInput(InputRole.IMAGE, image), NewInput(InputRole.MASK, mask))
    view = await store.drafts.view(draft)
    await store.privacy.erase_event(project, view.inputs[1].seq, Basis.ASKED)
    assert store.media.path(image.picture.sha256).exists()
    assert not store.media.path(mask.picture.sha256).exists()
    assert (await store.jobs.of_draft(draft)).state is JobState.CANCELLED
    with pytest.raises(NotFound):
        await retouch(store, ann, project, NewInput(InputRole.MASK, OnRecord(view.inputs[1].seq)))


async def test_a_file_that_two_events_brought_stays_until_both_are_erased(
    store: Store, ann: Member, project: Project
) -> None:
    image = await material(store, "red")
    drafts = [await retouch(store, ann, project, NewInput(InputRole.IMAGE, image)) for _ in range(2)]
    first, second = [(await store.drafts.view(draft)).inputs[0].seq for draft in drafts]
    path = store.media.path(image.picture.sha256)
    await store.privacy.erase_event(project, first, Basis.ASKED)
    assert path.exists()
    assert await store.drafts.on_record(project, image.picture.sha256) == second
    await store.privacy.erase_event(project, second, Basis.ASKED)
    assert not path.exists()


async def test_a_brief_without_words_is_no_edit_of_another(store: Store, ann: Member, project: Project) -> None:
    brief = NewBrief("", "", BriefParams("upscale", (1,)), (NewInput(InputRole.IMAGE, await material(store, "red")),))
    for _ in range(2):
        await store.drafts.submit(ann, project, replace(brief), ACT, DELIVERY)
    history = await store.history(project)
    assert [event.text("source") for event in history.of(Kind.PROMPT_SUBMITTED)] == ["typed", "typed"]
