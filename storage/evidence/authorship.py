"""Where the words of a brief come from (typed, a machine's taken over, an earlier text edited), and who made a picture.

Of words the bot decides, never the member: each text is compared with the machine's words shown in the project and with
the member's own earlier briefs. What it cannot know, and every report says so: words that another chatbot wrote
elsewhere arrive here as typed. Who made a picture that comes from elsewhere, only the member can say.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import Indel

from storage.evidence.changes import word_change
from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind

TYPED: Final = "typed"
ALIKE: Final = 0.6
"""From this likeness on (share of characters that stay, Indel) a text is an edited one rather than a new one."""


class MadeBy(StrEnum):
    """What is declared of a picture from elsewhere: the values of the field `declared`."""

    OWN_HAND = "own hand"
    """The member made it, or made the change, themselves."""
    OWN_INPUT = "own input"
    """Put into a brief as the member's own; nothing more was said of it."""
    OTHER_MODEL = "another AI tool"
    OTHER_PERSON = "another person"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class EarlierText:
    """Words that already stand in a project, and the event that holds them."""

    seq: int
    kind: Kind
    text: str

    @property
    def by_machine(self) -> bool:
        """Tell whether a model wrote them."""
        return self.kind in (Kind.SUGGESTION_MADE, Kind.DRAFT_MADE)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the bot found: `source` as the event carries it, the event it leans on, and the character-level change."""

    source: str
    of: int | None = None
    change: tuple[JsonValue, ...] = ()

    def as_fields(self) -> dict[str, JsonValue]:
        """Return the fields `source` and, where something was edited, `change`."""
        fields: dict[str, JsonValue] = {"source": self.source}
        if self.change:
            fields["change"] = list(self.change)
        return fields


def origin_of(text: str, earlier: Sequence[EarlierText]) -> Origin:
    """Return where a text comes from: `llm:<seq>` taken over as it was, `edited:<seq>`, or `typed`.

    The best match counts; where a machine's words fit as well as the member's own, they are the machine's.
    """
    wanted = _folded(text)
    if not wanted:
        # Some operations need no words; those without are no edit of each other.
        return Origin(TYPED)
    scored = [(Indel.normalized_similarity(wanted, _folded(e.text), score_cutoff=ALIKE), e) for e in earlier]
    alike = [(score, e) for score, e in scored if score >= ALIKE]
    if not alike:
        return Origin(TYPED)
    score, match = max(alike, key=lambda found: (found[0], found[1].by_machine, found[1].seq))
    if match.by_machine and score == 1.0:
        return Origin(f"llm:{match.seq}", match.seq)
    return Origin(f"edited:{match.seq}", match.seq, tuple(word_change(match.text, text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
