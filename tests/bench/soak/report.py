"""What a soak says at its end: figures, what was broken and the evidence, and build/bench/soak.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.report import BUILD

MAX_GROWTH: Final = 0.05
JUDGED_FROM_S: Final = 300.0
"""Only so long a run says something of memory: in a shorter one the bot is still being warmed up by its last third."""
_SHOWN: Final = 20


@dataclass(slots=True)
class Report:
    """The figures, and by bound the evidence that it was broken."""

    seed: int
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    def bound(self, name: str, evidence: Sequence[str]) -> None:
        """Add a figure that must be zero, with what it counts."""
        self.figures[name] = len(evidence)
        if evidence:
            self.broken[name] = list(evidence)

    def memory(self, found: tuple[float, float, float] | None) -> None:
        """Add how the bot's memory grew after warm-up; a bound where the run was long enough to tell."""
        judged = self.seconds >= JUDGED_FROM_S
        self.figures["rss_growth"] = None if found is None else round(found[2], 4)
        self.figures["rss_growth_judged"] = judged
        if found is not None:
            self.figures["rss_mib"] = {"warm": round(found[0] / 2**20, 1), "end": round(found[1] / 2**20, 1)}
        if judged and (found is None or found[2] >= MAX_GROWTH):
            told = "the last process did not live long enough" if found is None else f"{found[2]:+.1%}"
            self.broken["rss_growth"] = [f"{told}, and not below {MAX_GROWTH:.0%}: {self.figures.get('rss_mib')}"]

    def show(self) -> int:
        """Print everything and write the file; return the exit status."""
        print(f"soak of {self.seconds:.0f} s, seed {self.seed} (--seed {self.seed} repeats it)")
        for name, value in self.figures.items():
            if isinstance(value, Mapping):
                print(f"  {name}")
                for each, number in value.items():
                    print(f"    {each:52} {number}")
            else:
                print(f"  {name:54} {value}")
        for name, evidence in self.broken.items():
            print(f"BROKEN {name}: {len(evidence)}")
            for line in evidence[:_SHOWN]:
                print(f"  {line}")
            if len(evidence) > _SHOWN:
                print(f"  and {len(evidence) - _SHOWN} more, in the file")
        print("every bound held" if not self.broken else "bounds were broken")
        path = BUILD / "bench" / "soak.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {"seed": self.seed, "seconds": self.seconds, **self.figures, "broken": self.broken}
        path.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return 1 if self.broken else 0
