"""The HTML: everything escaped, nothing loaded, all that leads somewhere leads there, and readable by ear."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.evidence.dossier.compose import compose
from storage.evidence.dossier.content import Content
from storage.evidence.dossier.document import Thumbnail
from storage.evidence.dossier.html import render
from storage.evidence.dossier.pictures import Pictures
from storage.evidence.dossier.words import LANGUAGES
from storage.evidence.history import History
from storage.evidence.kinds import Kind
from tests.storage.evidence.dossier.telling_events import facts, history, withheld
from tests.storage.evidence.dossier.test_statements import pictures_of, whole

HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "</bdi></p></body></html><h1>forged</h1>",
    '" onmouseover="alert(1)" \'',
    "&lt;script&gt; &#x3c;",
    "]]> <!-- -->",
    "javascript:alert(1)",
)
_VOID = {"meta", "link", "img", "br", "col"}


class Reader(HTMLParser):
    """Reads a page as a browser would, and keeps what matters here."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self.words += data


def page(told: History, language: str = "en-US", pictures: Pictures | None = None) -> Reader:
    reader = Reader()
    reader.feed(render(compose(Content(told), pictures or Pictures(), facts(), language)).decode())
    reader.close()
    assert not reader._open
    return reader


def wordy(words: str) -> History:
    """Return a history in which the same words stand wherever somebody can put some."""
    return history(
        (Kind.PROJECT_OPENED, {"title": words}),
        (Kind.ACTOR_BOUND, {"identity": words}),
        (Kind.INTENT_DECLARED, {"text": words}),
        (
            Kind.PROMPT_SUBMITTED,
            {"prompt": words, "negative": words, "params": {"style": words, words: words}, "source": words},
        ),
        (Kind.SUGGESTION_MADE, {"text": words, "model": words, "request": words}),
        (
            Kind.PROMPT_SUBMITTED,
            {"prompt": words + "x", "negative": "", "params": {}, "source": "edited:3", "change": [["+", words]]},
            [3],
        ),
        (Kind.DRAFT_MADE, {"generation": {"model": words, words: [words, {words: words}]}}, [5]),
        (Kind.DRAFT_SELECTED, {"why": words}, [6]),
        (Kind.EDIT_APPLIED, {"operation": words, "declared": words, "change": [["-", words], ["+", words]]}, [6]),
        (Kind.UPLOAD_ADDED, {"declared": words}),
        (Kind.NOTE_ADDED, {"text": words}),
        (Kind.GENERATION_REFUSED, {"rule": words, "about": {words: words}}, [5]),
        (Kind.EXPORT_MADE, {"bundle": words, "scope": {"by": words, "reason": words}}),
        (Kind.MODERATION_ACTED, {"act": words, "scope": words}),
        (Kind.STATEMENT_DECLARED, {"title": words, "text": words}),
    )


ALLOWED = {name for name, _ in page(wordy("plain")).tags} | {name for name, _ in page(whole()).tags}


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_stay_words(words: str, language: str) -> None:
    read = page(wordy(words), language)
    assert words in read.words
    assert {name for name, _ in read.tags} <= ALLOWED | {"del", "ins"}
    assert "script" not in {name for name, _ in read.tags}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]


@settings(max_examples=40)
@given(st.text(max_size=60))
def test_no_words_make_a_tag_or_fail(words: str) -> None:
    for language in LANGUAGES:
        names = {name for name, _ in page(wordy(words), language).tags}
        assert names <= ALLOWED | {"del", "ins", "br"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("told", [whole(), withheld(whole()), history(), wordy("x" * 4000), wordy("字" * 4000)])
def test_any_record_makes_a_page_whose_links_lead_somewhere(told: History, language: str) -> None:
    read = page(told, language)
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {
        (attributes.get("href") or "")[1:] for name, attributes in read.tags if name == "a" and "href" in attributes
    }
    assert wanted <= set(ids)
    headings = [int(name[1]) for name, _ in read.tags if re.fullmatch("h[1-6]", name)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(headings))


def test_nothing_is_loaded_and_nothing_runs() -> None:
    thumbnails = {"e8": Thumbnail(b"\xff\xd8", 10, 8), "e9": Thumbnail(b"\xff\xd8", 10, 8)}
    told = whole()
    read = page(told, pictures=Pictures(thumbnails, pictures_of(told).labels))
    policy = next(
        a["content"] for n, a in read.tags if n == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    images = [attributes for name, attributes in read.tags if name == "img"]
    assert images
    assert all((image["src"] or "").startswith("data:image/jpeg;base64,") and image["alt"] for image in images)
    addresses = [a.get(name) or "" for _, a in read.tags for name in ("href", "src", "action") if name in a]
    assert all(address.startswith(("#", "data:image/jpeg")) for address in addresses)


def test_marks_are_told_by_ear_too() -> None:
    read = page(whole())
    assert "AI a small red boat on still water end" in " ".join(read.words.split())
    assert dict(read.tags)["html"]["lang"] == "en-US"
    assert {(a.get("lang") or "") for n, a in read.tags if n == "span"} >= {"zh-CN"}
    tables = [n for n, _ in read.tags if n in ("table", "caption", "thead")]
    assert tables.count("table") == tables.count("caption") == tables.count("thead")
    assert all(a.get("scope") in ("col", "row") for n, a in read.tags if n == "th")


def test_what_is_not_there_is_called_so() -> None:
    assert "Not on record: no edit was made outside the generator." in page(history()).words
    closed = page(withheld(whole())).words
    assert "painted out the moon" not in closed
    assert "not opened here" in closed


@pytest.mark.parametrize(
    ("language", "told"), [("en-US", "made from picture #1, mask #2"), ("zh-CN", "来自 图片 #1、蒙版 #2")]
)
def test_a_brief_says_from_which_pictures_it_was_made(language: str, told: str) -> None:
    inputs = [{"event": 1, "role": "image"}, {"event": 2, "role": "mask"}, {"event": None}, "odd"]
    params = {"operation": "inpaint", "seeds": [7], "added": "warm colours", "derived_from": 1}
    made = history(
        (Kind.PROJECT_OPENED, {"title": "Boats"}),
        (Kind.UPLOAD_ADDED, {"declared": "own input"}),
        (Kind.UPLOAD_ADDED, {"declared": "own input"}),
        (Kind.PROMPT_SUBMITTED, {"prompt": "", "source": "typed", "params": params, "inputs": inputs}, (1, 2)),
    )
    read = page(made, language)
    words = "".join(read.words.split())
    assert "".join(told.split()) in words
    assert "warm colours" in read.words
    assert ("goes on from event 1" if language == "en-US" else "接续事件 1") in read.words
