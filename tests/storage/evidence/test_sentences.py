"""Every code has its sentence and every reason its Chinese, and none is there that nothing says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.evidence import pictures
from storage.evidence.verify import CheckResult, Outcome, Report, Verdict, check, render_report
from storage.evidence.verify.reasons import REASONS
from storage.evidence.verify.sentences import _FAILED, _NOT_CHECKED, _PASSED, sentence

FILES = [*Path(check.__file__).parent.glob("*.py"), Path(pictures.__file__)]
TREES = [
    ast.parse(path.read_text(encoding="utf-8")) for path in FILES if path.name not in ("reasons.py", "sentences.py")
]


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the literal texts that an expression can be."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))


def reasons() -> Iterator[str]:
    """Yield every reason that a refusal can carry: given, assigned first, handed to a helper, or returned by one."""
    for node in (node for tree in TREES for node in ast.walk(tree)):
        match node:
            case ast.keyword(arg="why", value=value) | ast.Assign(targets=[ast.Name(id="why")], value=value):
                yield from texts(value)
            case ast.Call(func=ast.Name(id="_fault"), args=arguments):
                yield from (text for argument in arguments for text in texts(argument))
            case ast.FunctionDef(name="signature_fault"):
                returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                yield from (text for value in returned for text in texts(value))


def codes(*calls: str) -> set[str]:
    """Return the first arguments of some calls."""
    found = (node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    return {text for node in found if ast.unparse(node.func) in calls for text in texts(node.args[0])}


def test_every_reason_is_said_in_chinese_and_no_other() -> None:
    assert set(reasons()) == set(REASONS)


@pytest.mark.parametrize("reason", REASONS)
def test_both_languages_name_the_same(reason: str) -> None:
    assert set(re.findall(r"\{\w+\}", reason)) == set(re.findall(r"\{\w+\}", REASONS[reason]))
    assert re.search(r"[\u4e00-\u9fff]", REASONS[reason])


@pytest.mark.parametrize(
    ("table", "calls"),
    [
        (_PASSED, ["checks.passed"]),
        (_NOT_CHECKED, ["checks.not_checked"]),
        (_FAILED, ["Refusal", "NotAPicture"]),
    ],
)
def test_every_code_has_its_sentence_and_no_other(table: dict[str, tuple[str, str]], calls: list[str]) -> None:
    assert codes(*calls) == set(table)
    for english, chinese in table.values():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese))


def test_a_reason_is_filled_in_both_languages() -> None:
    found = CheckResult("anchor", Outcome.FAILED, {"size": "7", "why": "it is of another log"})
    assert sentence(found) == "The checkpoint of size 7 you brought: it is of another log."
    assert sentence(found, "zh-CN") == "你提供的规模为 7 的检查点：属于另一个账本。"
    moved = CheckResult(
        "log-line", Outcome.FAILED, {"seq": "3", "why": "event {found} stands in its place", "found": "{x}"}
    )
    assert sentence(moved) == "log.txt, at event 3: event {x} stands in its place."
    assert Report(Verdict.REFUSED, (moved,), {}).as_json()["checks"] == [
        {
            "code": "log-line",
            "outcome": "failed",
            "about": {"seq": "3", "found": "{x}", "why": "event {x} stands in its place"},
        }
    ]


def test_the_three_answers_come_first() -> None:
    lines = render_report(Report(Verdict.SELF_CONSISTENT, (), {"origin": "x"})).splitlines()
    assert lines[:4] == ["SELF-CONSISTENT ONLY", "Unchanged: not checked", "Complete: not checked", "Time: not checked"]
