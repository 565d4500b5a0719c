"""What is remembered of a conversation, what a model is asked, and what of its answer is taken."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.draft.brief import MAX_BRIEF
from bot.offers.offer import What
from bot.talk.conversation import (
    MAX_CHARACTERS,
    MAX_EACH,
    MAX_REMEMBERED,
    MAX_TEXT,
    SILENCE,
    Kind,
    Proposal,
    Said,
    Turn,
    answer_schema,
    asked,
    questions,
    read_turn,
    remembered,
    settled,
    speaks_of_law,
)

ANN, BO, BOT = 1, 2, 9
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
COMMANDS = (What.DRAFT, What.WRITE)
STYLES = ("ink", "flat")


def ann(id_: int, text: str = "words", *, to: int | None = None, after: timedelta = timedelta()) -> Said:
    return Said(id_, ANN, False, text, NOON + after + timedelta(minutes=id_), to)


def bot(id_: int, text: str = "words", *, to: int | None = None) -> Said:
    return Said(id_, BOT, True, text, NOON + timedelta(minutes=id_), to)


def ids(branch: tuple[Said, ...]) -> list[int]:
    return [said.id for said in branch]


# --- what is remembered ------------------------------------------------------------------------


def test_a_thread_flows_from_what_was_said_right_before() -> None:
    earlier = [ann(1), bot(2), ann(3), bot(4, to=3)]
    assert ids(remembered(earlier, ann(5), flowing=True)) == [1, 2, 3, 4]


def test_a_reply_branches_from_what_it_answers() -> None:
    earlier = [ann(1), bot(2), ann(3), bot(4, to=3)]
    assert ids(remembered(earlier, ann(5, to=2), flowing=True)) == [1, 2]


def test_in_a_channel_only_replies_go_on_from_something() -> None:
    earlier = [ann(1), bot(2, to=1), ann(3), bot(4, to=3)]
    assert remembered(earlier, ann(5), flowing=False) == ()
    assert ids(remembered(earlier, ann(5, to=2), flowing=False)) == [1, 2]


def test_after_a_long_silence_it_begins_anew() -> None:
    earlier = [ann(1), bot(2)]
    assert remembered(earlier, ann(3, after=SILENCE + timedelta(hours=1)), flowing=True) == ()
    assert ids(remembered(earlier, ann(3, to=2, after=SILENCE * 2), flowing=True)) == [1, 2]


def test_a_reply_to_what_is_not_known_begins_anew() -> None:
    assert remembered([ann(2)], ann(3, to=1), flowing=True) == ()


@given(
    earlier=st.lists(
        st.builds(
            Said,
            id=st.integers(0, 60),
            by=st.sampled_from((ANN, BO, BOT)),
            by_bot=st.booleans(),
            text=st.text(max_size=3000),
            at=st.just(NOON),
            to=st.none() | st.integers(0, 60),
        )
    ),
    to=st.none() | st.integers(0, 60),
    flowing=st.booleans(),
)
def test_memory_is_bounded_in_order_and_only_of_the_past(earlier: list[Said], to: int | None, flowing: bool) -> None:
    last = Said(50, ANN, False, "now", NOON, to)
    branch = remembered(earlier, last, flowing=flowing)
    assert len(branch) <= MAX_REMEMBERED
    assert sum(min(len(said.text), MAX_EACH) for said in branch) <= MAX_CHARACTERS
    assert ids(branch) == sorted(set(ids(branch)))
    assert all(said.id < last.id for said in branch)


def test_the_questions_before_are_those_of_whoever_asks() -> None:
    branch = (ann(1, "who owns it?"), bot(2), Said(3, BO, False, "and I?", NOON), bot(4))
    assert questions(branch, ANN) == ("who owns it?",)


# --- what a model is asked ---------------------------------------------------------------------


@given(text=st.text(max_size=200))
def test_whatever_people_say_is_one_line_of_data(text: str) -> None:
    said = (Said(1, BO, False, text, NOON), bot(2, text))
    rules, conversation = asked(said, ann(3, text), language="English", commands=COMMANDS, styles=STYLES)
    lines = conversation.content.split("\n")
    assert [json.loads(line)["who"] for line in lines] == ["other member", "you", "member"]
    assert all(json.loads(line)["says"] == text for line in lines)
    assert rules == asked((), ann(1, "x"), language="English", commands=COMMANDS, styles=STYLES)[0]


def test_the_rules_name_what_can_be_begun() -> None:
    rules, _ = asked((), ann(1), language="Chinese", commands=COMMANDS, styles=())
    assert "draft (a picture), write (a text)." in rules.content
    assert "brainstorm" not in rules.content
    assert "in Chinese" in rules.content


# --- what a model answers ----------------------------------------------------------------------


def answered(**told: object) -> str:
    return json.dumps({"kind": "answer", "text": "", "proposal": None} | told, ensure_ascii=False)


def proposed(**told: object) -> str:
    return answered(
        kind="propose", text="Shall I?", proposal={"command": "draft", "brief": "a boat", "style": None} | told
    )


@pytest.mark.parametrize(
    ("raw", "turn"),
    [
        (answered(text="Hello."), Turn(Kind.ANSWER, "Hello.")),
        (answered(kind="question", text="you may sell it"), Turn(Kind.QUESTION)),
        (proposed(), Turn(Kind.PROPOSE, "Shall I?", Proposal(What.DRAFT, "a boat"))),
        (proposed(style="INK"), Turn(Kind.PROPOSE, "Shall I?", Proposal(What.DRAFT, "a boat", "ink"))),
        (proposed(style="a living artist"), Turn(Kind.PROPOSE, "Shall I?", Proposal(What.DRAFT, "a boat"))),
        (proposed(command="write", style="ink"), Turn(Kind.PROPOSE, "Shall I?", Proposal(What.WRITE, "a boat"))),
        (f"```json\n{answered(text='Hello.')}\n```", Turn(Kind.ANSWER, "Hello.")),
        (answered(text="一只猫。"), Turn(Kind.ANSWER, "一只猫。")),
    ],
)
def test_an_answer_is_read(raw: str, turn: Turn) -> None:
    assert read_turn(raw, COMMANDS, STYLES) == turn


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "one two three",
        "{}",
        "[]",
        '{"kind": "answer"',
        answered(text="  "),
        answered(kind="erase everything", text="x"),
        answered(kind="propose", text="x"),
        proposed(command="erase"),
        proposed(command="brainstorm"),
        proposed(brief="…"),
        proposed(brief="x" * (MAX_BRIEF + 1)),
        answered(text={"a": 1}),
        "[" * 100_000,
        '{"kind":' * 50_000 + "}",
    ],
)
def test_what_is_no_answer_is_none(raw: str) -> None:
    assert read_turn(raw, COMMANDS, STYLES) is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@given(
    raw=st.text()
    | _JSON.map(json.dumps)
    | st.fixed_dictionaries(
        {"kind": st.sampled_from([*Kind]) | _JSON, "text": st.text() | _JSON, "proposal": _JSON}
    ).map(json.dumps)
    | st.fixed_dictionaries(
        {
            "kind": st.just("propose"),
            "text": st.text(max_size=3000),
            "proposal": st.fixed_dictionaries(
                {"command": st.sampled_from([*What]), "brief": st.text(max_size=2500), "style": st.text()}
            ),
        }
    ).map(json.dumps)
)
def test_whatever_a_model_answers_is_read_within_bounds_or_not_at_all(raw: str) -> None:
    turn = read_turn(raw, COMMANDS, STYLES)
    if turn is None:
        return
    assert len(turn.text) <= MAX_TEXT
    assert (turn.proposal is not None) == (turn.kind is Kind.PROPOSE)
    if turn.proposal is not None:
        assert turn.proposal.what in COMMANDS
        assert 0 < len(turn.proposal.brief) <= MAX_BRIEF
        assert turn.proposal.style in (None, *STYLES)


@pytest.mark.parametrize("styles", [STYLES, ()])
@pytest.mark.parametrize("commands", [COMMANDS, ()])
def test_the_schema_takes_what_is_read_and_is_one(commands: tuple[What, ...], styles: tuple[str, ...]) -> None:
    schema = answer_schema(commands, styles)
    Draft202012Validator.check_schema(schema)
    takes = Draft202012Validator(schema)
    assert takes.is_valid(json.loads(answered(text="Hello.")))
    assert takes.is_valid(json.loads(proposed())) == bool(commands)
    assert takes.is_valid(json.loads(proposed(style="ink"))) == bool(commands and styles)
    assert not takes.is_valid(json.loads(proposed(command="erase")))


# --- law ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "You own the copyright.",
        "It is legal in Japan.",
        "The licence allows that.",
        "That would be infringement",
        "法院会支持你",
        "你拥有版权。",
        "可以商用",
    ],
)
def test_what_speaks_of_law_is_known(text: str) -> None:
    assert speaks_of_law(text)
    assert settled(Turn(Kind.ANSWER, text), ann(1, "hm?")) is None
    assert settled(Turn(Kind.ANSWER, "Yes."), ann(1, text)) is None


@pytest.mark.parametrize("text", ["Warm light would help.", "draw a courtyard with a lawn", "画一只猫"])
def test_what_does_not_speak_of_law_is_let_through(text: str) -> None:
    turn = Turn(Kind.ANSWER, text)
    assert settled(turn, ann(1, text)) is turn


def test_a_proposal_stays_without_what_it_says_of_law() -> None:
    turn = Turn(Kind.PROPOSE, "It will be your copyright.", Proposal(What.DRAFT, "a poster"))
    assert settled(turn, ann(1)) == Turn(Kind.PROPOSE, "", Proposal(What.DRAFT, "a poster"))


def test_a_question_and_no_answer_go_to_the_facts() -> None:
    assert settled(Turn(Kind.QUESTION), ann(1)) is None
    assert settled(None, ann(1)) is None
