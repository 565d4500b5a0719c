"""`/moderation report`: a picture that everybody can read, words that say the same, a table; of few members, totals."""

import csv
import io
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from bot.chat.texts import LOCALES, Texts
from bot.moderation.report_chart import COLOURS, MAX_BARS, bars_of, chart_of
from bot.moderation.report_words import ALT_LIMIT, ReportWords, cells
from bot.pocket.world import GUILD_ID
from storage.acts import Act
from storage.darkroom.chart import round_above
from storage.darkroom.darkroom import Darkroom
from storage.drafts import BriefParams, NewBrief
from storage.jobs import Delivery
from storage.reports import Outcome, ServerUse, Spread
from storage.store import Store
from tests.bot.moderation.using import run
from tests.bot.pocket_member import ANN, BO, GENERAL, MO, PocketMember, words_of

TEXTS = Texts()
FIRST = 20_000


def use_of(by_day: Mapping[int, Mapping[Outcome, int]], *, days: int = 7, members: int = 9) -> ServerUse:
    return ServerUse(
        first_day=FIRST,
        days=days,
        members=members,
        by_day=by_day,
        by_operation={"text": 3, "=cmd()": 1},
        by_rule={"server": 2},
        waited=Spread(900, 30_000),
        drew=Spread(4000, 9000),
        helpful=4,
        unhelpful=1,
        appeals=1,
        acts=2,
    )


WEEK = use_of({FIRST: {Outcome.DELIVERED: 12, Outcome.REFUSED: 3}, FIRST + 6: {Outcome.FAILED: 1}})

any_use = st.builds(
    lambda days, by_day: use_of({day: n for day, n in by_day.items() if day < FIRST + days}, days=days),
    st.integers(1, 366),
    st.dictionaries(
        st.integers(FIRST, FIRST + 365), st.dictionaries(st.sampled_from(Outcome), st.integers(0, 999)), max_size=30
    ),
)


@given(any_use)
def test_the_bars_hold_every_brief_once(use: ServerUse) -> None:
    bars = bars_of(use)
    assert sum(bar.total for bar in bars) == use.briefs
    assert len(bars) <= MAX_BARS and bars[0].day == FIRST


@given(st.integers(1, 10**7))
def test_an_axis_holds_its_bars_and_wastes_little(number: int) -> None:
    assert number <= round_above(number) <= max(1, 2 * number)


@given(any_use)
def test_the_table_adds_up(use: ServerUse) -> None:
    rows = list(csv.DictReader(io.StringIO(cells(use).decode("utf-8-sig"))))
    assert sum(int(row["count"]) for row in rows if row["what"] == "briefs" and row["day"]) == use.briefs


def test_a_spreadsheet_runs_nothing_of_the_table() -> None:
    assert '"\'=cmd()"' in cells(WEEK).decode()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_words_say_what_the_picture_shows(locale: str) -> None:
    words = ReportWords(TEXTS, locale, WEEK)
    alt = words.alt()
    assert len(alt) <= ALT_LIMIT
    for number in ("16", "12", "9", "0.9", "30"):
        assert number in alt
    assert words.rule("server") in alt and "2024-10-04" in alt


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_picture_is_drawn_with_its_bars(locale: str, darkroom: Darkroom) -> None:
    with Image.open(io.BytesIO(await darkroom.chart(chart_of(ReportWords(TEXTS, locale, WEEK))))) as image:
        assert (image.format, image.size) == ("PNG", (1080, 720))
        counted = {colour: count for count, colour in image.convert("RGB").getcolors(10**6) or []}
    shown = {outcome: counted.get(_rgb(COLOURS[outcome]), 0) for outcome in Outcome}
    # What there was not has its square in the legend and no bar.
    assert shown[Outcome.DELIVERED] > shown[Outcome.REFUSED] > shown[Outcome.FAILED] > shown[Outcome.CANCELLED] > 0


def test_its_colours_are_told_apart_by_their_lightness_alone() -> None:
    lights = sorted(_lightness(colour) for colour in COLOURS.values())
    assert all(above - below > 0.04 for below, above in pairwise(lights))


def _rgb(colour: str) -> tuple[int, ...]:
    return ImageColor.getrgb(colour)


def _lightness(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _rgb(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_of_few_members_only_totals_are_said() -> None:
    few = use_of(WEEK.by_day, members=2)
    words = ReportWords(TEXTS, "en-US", few)
    said = " ".join(words.lines())
    assert "16 briefs" in said and "Fewer than three" in said
    assert "refused" not in said and "Waited" not in said
    assert cells(few).decode().count("\n") == 4


async def brief(store: Store, account: str, words: str) -> None:
    member = await store.members.meet("discord", account, "")
    project = await store.projects.current_or_open(member, "Boats", guild_id=GUILD_ID)
    act = Act("175928847299117063", GENERAL, GUILD_ID)
    new = NewBrief(words, "", BriefParams("text", (7,)))
    await store.drafts.submit(member, project, new, act, Delivery(GENERAL, account, "en-US", guild_id=GUILD_ID))


async def test_the_report_comes_as_a_picture_in_words_and_as_a_table(
    store: Store, people: dict[str, PocketMember]
) -> None:
    for account in (ANN, BO, MO):
        await brief(store, account, "a zyzzyva")
    size = await store.ledger.size()
    answer = await run(people[MO], "report", days=7)
    assert answer["flags"] & 64
    said, names = words_of(answer), [each["filename"] for each in answer["attachments"]]
    assert "3 briefs of 3 members" in said and "zyzzyva" not in said and ANN not in said
    assert names == ["colophon-report.png", "colophon-report.csv"]
    assert "3 briefs of 3 members" in answer["attachments"][0]["description"]
    table = await people[MO].download(answer["attachments"][1])
    assert ANN.encode() not in table and b'"members","","active","3"' in table
    assert await store.ledger.size() == size


async def test_with_few_members_there_is_no_picture(store: Store, people: dict[str, PocketMember]) -> None:
    await brief(store, ANN, "a boat")
    answer = await run(people[MO], "report")
    assert "Fewer than three" in words_of(answer)
    assert [each["filename"] for each in answer["attachments"]] == ["colophon-report.csv"]
    assert "This is for moderators" in words_of(await run(people[BO], "report"))
