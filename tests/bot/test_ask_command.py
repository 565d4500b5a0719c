"""`colophon ask`: one question in the shell, and everything of its answer as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import OperatorError
from tests.bot.ask.test_facts import GOOD, write


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Any:
        result = CliRunner().invoke(app, ["ask", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return run


def test_every_sentence_names_the_fact_that_carries_it(run: Any) -> None:
    answer = run("--json", "Can an AI be the author of a picture in the US?")
    assert answer["verdict"] == "answered"
    assert "us-thaler-v-perlmutter" in answer["citations"]
    assert answer["sentences"]
    for sentence in answer["sentences"]:
        assert set(sentence["citations"]) <= set(answer["citations"])
        assert sentence["support"] == 1.0
    for source in answer["sources"]:
        assert source["cite"] in answer["text"]


def test_a_false_premise_is_put_right(run: Any) -> None:
    answer = run("--json", "作品不登记就没有著作权，是吗")
    assert answer["verdict"] == "corrected"
    assert answer["correction"]["truth"] in answer["text"]
    assert answer["sentences"][0]["text"] == answer["correction"]["truth"]


def test_what_is_not_covered_is_said(run: Any) -> None:
    answer = run("--json", "How long should I boil an egg?")
    assert (answer["verdict"], answer["citations"], answer["sentences"]) == ("not covered", [], [])
    assert "do not cover" in answer["text"]


def test_a_follow_up_and_a_chosen_place(run: Any) -> None:
    follow_up = run("--json", "--before", "Must I label AI pictures in the EU?", "and in China?")
    chosen = run("--json", "--jurisdiction", "CN", "Must I label AI pictures?")
    for answer in (follow_up, chosen):
        assert answer["sources"]
        assert all("CN" in source["jurisdictions"] or not source["jurisdictions"] for source in answer["sources"])


def test_the_language_is_that_of_the_question_else_the_one_chosen(run: Any) -> None:
    assert run("--json", "AI画的图归谁")["language"] == "zh"
    assert run("--json", "--lang", "zh", "AI画")["language"] == "zh"


def test_a_shell_reads_text(run: Any) -> None:
    text = run("What CFG value is good?")
    assert text.startswith("[1] ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("   ",), "no words"), (("--lang", "fr", "What is CFG?"), "choose en or zh"), (("x" * 1200,), "1200 characters")],
)
def test_what_cannot_be_answered_is_one_line(run: Any, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(OperatorError, match=said):
        run(*arguments)


def test_an_operators_own_fact_answers_and_a_broken_one_is_left_out(run: Any, tmp_path: Path) -> None:
    own = GOOD.replace("A title", "Stamps of the Zyzzyva guild").replace(
        "Text.", "The Zyzzyva guild wants a red stamp."
    )
    write(tmp_path / "facts", own.replace("kind: case", "kind: policy").replace("[US]", "[any]"))
    write(tmp_path / "facts", "broken", "broken")
    (tmp_path / "colophon.toml").write_text('[ask]\nfacts = "facts"\n')
    assert run("--json", "What stamp does the Zyzzyva guild want?")["citations"] == ["good"]
