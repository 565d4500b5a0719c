"""What leaves the log without being a bundle: a report, a film; recorded before it is sent, like a bundle."""

from collections.abc import Mapping

from storage.evidence.commitments import JsonValue
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger, Receipt
from storage.evidence.sealing import NewEvent


async def record_leaving(ledger: Ledger, project: str, actor: str, scope: Mapping[str, JsonValue]) -> Receipt:
    """Record that a part of a project's record goes out: who takes it (`by`), `what` it is, and its files' hashes."""
    event = NewEvent(project, Kind.EXPORT_MADE, actor, {"scope": dict(scope)})
    return (await ledger.append(event)).receipts[0]
