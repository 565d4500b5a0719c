"""From what is typed to a brief: who draws, in which manner, by whose words."""

import pytest

from bot.ask.facts import Language, load_facts
from bot.chat.texts import LOCALES, Texts
from bot.draft.asking import Asking
from bot.draft.brief import closeness
from bot.draft.manners import Manners
from bot.draft.operations import Operation, model_for
from bot.draft.options import NEEDED, OPERATIONS, impossible
from bot.draft.palettes import PALETTES
from bot.draft.request import Given, request_of
from bot.errors import UserFacing
from models.catalog import EMBEDDED_DRAFTS
from models.drafting import ModelAbilities
from models.embedded.drafts.lexicon import lexicon
from storage.briefs import BriefParams, InputRole

MANNERS = Manners(load_facts())
EMBEDDED = ModelAbilities(
    EMBEDDED_DRAFTS.name, ("draft", "redraw", "sketch", "lines", "upscale"), ("flat", "ink"), sizes=((256, 256),)
)
LARGE = ModelAbilities("large", ("draft", "redraw", "inpaint"), sizes=((1024, 1024), (1216, 832)))
TEXTS = Texts()


def asking(*models: ModelAbilities) -> Asking:
    return Asking(lambda: models, MANNERS)


def refused(error: pytest.ExceptionInfo[UserFacing], locale: str = "en-US") -> str:
    return TEXTS(locale, error.value.key, **error.value.arguments)


def test_the_default_model_needs_no_name_and_another_one_has_it() -> None:
    both = asking(EMBEDDED, LARGE)
    assert both.brief("en-US", Operation.DRAFT, "a boat").params.model is None
    assert both.brief("en-US", Operation.INPAINT, "a boat").params.model == "large"
    assert both.brief("en-US", Operation.DRAFT, "a boat", model="large").params.model == "large"


@pytest.mark.parametrize("locale", LOCALES)
def test_what_no_model_can_is_said_in_one_sentence(locale: str) -> None:
    with pytest.raises(UserFacing) as error:
        asking(EMBEDDED).brief(locale, Operation.INPAINT, "a boat")
    said = refused(error, locale)
    assert EMBEDDED.name in said and "/" in said
    with pytest.raises(UserFacing) as error:
        asking(EMBEDDED, LARGE).brief(locale, Operation.INPAINT, "a boat", model=EMBEDDED.name)
    assert "large" in refused(error, locale)
    with pytest.raises(UserFacing) as error:
        asking(LARGE).brief(locale, Operation.DRAFT, "a boat", model="nobody")
    assert "nobody" in refused(error, locale)


def test_a_server_that_has_not_said_decides_itself() -> None:
    brief = asking().brief("en-US", Operation.INPAINT, "a boat", style="odd", model="m", aspect="16:9")
    assert (brief.params.style, brief.params.model, brief.params.aspect) == ("odd", "m", "16:9")
    assert model_for((), Operation.BLEND) is None


def test_squares_are_drawn_without_an_aspect() -> None:
    with pytest.raises(UserFacing, match="error-aspect"):
        asking(EMBEDDED).brief("en-US", Operation.DRAFT, "a boat", aspect="16:9")
    assert asking(LARGE).brief("en-US", Operation.DRAFT, "a boat", aspect="16:9").params.aspect == "16:9"


@pytest.mark.parametrize("style", ["style-ukiyo-e", "Ukiyo-e woodblock print", "浮世绘"])
def test_a_curated_style_adds_its_steering_words_and_no_word_of_the_member(style: str) -> None:
    brief = asking(LARGE).brief("zh-CN", Operation.DRAFT, "a boat", style=style)
    assert (brief.text, brief.params.style) == ("a boat", None)
    assert brief.params.added is not None and brief.params.added.startswith("Ukiyo-e woodblock print, woodblock print,")


def test_every_curated_style_has_words_and_a_name_in_both_languages() -> None:
    assert len(MANNERS.curated) > 20
    for style in MANNERS.curated.values():
        assert style.added and all(style.titles[language] for language in Language)
        assert len(style.added) < 250


def test_a_style_in_own_words_is_a_part_of_the_words() -> None:
    brief = asking(LARGE).brief("en-US", Operation.DRAFT, "a boat", style="torn wallpaper")
    assert (brief.text, brief.params.style, brief.params.added) == ("a boat, torn wallpaper", None, None)


