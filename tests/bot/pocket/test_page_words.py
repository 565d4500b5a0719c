"""The page's own words: the same keys in both languages, the same gaps, and none missing."""

import re
from pathlib import Path

import bot.pocket
from bot.status import _WORDS

PAGE = Path(bot.pocket.__file__).parent / "page"
_ENTRY = re.compile(r'^\s*"([a-z0-9-]+)":\s*"((?:[^"\\]|\\.)*)",?$', re.MULTILINE)
_USED = re.compile(r'\bt\(\s*"([a-z0-9-]+)"|data-i18n(?:-label)?="([a-z0-9-]+)"')


def words(locale: str) -> dict[str, str]:
    return dict(_ENTRY.findall((PAGE / "js" / "i18n" / f"{locale}.js").read_text(encoding="utf-8")))


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_both_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    english, chinese = words("en-US"), words("zh-CN")
    assert english.keys() == chinese.keys()
    assert {key for key in english if gaps(english[key]) != gaps(chinese[key])} == set()


def test_every_sentence_that_the_page_asks_for_exists() -> None:
    files = [*PAGE.rglob("*.js"), PAGE / "index.html"]
    used = {a or b for file in files for a, b in _USED.findall(file.read_text(encoding="utf-8"))}
    assert used - words("en-US").keys() == set()


def test_the_page_knows_every_word_that_the_bot_says_of_its_models() -> None:
    line = (PAGE / "js" / "status.js").read_text(encoding="utf-8")
    for how in _WORDS.values():
        assert f'"{how}"' in line or f"{how}:" in line
        for locale in ("en-US", "zh-CN"):
            assert f"model-{how.replace(' ', '-')}" in words(locale)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for file in (f for f in PAGE.rglob("*") if f.suffix in {".js", ".css", ".html"}):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://(?!\S*\$\{)\w", text), file
