"""The chart: nothing lost, order kept, few stretches; made of kinds and times alone, and told in words too."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, NumberObject

from storage.evidence.dossier.chart import chart
from storage.evidence.dossier.compose import compose
from storage.evidence.dossier.content import Content
from storage.evidence.dossier.document import NOTHING, Bar, Chart, Prose, Sign
from storage.evidence.dossier.pdf import render_pdf
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.plot import Plot, key, plot
from storage.evidence.dossier.stretches import MOST, stretches
from storage.evidence.dossier.telling import Telling
from storage.evidence.dossier.words import LANGUAGES, Words
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from tests.storage.evidence.dossier.telling_events import facts, history, withheld
from tests.storage.evidence.dossier.test_html import page
from tests.storage.evidence.dossier.test_statements import whole

BEGUN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

moments = st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC)), min_size=1)
close_moments = st.builds(
    lambda begun, seconds: [begun + timedelta(seconds=each) for each in seconds],
    st.datetimes(datetime(1971, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC)),
    st.lists(st.integers(0, 10_000_000), min_size=1),
)
bars = st.lists(st.builds(Bar, st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=MOST)


def over_time(*told: tuple[timedelta, Kind]) -> History:
    """Return events at their times, each drawn from the one before it."""
    made = history(*((kind, {}, [max(0, seq - 1)]) for seq, (_, kind) in enumerate(told)))
    return replace(made, events=tuple(replace(e, at=BEGUN + after) for e, (after, _) in zip(made, told, strict=True)))


def days(number: float) -> timedelta:
    return timedelta(days=number)


STORY = over_time(
    (days(0), Kind.PROJECT_OPENED),
    (days(0), Kind.INTENT_DECLARED),
    (days(0), Kind.PROMPT_SUBMITTED),
    (days(0), Kind.GENERATION_STARTED),
    (days(0), Kind.DRAFT_MADE),
    (days(0), Kind.DRAFT_MADE),
    (days(1), Kind.DRAFT_SELECTED),
    (days(4), Kind.STATEMENT_DECLARED),
    (days(4), Kind.PIECE_PUBLISHED),
    (days(5), Kind.PIECE_SHOWN),
    (days(90), Kind.EXPORT_MADE),
)


def charted(told: History, language: str = "en-US") -> Chart:
    drawn, note = chart(Content(told), Telling(Words(language)))
    assert isinstance(drawn, Chart)
    assert isinstance(note, Prose)
    return drawn


def bare(filled: Sequence[Bar], landmarks: Sequence[tuple[Sign, int]] = ()) -> Chart:
    return Chart("t", "a", tuple(filled), tuple(landmarks), "first", "last", (), ())


def shapes_of(drawn: Plot) -> ElementTree.Element:
    return ElementTree.fromstring(drawn.standing_alone())  # noqa: S314  # our own file


@given(moments | close_moments)
def test_time_is_cut_so_that_nothing_is_lost_and_order_is_kept(when: list[datetime]) -> None:
    cut = stretches(when)
    assert 1 <= cut.number <= MOST
    places = [cut.place(at) for at in sorted(when)]
    assert (places[0], places[-1]) == (0, cut.number - 1)
    assert all(earlier <= later for earlier, later in pairwise(places))
    for at in when:
        begins = datetime(1970, 1, 5, tzinfo=UTC) + (cut.first + cut.place(at)) * cut.length
        assert begins <= at < begins + cut.length


@pytest.mark.parametrize(
    ("lasted", "unit", "many"),
    [
        (timedelta(0), "minutes", 1),
        (timedelta(minutes=39), "minutes", 1),
        (timedelta(hours=3), "minutes", 5),
        (timedelta(hours=30), "hours", 1),
        (timedelta(days=30), "days", 1),
        (timedelta(days=270), "weeks", 1),
        (timedelta(days=3000), "weeks", 16),
    ],
)
def test_the_stretches_fit_how_long_the_work_took(lasted: timedelta, unit: str, many: int) -> None:
    cut = stretches([BEGUN + lasted, BEGUN])
    assert (cut.unit, cut.many) == (unit, many)


def test_it_counts_the_acts_of_each_hand_and_nothing_else() -> None:
    drawn = charted(STORY)
    assert sum(bar.person for bar in drawn.bars) == 4
    assert sum(bar.machine for bar in drawn.bars) == 2
    assert drawn.bars[0] == Bar(2, 2)
    assert NOTHING in drawn.bars
    assert (drawn.first, drawn.last) == ("2026-11-28 09:00 UTC", "2026-12-03 09:00 UTC")
    last = len(drawn.bars) - 1
    assert dict(drawn.landmarks).keys() == {Sign.INTENT, Sign.DRAFT, Sign.CLAIM, Sign.SHOWN}
    assert dict(drawn.landmarks)[Sign.INTENT] == dict(drawn.landmarks)[Sign.DRAFT] == 0
    assert 0 < dict(drawn.landmarks)[Sign.CLAIM] < dict(drawn.landmarks)[Sign.SHOWN] == last


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_opened_changes_nothing_in_it(language: str) -> None:
    assert charted(withheld(whole()), language) == charted(whole(), language)


def test_what_is_not_there_is_not_in_the_legend() -> None:
    signs = {sign for sign, _ in charted(over_time(*[(days(0), Kind.NOTE_ADDED)] * 3)).legend}
    assert signs == {Sign.PERSON, Sign.MACHINE}


def test_two_acts_need_no_chart() -> None:
    few = over_time((days(0), Kind.PROJECT_OPENED), (days(0), Kind.PROMPT_SUBMITTED), (days(1), Kind.DRAFT_MADE))
    assert chart(Content(few), Telling(Words("en-US"))) == ()
    assert not [name for name, _ in page(few).tags if name == "svg"]


@given(bars, st.lists(st.sampled_from(list(Sign)[3:]), unique=True), st.data())
def test_any_chart_is_well_formed_and_stays_within_its_frame(
    filled: list[Bar], signs: list[Sign], data: st.DataObject
) -> None:
    places = st.integers(0, len(filled) - 1)
    drawn = plot(bare(filled, [(sign, data.draw(places)) for sign in signs]))
    root = shapes_of(drawn)
    boxes = [
        {name: float(each.get(name, "")) for name in ("x", "y", "width", "height")}
        for each in root.iter()
        if each.tag.endswith("rect")
    ]
    assert len(boxes) == sum((bar.person > 0) + (bar.machine > 0) for bar in filled)
    for box in boxes:
        assert box["width"] > 0
        assert box["height"] > 1
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= drawn.width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= drawn.height
    assert not list(root.itertext())


def test_landmarks_in_one_stretch_do_not_cover_each_other() -> None:
    signs = (Sign.INTENT, Sign.DRAFT, Sign.CLAIM, Sign.SHOWN)
    root = shapes_of(plot(bare([Bar(1, 1)], [(sign, 0) for sign in signs])))
    where = [each.get("transform") for each in root.iter() if each.get("transform")]
    assert len(where) == len(set(where)) == 4


def test_every_sign_has_a_shape_of_its_own() -> None:
    assert len({key(sign).shapes for sign in Sign}) == len(Sign)


@pytest.mark.parametrize(
    ("language", "told", "alternative"),
    [
        (
            "en-US",
            "4 acts of the person and 2 of the machine, from 2026-11-28 to 2026-12-03 (UTC)",
            "Above the line the person’s acts, 2 in a stretch at most",
        ),
        (
            "zh-CN",
            "2026-11-28 至 2026-12-03（UTC）：人的行为 4 次，机器的行为 2 次",
            "横线上方为人的行为，每段最多 2 次",
        ),
    ],
)
def test_it_stands_in_the_page_for_eyes_and_ears(language: str, told: str, alternative: str) -> None:
    read = page(STORY, language)
    (image,) = [attributes for name, attributes in read.tags if name == "svg" and attributes.get("role") == "img"]
    named = [attributes["id"] for name, attributes in read.tags if name in ("title", "desc") and "id" in attributes]
    assert (image["aria-labelledby"] or "").split() == named
    assert told in read.words
    assert alternative in read.words
    order = [attributes.get("class") for _, attributes in read.tags]
    assert order.index("chart") < order.index("timeline")
    assert all(a.get("aria-hidden") for n, a in read.tags if n == "svg" and a is not image)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_stands_in_the_pdf_which_stays_what_the_standards_ask(language: str) -> None:
    pdf = await render_pdf(compose(Content(STORY), Pictures(), facts(), language))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    reader, drawn = PdfReader(io.BytesIO(pdf)), charted(STORY, language)
    said = bare_words("".join(p.extract_text() for p in reader.pages))
    for wanted in (drawn.first, drawn.last, *(text for _, text in drawn.legend), *(s.text for s in drawn.caption)):
        assert bare_words(wanted) in said
    # Only what is read aloud is a figure; the signs of the legend are ornaments.
    (alternative,) = spoken_pictures(reader)
    assert bare_words(drawn.alternative) in bare_words(alternative)


def bare_words(text: str) -> str:
    return "".join(text.replace("\u200b", "").split())


def spoken_pictures(reader: PdfReader) -> list[str]:
    size = reader.trailer.get("/Size")
    assert isinstance(size, NumberObject)
    things = [reader.get_object(number) for number in range(1, size)]
    return [str(each["/Alt"]) for each in things if isinstance(each, DictionaryObject) and each.get("/S") == "/Figure"]
