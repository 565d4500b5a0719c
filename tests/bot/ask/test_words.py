"""How text becomes words: tokens, places, subjects, languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ask.facts import Language
from bot.ask.words import Lexicon, language_of, normalise, pairs

LEXICON = Lexicon()
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


@given(HAN)
def test_pairs_cover_a_run_and_overlap(run: str) -> None:
    found = pairs(run)
    if len(run) == 1:
        assert found == [run]
        return
    assert all(len(pair) == 2 for pair in found)
    assert found[0][0] + "".join(pair[1] for pair in found) == run


@given(HAN, HAN, HAN)
def test_a_text_holds_the_terms_of_every_run_in_it(before: str, run: str, after: str) -> None:
    held = set(LEXICON.terms(before + run + after, Language.ZH))
    assert set(pairs(run)) <= held or len(run) == 1


@given(st.sampled_from(["picture", "copyright", "text and data mining", "版权", "提示词", "画"]))
def test_known_words_stand_in_a_text_as_they_are_looked_up(word: str) -> None:
    for language in Language:
        held = set(LEXICON.terms(f"so, {word}, yes", language))
        for subject in LEXICON.subjects(word, language):
            assert subject.terms[0] in held


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Who owns an AI picture?", Language.EN),
        ("AI画的图归谁？", Language.ZH),
        ("LoRA 是什么", Language.ZH),
        ("What does 落款 mean on a painting?", Language.EN),
        ("用Stable Diffusion XL画图能商用吗", Language.ZH),
    ],
)
@pytest.mark.parametrize("otherwise", list(Language))
def test_the_question_decides_the_language(question: str, language: Language, otherwise: Language) -> None:
    assert language_of(question, otherwise) is language


@pytest.mark.parametrize("question", ["123", "AI画", "これは何ですか"])
@pytest.mark.parametrize("otherwise", list(Language))
def test_where_letters_do_not_say_the_locale_decides(question: str, otherwise: Language) -> None:
    assert language_of(question, otherwise) is otherwise


@pytest.mark.parametrize(
    ("question", "codes", "elsewhere"),
    [
        ("Is it legal in the US?", {"US"}, False),
        ("Can you help us?", set(), False),
        ("what does german law say", {"DE", "EU"}, False),
        ("China or Japan?", {"CN", "JP"}, False),
        ("AI art in Brazil", set(), True),
        ("AI art in France", {"EU"}, False),
        ("北京的法院怎么判", {"CN"}, False),
        ("越南的版权法", set(), True),
        ("South Korea", {"KR"}, False),
        ("", set(), False),
    ],
)
def test_places(question: str, codes: set[str], elsewhere: bool) -> None:
    places = LEXICON.places(question)
    assert set(places.codes) == codes
    assert places.elsewhere is elsewhere


def test_subjects_are_found_once_with_their_synonyms() -> None:
    subjects = LEXICON.subjects("Is a picture an image that AI generated?", Language.EN)
    assert [subject.asked for subject in subjects] == ["picture", "ai"]
    assert subjects[0].group in LEXICON.terms("image", Language.EN)
    assert subjects[1].group in LEXICON.terms("artificial intelligence", Language.EN)


def test_chinese_subjects_leave_out_function_words() -> None:
    asked = [subject.asked for subject in LEXICON.subjects("请问我用AI画的图有版权吗？", Language.ZH)]
    assert asked == ["ai", "画", "版权"]


@given(st.text(max_size=200))
def test_any_question_has_subjects_and_places(question: str) -> None:
    names = LEXICON.places(question).names
    for language in Language:
        LEXICON.subjects(question, language, without=names)
