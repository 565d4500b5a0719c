"""How answers look: short, labelled, cited, in the language of the question."""

import discord
import pytest

from bot.ask.answer import Answer, AnswerService, Manner, Passage
from bot.ask.buttons import SourcesButton
from bot.ask.cards import MAX_SHOWN, AnswerCards
from bot.ask.facts import Confidence, Fact, Language
from bot.ask.retrieval import FactIndex
from bot.chat.posting import Post
from bot.chat.texts import Texts
from tests.bot.ask.test_answer import FIRST, FakeChats
from tests.knowledge.questions import QUESTIONS, read_questions

CARDS = AnswerCards(Texts())


async def final_post(index: FactIndex, question: str, chats: FakeChats | None = None) -> Post:
    service = AnswerService(index, chats)
    states = [state async for state in service.answer(question, "en-US")]
    return CARDS.answer(states[-1])


def description(post: Post) -> str:
    assert post.embed is not None
    assert post.embed.description is not None
    return post.embed.description


async def test_an_answer_says_place_date_and_that_it_is_no_advice(index: FactIndex) -> None:
    post = await final_post(index, "Can an AI be the author of a picture in the US?")
    assert post.embed is not None
    assert "United States · as of 2026-11" in description(post)
    assert "[1]" in description(post)
    assert "In practice" in description(post)
    assert post.embed.footer.text == "General information, not legal advice."
    assert post.embed.title == "Can an AI be the author of a picture in the US?"


async def test_a_chinese_answer_is_chinese_throughout(index: FactIndex) -> None:
    post = await final_post(index, "AI画的图在中国有版权吗？")
    assert post.embed is not None
    assert "中国大陆 · 截至 2026-11" in description(post)
    assert post.embed.footer.text == "一般信息，不构成法律意见。"


async def test_answers_are_short_enough_to_be_read(index: FactIndex) -> None:
    for question in read_questions(QUESTIONS):
        post = await final_post(index, question.ask)
        assert len(description(post)) <= MAX_SHOWN, question.ask


def test_even_the_longest_facts_fit_into_a_message(facts: tuple[Fact, ...]) -> None:
    for language in Language:
        longest = sorted(facts, key=lambda fact: -len(fact.wording(language).text))[:4]
        passages = tuple(Passage(n, fact, fact.wording(language).text) for n, fact in enumerate(longest, 1))
        post = CARDS.answer(Answer("q" * 1000, language, Manner.PASSAGES, True, passages))
        assert post.embed is not None
        assert len(description(post)) <= 4096
        assert len(post.embed) <= 6000
        assert len(post.embed.title or "") <= 256


async def test_a_question_cannot_bring_markup_into_the_answer(index: FactIndex) -> None:
    post = await final_post(index, "**Who** owns an `AI` picture?")
    assert post.embed is not None
    assert post.embed.title == r"\*\*Who\*\* owns an \`AI\` picture?"


async def test_what_is_not_covered_says_what_can_be_asked(index: FactIndex) -> None:
    post = await final_post(index, "怎么做红烧肉")
    assert "我不会猜测" in description(post)
    assert "例如" in description(post)
    assert post.view is None


async def test_a_written_answer_lists_what_it_cites(index: FactIndex) -> None:
    post = await final_post(index, "Can an AI be the author of a picture in the US?", FakeChats([FIRST]))
    text = description(post)
    assert text.startswith(FIRST)
    assert "[1] Thaler v. Perlmutter" in text
    assert "United States · as of 2026-11" in text


def test_a_fact_that_is_only_a_lead_says_so(facts: tuple[Fact, ...]) -> None:
    for fact in facts:
        answer = Answer("q", Language.EN, Manner.PASSAGES, True, (Passage(1, fact, "Text."),))
        said = "a lead; check before use" in description(CARDS.answer(answer))
        assert said is (fact.confidence is Confidence.LOW), fact.id


def test_what_is_still_written_has_no_button(facts: tuple[Fact, ...]) -> None:
    answer = Answer("q", Language.EN, Manner.WRITTEN, False, (Passage(1, facts[0], ""),), "So [1].")
    assert CARDS.answer(answer).view is None


async def test_the_button_names_the_facts_and_is_read_back(index: FactIndex, facts: tuple[Fact, ...]) -> None:
    keys = [fact.key for fact in facts[:8]]
    for language in Language:
        button = SourcesButton(language, keys)
        custom_id = button.item.custom_id
        assert custom_id is not None
        assert len(custom_id) <= 100
        match = SourcesButton.__discord_ui_compiled_template__.fullmatch(custom_id)
        assert match is not None
        again = SourcesButton(next(x for x in Language if x.code == match["language"]), match["keys"].split("."))
        assert (again.language, again.keys) == (language, tuple(keys))


def test_sources_show_every_citation_and_fit_into_a_message(facts: tuple[Fact, ...]) -> None:
    for language in Language:
        for start in range(0, len(facts), 4):
            group = facts[start : start + 4]
            embeds = CARDS.sources(group, language)
            assert len(embeds) == len(group)
            assert sum(map(len, embeds)) <= 6000
            for fact, embed in zip(group, embeds, strict=True):
                text = embed.description or ""
                assert discord.utils.escape_markdown(fact.cite) in text, fact.id
                assert fact.as_of in text, fact.id
                for source in fact.sources:
                    assert source.url is None or source.url in text, fact.id


@pytest.mark.parametrize("language", list(Language))
def test_every_kind_and_confidence_has_a_name(facts: tuple[Fact, ...], language: Language) -> None:
    kinds = {fact.kind: fact for fact in facts}
    assert len(CARDS.sources(list(kinds.values())[:10], language)) == min(10, len(kinds))
    for fact in facts:
        CARDS.sources([fact], language)
