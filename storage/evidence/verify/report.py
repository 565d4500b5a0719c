"""What a check found: three answers, one verdict, and the result of every check by its stable code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum


class Verdict(Enum):
    """The result of a verification."""

    VERIFIED = "verified"
    REFUSED = "refused"
    SELF_CONSISTENT = "self-consistent"
    """It agrees with itself; nothing from outside says whose it is."""
    UNRECORDED = "unrecorded"
    """It is a picture that no event of the record names."""
    UNDECIDED = "undecided"
    """It is a picture that says nothing which could be checked."""


EXIT_CODES = {
    Verdict.VERIFIED: 0,
    Verdict.REFUSED: 1,
    Verdict.UNRECORDED: 1,
    Verdict.SELF_CONSISTENT: 3,
    Verdict.UNDECIDED: 3,
}
"""The exit status of `colophon verify`; 2 is wrong usage."""


class Answer(Enum):
    """The answer to one question."""

    YES = "yes"
    NO = "no"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Answers:
    """The three questions that people ask."""

    unchanged: Answer = Answer.NOT_CHECKED
    """Is it what was recorded?"""
    complete: Answer = Answer.NOT_CHECKED
    """Is nothing left out?"""
    time: Answer = Answer.NOT_CHECKED
    """Does somebody else than the operator say by when it existed?"""

    def as_json(self) -> dict[str, str]:
        """Return the answers by their question."""
        return {"unchanged": self.unchanged.value, "complete": self.complete.value, "time": self.time.value}


QUESTIONS = {"gap": "complete", "tail": "complete", "size": "complete", "stripped": "complete", "time": "time"}
"""The question that a refusal answers with no; every other code says that it is not unchanged."""
_NO_ANSWER = frozenset({"picture", "bundle"})
"""But these: a picture that cannot be read, or that is held against a bundle which is refused itself."""


MAX_TEXT = 400
"""Of anything that a hostile file can put into a report."""


class Outcome(Enum):
    """The result of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "NOT CHECKED"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: a stable code, its outcome, and what fills the sentence; `why` is a sentence to be filled itself."""

    code: str
    outcome: Outcome
    params: Mapping[str, str] = field(default_factory=dict)

    def filled(self, why: str | None = None) -> dict[str, str]:
        """Return what fills the sentence, the reason filled too; `why` is the reason in another language."""
        if "why" not in self.params:
            return dict(self.params)
        return {**self.params, "why": (why or self.params["why"]).format(**self.params)}


@dataclass(frozen=True, slots=True)
class Bound:
    """Somebody else's word that the events below `size` existed no later than `at`."""

    size: int
    at: datetime
    by: str
    from_outside: bool
    """Whether what it is trusted by came from outside the bundle."""

    def __str__(self) -> str:
        stamp = self.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return f"{self.size} ≤ {stamp} ({self.by})"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a verification found; `facts` hold counts and names for the reader."""

    verdict: Verdict
    checks: tuple[CheckResult, ...]
    facts: Mapping[str, str]
    answers: Answers = Answers()
    bounds: tuple[Bound, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return 0 verified, 1 refused or not recorded, 3 nothing from outside decides."""
        return EXIT_CODES[self.verdict]

    @property
    def code(self) -> str:
        """Return the code of the check that refused, or of the verdict."""
        failed = [c.code for c in self.checks if c.outcome is Outcome.FAILED]
        return failed[0] if failed else self.verdict.name.lower()

    def as_json(self) -> dict[str, object]:
        """Return the report for a program."""
        checks = [
            {"code": c.code, "outcome": c.outcome.value, **({"about": c.filled()} if c.params else {})}
            for c in self.checks
        ]
        return {
            "verdict": self.verdict.value,
            "verdicts": self.answers.as_json(),
            "code": self.code,
            "exit": self.exit_code,
            "checks": checks,
            "facts": dict(self.facts),
        }


class Refusal(Exception):
    """A check failed: the stable code and what names the place."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = _texts(params)


class Checks:
    """The results of a verification under way."""

    def __init__(self) -> None:
        self._results: list[CheckResult] = []
        self._answers: dict[str, Answer] = {}
        self.facts: dict[str, str] = {}
        self.bounds: tuple[Bound, ...] = ()

    def passed(self, code: str, **params: object) -> None:
        """Note that a check passed."""
        self._results.append(CheckResult(code, Outcome.PASSED, _texts(params)))

    def not_checked(self, code: str, **params: object) -> None:
        """Note what this verifier leaves open."""
        self._results.append(CheckResult(code, Outcome.NOT_CHECKED, _texts(params)))

    def answer(self, question: str, *, known: bool) -> None:
        """Answer one of the three questions with yes, if what the answer rests on is known from outside."""
        self._answers[question] = Answer.YES if known else Answer.NOT_CHECKED

    def refused(self, refusal: Refusal) -> Report:
        """Return the report that ends with a refusal."""
        self._results.append(CheckResult(refusal.code, Outcome.FAILED, refusal.params))
        if refusal.code not in _NO_ANSWER:
            self._answers[QUESTIONS.get(refusal.code, "unchanged")] = Answer.NO
        return self.report(Verdict.REFUSED)

    def report(self, verdict: Verdict) -> Report:
        """Return the report so far."""
        return Report(verdict, tuple(self._results), _texts(self.facts), Answers(**self._answers), self.bounds)


def _texts(params: Mapping[str, object]) -> dict[str, str]:
    """Return texts that cannot disturb a terminal or a page, cut to a sensible length."""
    return {
        name: "".join(c if c.isprintable() else "\ufffd" for c in str(value)[:MAX_TEXT])
        for name, value in params.items()
    }
