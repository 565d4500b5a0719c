"""What there was to be seen at Discord when all had come to rest: the outside of the account."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from bot.pocket.codes import MessageFlag
from bot.pocket.world import APPLICATION_ID
from storage.evidence.verify import (
    Trust,
    is_moderation_export,
    is_receipt,
    verify_moderation,
    verify_receipt,
    verify_trusting,
)
from tests.bench.soak.account import Card, Seen, Used
from tests.bench.soak.people import Community, components_of
from tests.bench.soak.pocket import SoakPocket

_ENDS: Final = re.compile(
    r"(?:draft|text):(?P<draft>[0-9a-f]{20}):(?P<act>choose|take|redo)(?::\w+?)??(?P<private>:p)?"
)
_LOOKS: Final = frozenset({"draft:look"})
"""Acts that show a card again to whoever asks; that is no delivery."""
BUNDLES_CHECKED: Final = 40


def seen_at(pocket: SoakPocket, community: Community) -> Seen:
    """Return what was done and told."""
    used = list(_used(pocket, community))
    names = {each.id: each.act for each in used}
    return Seen(used, list(_cards(pocket, names)), pocket.receipts, pocket.recorded)


def _used(pocket: SoakPocket, community: Community) -> Iterator[Used]:
    for interaction in pocket.world.interactions.values():
        done = community.done[interaction.nonce]
        acknowledged = pocket.acknowledged.get(interaction.id)
        original = pocket.world.messages.get(interaction.original_id or "")
        yield Used(
            interaction.id,
            interaction.person.id,
            done.act,
            done.at_s,
            None if acknowledged is None else acknowledged.at_s,
            interaction.original_id,
            original is not None and bool(original["flags"] & MessageFlag.LOADING),
        )


def _cards(pocket: SoakPocket, names: Mapping[str, str]) -> Iterator[Card]:
    for message in pocket.world.messages.values():
        if message["author"]["id"] != APPLICATION_ID:
            continue
        answers = str((message.get("interaction_metadata") or {}).get("id", ""))
        if names.get(answers) in _LOOKS:
            continue
        ends: dict[tuple[str, bool], set[str]] = defaultdict(set)
        for found in _ends(message):
            ends[found["draft"], found["private"] is not None].add(found["act"])
        seen_by = pocket.world.private.get(message["id"]) or pocket.world.visible_to(message["channel_id"])
        for (draft, private), possible in ends.items():
            yield Card(message["id"], draft, seen_by, bool(possible & {"choose", "take"}), private)


def _ends(message: Mapping[str, Any]) -> Iterator[re.Match[str]]:
    for component in components_of(message):
        found = _ENDS.fullmatch(component["custom_id"])
        if found is not None:
            yield found


def refused_files(pocket: SoakPocket, vkeys: tuple[str, ...]) -> tuple[int, list[str]]:
    """Check the newest bundles and receipts that members were given as a third party would; blocking.

    Return how many were checked, and what was refused.
    """
    given = [f for f in pocket.world.files.values() if f.object["filename"].endswith((".zip", ".txt"))]
    checked, refused = 0, []
    for file in given[-BUNDLES_CHECKED:]:
        report = _report(file.path, vkeys)
        if report is not None:
            checked += 1
            if report.exit_code:
                refused.append(f"{file.object['filename']} ({file.object['id']}): {report.as_json()}"[:400])
    return checked, refused


def _report(path: Path, vkeys: tuple[str, ...]) -> Any:
    with path.open("rb") as file:
        start = file.read(64)
    if is_receipt(start):
        return verify_receipt(path.read_bytes(), vkeys=vkeys)
    if not start.startswith(b"PK"):
        return None
    if is_moderation_export(path):
        return verify_moderation(path, vkeys=vkeys)
    return verify_trusting(path, Trust(vkeys=vkeys))
