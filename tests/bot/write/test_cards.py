"""How drafted texts look: within Discord's limits whatever is in them, and labelled wherever they go."""

from collections.abc import Iterator

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.posting import Post
from bot.chat.texts import LOCALES, Texts
from bot.write.buttons import ParagraphSelect, TextButton
from bot.write.cards import TextCards
from bot.write.picking import PICKS
from bot.write.writing import Writer
from storage.evidence.hands import WordCount
from storage.texts import TextParams, Version
from tests.bot.write.drafted import IDEAS, POEM, RECEIPT, draft_of

TEXTS = Texts()
GREAT, SMALL = Writer("a-great-model", "1", small=False), Writer("smollm2", "0.1.2", small=True)
CARDS = TextCards(TEXTS, GREAT)
LABELS = {"en-US": "AI-generated text", "zh-CN": "人工智能生成的文字"}
HOSTILE = st.text(st.sampled_from("*_`[]()#>~|\\- \na船@<"), max_size=600).map(lambda t: t * 14)


def components(post: Post) -> Iterator[discord.ui.Item[discord.ui.View]]:
    if post.view is not None:
        yield from post.view.children


def within_limits(post: Post) -> None:
    """See that Discord would take a post."""
    assert len(post.content) <= 2000
    if post.embed is not None:
        assert len(post.embed) <= 6000 and len(post.embed.description or "") <= 4096
        assert len(post.embed.title or "") <= 256
        assert all(1 <= len(field.value or "") <= 1024 for field in post.embed.fields)
    rows: dict[int | None, int] = {}
    for item in components(post):
        rows[item.row] = rows.get(item.row, 0) + 1
        assert isinstance(item, (TextButton, ParagraphSelect))
        assert len(item.item.custom_id or "") <= 100
        if isinstance(item, TextButton):
            assert 1 <= len(item.item.label or "") <= 80
    assert all(count <= 5 for row, count in rows.items() if row is not None)


@given(st.lists(HOSTILE, min_size=1, max_size=3), HOSTILE, st.sampled_from([POEM, IDEAS]), st.sampled_from(LOCALES))
def test_whatever_was_written_fits(texts: list[str], brief: str, params: TextParams, locale: str) -> None:
    view = draft_of(*texts, params=params, brief=brief[:2000])
    words = WordCount(1, 3)
    version = Version(7, texts[0])
    for post in (
        CARDS.finished(locale, view, RECEIPT),
        CARDS.growing(locale, view, texts),
        CARDS.combined(locale, view, PICKS, texts[0]),
        CARDS.version(locale, view, version, words, RECEIPT, combined=True),
        CARDS.version(locale, view, version, words, RECEIPT, combined=False),
        CARDS.taken(locale, view, 1, RECEIPT, new=True),
    ):
        within_limits(post)
        assert post.embed is not None
        assert LABELS[locale] in (post.embed.description or "") or TEXTS(locale, "write-label-edited") in (
            post.embed.description or ""
        )


@pytest.mark.parametrize("locale", LOCALES)
def test_sentences_fit_too(locale: str) -> None:
    view = draft_of("one\n\ntwo")
    within_limits(CARDS.recorded(locale, view.id, view.seq))
    within_limits(CARDS.waiting(locale, view))
    within_limits(CARDS.cancelled(locale, view, RECEIPT))
    within_limits(CARDS.chosen(locale, view, 1, RECEIPT, new=True))
    within_limits(CARDS.combining(locale, view))
    for reason in ("model-away", "no-text", "withheld", "minors", "given-up", "a-reason-nobody-knows"):
        within_limits(CARDS.failed(locale, view, reason))


def test_short_texts_are_shown_whole_and_long_ones_are_in_a_file() -> None:
    short = CARDS.finished("en-US", draft_of("The boat sleeps.", "Nobody rows."), RECEIPT)
    assert short.attachments == () and short.embed is not None
    assert "The boat sleeps." in (short.embed.description or "") and "from the end" in (short.embed.description or "")
    long = "The boat sleeps. " * 200
    folded = CARDS.finished("zh-CN", draft_of(long, long + "Then it wakes."), RECEIPT)
    (file,) = folded.attachments
    assert file.name == "texts.md" and file.name.isascii()
    assert long.strip() in file.data.decode() and "Then it wakes." in file.data.decode()
    assert folded.embed is not None and "Then it wakes" not in (folded.embed.description or "")
    assert TEXTS("zh-CN", "write-whole-attached") in (folded.embed.description or "")


def test_a_file_says_in_both_languages_that_ai_wrote_it() -> None:
    long = "The boat sleeps. " * 300
    files = [
        *CARDS.finished("en-US", draft_of(long), RECEIPT).attachments,
        *CARDS.combined("en-US", draft_of(long), "a", long).attachments,
        *CARDS.version("en-US", draft_of(long), Version(7, long), WordCount(1, 3), RECEIPT, combined=False).attachments,
    ]
    assert len(files) == 3
    for file in files:
        first = file.data.decode().splitlines()[0]
        assert "AI-generated" in first and "人工智能生成" in first


def test_what_a_model_could_not_do_is_said() -> None:
    plain = CARDS.finished("en-US", draft_of("The boat sleeps.", schema="not kept"), RECEIPT).embed
    assert plain is not None and plain.description is not None
    assert "did not keep to the form" in plain.description and "Of 3 candidates one is usable" in plain.description
    assert "built-in" not in plain.description
    small = TextCards(TEXTS, SMALL).finished("en-US", draft_of("a", "b", "c"), RECEIPT).embed
    assert small is not None and "small built-in model" in (small.description or "")
    good = CARDS.finished("en-US", draft_of("a", "b", "c"), RECEIPT).embed
    assert good is not None and "-#" not in (good.description or "")


def test_markup_of_a_model_is_shown_and_not_obeyed() -> None:
    embed = CARDS.finished("en-US", draft_of("**bold** [link](http://x.test)"), RECEIPT).embed
    assert embed is not None and r"\*\*bold\*\*" in (embed.description or "")
    assert "\\[link](" in (embed.description or "")


def test_erased_words_are_said_to_be() -> None:
    embed = CARDS.finished("en-US", draft_of("", "two"), RECEIPT).embed
    assert embed is not None and "these words were erased" in (embed.description or "")


def test_nothing_is_drawn_unasked() -> None:
    taken = CARDS.taken("en-US", draft_of("A boat.", params=IDEAS), 1, RECEIPT, new=True)
    assert [item.act for item in components(taken) if isinstance(item, TextButton)] == ["draft", "edit"]
    poem = CARDS.version("en-US", draft_of("A boat."), Version(7, "A boat."), WordCount(0, 2), RECEIPT, combined=True)
    assert [item.act for item in components(poem) if isinstance(item, TextButton)] == ["edit"]
