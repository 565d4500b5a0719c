"""The account: what members were told, held against what is on record; pure, so that it can be tested by itself.

What counts as told is what stood in a message that its member could see. What counts as kept is what the database and
the ledger hold when everything has come to rest.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.bench.soak.pocket import ToldReceipt

MANY_BY_ONE_ACT: Final = frozenset({"upload.add"})
"""Kinds of events of which one act may bring several in one project."""
ENDED: Final = frozenset({"delivered", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Used:
    """One interaction: who did what, when it was acknowledged (None: never), and where it is answered."""

    id: str
    person: str
    act: str
    at_s: float
    acknowledged_s: float | None
    original_id: str | None
    thinking: bool
    """Its answer still says "thinking" when all is at rest."""


@dataclass(frozen=True, slots=True)
class Card:
    """A message that ends a draft: it shows what came of it, or says that nothing will."""

    message_id: str
    draft_id: str
    seen_by: str | None
    """The member who alone sees it, or None for everyone in its channel."""
    shows: bool
    """It shows candidates."""
    private: bool
    """Its buttons are those of a private draft."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the ledger: its kind, its leaf's hash, and the interaction that it names, where it can be opened."""

    seq: int
    kind: str
    leaf: str
    act: str | None
    project: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """One job, of a picture or of a text, as the database has it."""

    id: str
    draft_id: str
    state: str
    reason: str | None
    person: str
    private: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen at Discord."""

    used: Sequence[Used]
    cards: Sequence[Card]
    receipts: Mapping[ToldReceipt, str]
    recorded: Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is on record."""

    events: Sequence[Event]
    roots: Mapping[int, str]
    """The root of the log at every size that somebody was told."""
    works: Sequence[Work]
    erased: Collection[str] = ()
    """Who had their record erased: what was under way for them went with it."""


@dataclass(slots=True)
class Account:
    """What was found; every list names its evidence."""

    acknowledged_lost: list[str] = field(default_factory=list)
    recorded_twice: list[str] = field(default_factory=list)
    delivered_twice: list[str] = field(default_factory=list)
    never_told: list[str] = field(default_factory=list)
    told_otherwise: list[str] = field(default_factory=list)
    cut_off_by_kill: list[str] = field(default_factory=list)
    """Acknowledged by a process that was killed before it said more; Discord itself tells that after 15 minutes."""
    unanswered: list[Used] = field(default_factory=list)
    """Discord told the member after three seconds that the application did not respond."""


def draw_up(seen: Seen, kept: Kept, kills: Sequence[float]) -> Account:
    """Hold one against the other; `kills` are the moments at which the bot's process was killed."""
    account = Account()
    account.acknowledged_lost += [*_lost_receipts(seen, kept), *_lost_briefs(seen, kept)]
    account.recorded_twice += _twice(kept)
    _hold_work(seen, kept, account)
    for used in seen.used:
        if used.acknowledged_s is None:
            account.unanswered.append(used)
        elif used.thinking:
            told = f"interaction {used.id} ({used.act}) of {used.person} still says that it is being thought about"
            killed = any(used.acknowledged_s <= kill <= used.acknowledged_s + _LONGEST_S for kill in kills)
            (account.cut_off_by_kill if killed else account.never_told).append(told)
    return account


_LONGEST_S: Final = 90.0
"""Nothing is thought about for longer than this, so that a kill later than that has no part in it."""


def _lost_receipts(seen: Seen, kept: Kept) -> Iterator[str]:
    for receipt, message in seen.receipts.items():
        if receipt.seq >= len(kept.events):
            yield f"receipt #{receipt.seq} in message {message}: the ledger ends at {len(kept.events)}"
        elif not kept.events[receipt.seq].leaf.startswith(receipt.leaf):
            yield f"receipt #{receipt.seq} in message {message}: another event is recorded there"
        elif not kept.roots.get(receipt.size, "").startswith(receipt.root):
            yield f"receipt #{receipt.seq} in message {message}: the log had another root at {receipt.size}"


def _lost_briefs(seen: Seen, kept: Kept) -> Iterator[str]:
    """Find briefs that were said to be recorded, and are not, or as somebody else's."""
    answered_at: dict[str, set[str]] = defaultdict(set)
    for used in seen.used:
        if used.original_id is not None:
            answered_at[used.original_id].add(used.id)
    for (message, number), interaction in seen.recorded.items():
        event = kept.events[number] if number < len(kept.events) else None
        if event is None or event.kind != "prompt.submit":
            yield f"brief #{number} in message {message} of interaction {interaction}: it is not on record"
        elif event.act is not None and interaction and event.act not in {interaction, *answered_at[message]}:
            yield f"brief #{number} in message {message}: recorded for interaction {event.act}, not for {interaction}"


def _twice(kept: Kept) -> Iterator[str]:
    acts = Counter((e.kind, e.act, e.project) for e in kept.events if e.act and e.kind not in MANY_BY_ONE_ACT)
    for (kind, act, _), times in acts.items():
        if times > 1:
            yield f"interaction {act}: {times} events {kind}"


def _hold_work(seen: Seen, kept: Kept, account: Account) -> None:
    """Hold every job against the cards of its draft."""
    cards: dict[str, list[Card]] = defaultdict(list)
    for card in seen.cards:
        cards[card.draft_id].append(card)
    for work in kept.works:
        own = cards[work.draft_id]
        name = f"job {work.id} of draft {work.draft_id} for {work.person}"
        shown = [card for card in own if card.shows and card.private == work.private]
        told = [card for card in own if card.seen_by in (None, work.person)]
        if len(shown) > 1:
            account.delivered_twice.append(f"{name}: shown in messages {', '.join(card.message_id for card in shown)}")
        if work.state not in ENDED:
            account.never_told.append(f"{name}: it is still {work.state}")
        elif work.person in kept.erased:
            continue
        elif not told:
            account.never_told.append(f"{name}: it is {work.state} ({work.reason}), and no message says so")
        elif work.state == "delivered" and not any(card.shows for card in told):
            account.never_told.append(f"{name}: it is delivered, and no message shows it")
        elif work.state != "delivered" and any(card.shows for card in told):
            account.told_otherwise.append(f"{name}: it is {work.state}, and message {told[0].message_id} shows it")
