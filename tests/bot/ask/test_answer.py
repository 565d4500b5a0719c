"""Answers: composed of facts, or written and checked; with a fake model that says what a test wants."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from bot.ask.answer import MAX_QUESTION, Answer, AnswerService, Manner, check_question
from bot.ask.facts import Language
from bot.ask.retrieval import FactIndex
from bot.errors import UserFacing
from models.errors import GenerationFailed, ModelsError, ServerUnavailable
from models.language import Finish, Message

QUESTION = "Can an AI be the author of a picture in the US?"
FIRST = "In the US an AI cannot be the author of a work [1]."
SECOND = "The Copyright Office registers only works made by a human being [2]."


@dataclass
class FakeStream:
    """Says its pieces, then fails or ends as it was told."""

    pieces: Sequence[str]
    end: Finish | ModelsError
    finish: Finish | None = None
    closed: bool = False

    async def _say(self) -> AsyncIterator[str]:
        for piece in self.pieces:
            yield piece
        if isinstance(self.end, ModelsError):
            raise self.end
        self.finish = self.end

    def __aiter__(self) -> AsyncIterator[str]:
        return self._say()

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class FakeChats:
    """A language client that has one thing to say."""

    pieces: Sequence[str] = ()
    end: Finish | ModelsError = Finish.STOP
    asked: list[Sequence[Message]] = field(default_factory=list)
    streams: list[FakeStream] = field(default_factory=list)

    def chat(self, messages: Sequence[Message], *, max_tokens: int, temperature: float = 0.0) -> FakeStream:
        assert max_tokens > 0
        assert temperature == 0.0
        self.asked.append(messages)
        self.streams.append(FakeStream(self.pieces, self.end))
        return self.streams[-1]


async def states(
    index: FactIndex,
    chats: FakeChats | None = None,
    question: str = QUESTION,
    locale: str = "en-US",
    jurisdiction: str | None = None,
) -> list[Answer]:
    service = AnswerService(index, chats)
    return [state async for state in service.answer(question, locale, jurisdiction)]


def by_letter(text: str) -> list[str]:
    return list(text)


async def test_without_a_fit_model_the_facts_answer_and_no_model_is_asked(index: FactIndex) -> None:
    chats = FakeChats(["never"])
    service = AnswerService(index)
    (answer,) = [state async for state in service.answer(QUESTION, "en-US")]
    assert answer.final
    assert answer.manner is Manner.PASSAGES
    assert [passage.number for passage in answer.passages] == list(range(1, len(answer.passages) + 1))
    assert answer.passages[0].fact.id == "us-thaler-v-perlmutter"
    for passage in answer.passages:
        text = passage.fact.wording(Language.EN).text
        assert all(part.strip() in text for part in passage.text.split("…"))
    assert answer.advice[0] == (1, answer.passages[0].fact.wording(Language.EN).advice)
    assert not chats.asked


@pytest.mark.parametrize(
    ("question", "locale", "language"),
    [
        ("AI画的图在中国有版权吗？", "en-US", Language.ZH),
        (QUESTION, "zh-CN", Language.EN),
        (QUESTION, "fr", Language.EN),
    ],
)
async def test_the_question_decides_the_language(
    index: FactIndex, question: str, locale: str, language: Language
) -> None:
    (answer,) = await states(index, question=question, locale=locale)
    assert answer.language is language
    assert answer.manner is Manner.PASSAGES


async def test_what_the_facts_do_not_cover_is_said_plainly(index: FactIndex) -> None:
    chats = FakeChats(["VAT is 1.5 % [1]."])
    (answer,) = await states(index, chats, "What is the VAT rate on paintings sold in Mongolia by plumbers?")
    assert answer.manner is Manner.NOT_COVERED
    assert not answer.covered_elsewhere
    assert not chats.asked


async def test_a_place_without_such_facts_is_told_apart(index: FactIndex) -> None:
    (answer,) = await states(index, question="Does the ELVIS Act protect a voice?", jurisdiction="AU")
    if answer.manner is Manner.NOT_COVERED:
        assert answer.covered_elsewhere
    else:
        assert all(not passage.fact.jurisdictions for passage in answer.passages)


@pytest.mark.parametrize("question", ["", "   ", "?!…", "。。。"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(UserFacing) as caught:
        check_question(question)
    assert caught.value.key == "ask-error-empty"


async def test_a_question_may_have_a_thousand_characters(index: FactIndex) -> None:
    assert await states(index, question="a" * MAX_QUESTION)
    with pytest.raises(UserFacing) as caught:
        await states(index, question="a" * (MAX_QUESTION + 1))
    assert caught.value.key == "ask-error-too-long"


def test_space_in_a_question_is_made_even() -> None:
    assert check_question("  who\n\nowns   it? ") == "who owns it?"


async def test_a_written_answer_grows_sentence_by_sentence(on_authorship: FactIndex) -> None:
    chats = FakeChats(by_letter(f"{FIRST} {SECOND}"))
    answers = await states(on_authorship, chats)
    assert [answer.written for answer in answers] == ["", FIRST, f"{FIRST} {SECOND}", f"{FIRST} {SECOND}"]
    assert [answer.final for answer in answers] == [False, False, False, True]
    assert [passage.number for passage in answers[-1].passages] == [1, 2]
    assert answers[-1].manner is Manner.WRITTEN
    assert chats.streams[0].closed


async def test_before_the_model_begins_the_member_sees_what_is_read(index: FactIndex) -> None:
    chats = FakeChats()
    async with aclosing(AnswerService(index, chats).answer(QUESTION, "en-US")) as answers:
        first = await anext(answers)
        assert not chats.asked
    assert not first.final
    assert first.passages[0].fact.id == "us-thaler-v-perlmutter"


async def test_a_citation_may_follow_the_full_stop(index: FactIndex) -> None:
    text = "In the US an AI cannot be the author of a work. [1] The Office refused. [1][2]"
    answers = await states(index, FakeChats(by_letter(text)))
    assert answers[-1].written == text
    assert answers[-1].manner is Manner.WRITTEN


async def test_the_prompt_holds_the_facts_and_ends_with_the_question(index: FactIndex) -> None:
    chats = FakeChats([FIRST])
    await states(index, chats)
    system, user = chats.asked[0]
    assert user.content == QUESTION
    assert index.facts["us-thaler-v-perlmutter"].wording(Language.EN).text in system.content
    assert "[1] (US; as of 2026-11" in system.content


@pytest.mark.parametrize(
    "text",
    [
        "In the US an AI cannot be the author.",
        f"{FIRST} And anything goes in 1812 [1]. Everyone in Europe agrees [1].",
        "机器不能当作者[1]。",
        "",
        "   ",
    ],
)
async def test_what_does_not_pass_gives_way_to_the_passages(index: FactIndex, text: str) -> None:
    chats = FakeChats(by_letter(text))
    answers = await states(index, chats)
    assert answers[-1].final
    assert answers[-1].manner is Manner.PASSAGES
    assert [answer.final for answer in answers].count(True) == 1
    assert chats.streams[0].closed


@pytest.mark.parametrize(
    "bad", ["Everything is free since 1812 [1].", "This is true [9].", "A court in Japan said so [1].", "Nobody knows."]
)
async def test_a_bad_sentence_is_left_out_and_never_shown(on_authorship: FactIndex, bad: str) -> None:
    answers = await states(on_authorship, FakeChats(by_letter(f"{FIRST} {bad} {SECOND}")))
    assert all(bad not in answer.written for answer in answers)
    assert answers[-1].written == f"{FIRST} {SECOND}"
    assert [each.problem is None for each in answers[-1].checked] == [True, False, True]


@pytest.mark.parametrize("error", [ServerUnavailable("away"), GenerationFailed("broke off")])
@pytest.mark.parametrize("pieces", [(), (f"{FIRST} In the",)])
async def test_a_server_that_fails_gives_way_to_the_passages(
    index: FactIndex, error: ModelsError, pieces: Sequence[str]
) -> None:
    chats = FakeChats(pieces, error)
    answers = await states(index, chats)
    assert answers[-1].manner is Manner.PASSAGES
    assert answers[-1].final
    assert chats.streams[0].closed


async def test_a_sentence_that_was_cut_off_is_left_out(index: FactIndex) -> None:
    answers = await states(index, FakeChats([f"{FIRST} The Copyright Off"], Finish.LENGTH))
    assert answers[-1].manner is Manner.WRITTEN
    assert answers[-1].written == FIRST


async def test_a_model_may_say_that_the_facts_do_not_answer(index: FactIndex) -> None:
    *_, answer = await states(index, FakeChats(["NOT_", "COVERED"]))
    assert answer.manner is Manner.NOT_COVERED
    assert answer.final


async def test_a_chinese_answer_has_no_spaces_between_sentences(on_authorship: FactIndex) -> None:
    text = "在美国，机器不能当作者[1]。版权局只登记由人创作的作品[2]。"
    answers = await states(on_authorship, FakeChats(by_letter(text)), "在美国，AI能当作者吗？")
    assert answers[-1].written == text
    assert answers[-1].manner is Manner.WRITTEN


async def test_leaving_early_stops_the_model(index: FactIndex) -> None:
    chats = FakeChats(by_letter(f"{FIRST} {SECOND}"))
    service = AnswerService(index, chats)
    stream = service.answer(QUESTION, "en-US")
    while not (await anext(stream)).written:
        pass
    await stream.aclose()
    assert chats.streams[0].closed