def test_a_model_that_knows_a_few_words_has_its_own_styles_alone() -> None:
    assert asking(EMBEDDED).brief("en-US", Operation.DRAFT, "a boat", style="ink").params.style == "ink"
    assert MANNERS.offered(EMBEDDED) == ()
    with pytest.raises(UserFacing, match="error-style"):
        asking(EMBEDDED).brief("en-US", Operation.DRAFT, "a boat", style="style-oil")


@pytest.mark.parametrize("model", [EMBEDDED, LARGE, None])
@pytest.mark.parametrize("style", ["Greg Rutkowski", "in the style of HAYAO Miyazaki", "草间弥生风格"])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_living_artist_is_not_drawn_after_by_name(locale: str, style: str, model: ModelAbilities | None) -> None:
    with pytest.raises(UserFacing, match="error-living-artist") as error:
        asking(*([model] if model else [])).brief(locale, Operation.DRAFT, "a boat", style=style)
    titles = {style.titles[Language(locale)] for style in MANNERS.curated.values()}
    assert any(title in refused(error, locale) for title in titles)


def test_the_list_of_artists_names_styles_that_there_are() -> None:
    named = {style for artist in MANNERS._artists for style in artist.instead}
    assert named <= MANNERS.curated.keys()


def test_line_art_is_the_models_own_style_or_added_words() -> None:
    assert asking(EMBEDDED).line_art("en-US", "a boat").params.style == "ink"
    drawn = asking(LARGE).line_art("en-US", "a boat")
    assert drawn.params.style is None and "line art" in (drawn.params.added or "")


@pytest.mark.parametrize("words", PALETTES.values())
def test_no_palette_names_a_thing(words: str) -> None:
    """The embedded model draws what it knows: an orange, for orange."""
    assert lexicon().read(words).things == ()


def test_what_needs_no_words_goes_without() -> None:
    found = asking(EMBEDDED).brief("en-US", Operation.UPSCALE, "", wordless=True, count=1, scale=3)
    assert (found.text, found.params.scale, len(found.params.seeds)) == ("", 3, 1)
    with pytest.raises(UserFacing, match="error-brief-empty"):
        asking(EMBEDDED).brief("en-US", Operation.SKETCH, " ")


def test_a_command_that_no_model_can_serve_is_not_offered() -> None:
    assert impossible(()) is None
    assert impossible((EMBEDDED,)) == frozenset({"color", "restyle", "retouch", "extend", "blend"})
    assert impossible((EMBEDDED, LARGE)) == frozenset({"color", "restyle", "extend", "blend"})
    assert "draft" not in NEEDED and NEEDED.keys() < OPERATIONS.keys()


def test_the_more_a_draft_may_leave_a_drawing_the_less_it_counts() -> None:
    counts = [closeness(strength / 20) or 0 for strength in range(1, 21)]
    assert counts == sorted(counts, reverse=True)
    assert closeness(0.75) == 1.0 and closeness(None) is None


def test_a_request_holds_all_that_was_asked() -> None:
    params = BriefParams(
        "inpaint", (7,), "flat", "16:9", "m", 0.5, (1, 9), (0, 8, 0, 8), 2, "lineart", 1.5, PALETTES["warm"]
    )
    given = [Given(role, role.value.encode()) for role in (*InputRole, InputRole.BLENDED)]
    asked = request_of("d", "a sail", "rain", params, given, interval_s=2)
    assert asked.prompt == "a sail, warm colours"
    assert (asked.image, asked.line, asked.mask, asked.reference) == (b"image", b"line", b"mask", b"reference")
    assert asked.images == (b"blended", b"blended")
    assert (asked.operation, asked.regions, asked.scale, asked.aspect) == ("inpaint", (1, 9), 2, "16:9")
    assert asked.margins is not None and (asked.margins.top, asked.margins.bottom) == (8, 8)
    assert (asked.control, asked.control_scale, asked.strength, asked.model) == ("lineart", 1.5, 0.5, "m")


@pytest.mark.parametrize(("word", "work"), [("text", "draft"), ("image", "redraw")])
def test_briefs_of_the_first_versions_are_asked_for_as_ever(word: str, work: str) -> None:
    asked = request_of("d", "a boat", "", BriefParams(word, (7,)), interval_s=2)
    assert (asked.operation, asked.work, asked.prompt) == (work, work, "a boat")
