"""The texts that a new one is compared with: whoever takes a machine's words over shall not pass for who typed them."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import select

from storage.database import Database
from storage.evidence.authorship import EarlierText
from storage.evidence.kinds import Kind
from storage.evidence.ledger import Ledger
from storage.tables import evidence_event, text_candidates, text_edits

COMPARED: Final = 64
"""With so many earlier texts of its project a new one is compared."""
TEXT_OF: Final[Mapping[Kind, str]] = {
    Kind.PROMPT_SUBMITTED: "prompt",
    Kind.SUGGESTION_MADE: "text",
    Kind.DRAFT_MADE: "text",
    Kind.EDIT_APPLIED: "text",
}
"""The field that holds the text, of each kind that has one."""


async def earlier_texts(database: Database, ledger: Ledger, project_id: str) -> Sequence[EarlierText]:
    """Return the newest briefs, suggestions, drafted texts and their edits of a project that can be opened."""
    # Of candidates and edits only those that are texts: pictures would push the texts out.
    texts = select(text_candidates.c.seq).union(select(text_edits.c.seq))
    asked = evidence_event.c.type.in_([Kind.PROMPT_SUBMITTED, Kind.SUGGESTION_MADE])
    query = (
        select(evidence_event.c.seq, evidence_event.c.type)
        .where(evidence_event.c.project == project_id, asked | evidence_event.c.seq.in_(texts))
        .order_by(evidence_event.c.seq.desc())
        .limit(COMPARED)
    )
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
    told = await ledger.disclosed_many([row.seq for row in rows])
    kinds = {row.seq: Kind(row.type) for row in rows}
    found = [(seq, kinds[seq], fields.get(TEXT_OF[kinds[seq]])) for seq, fields in told.items()]
    return [EarlierText(seq, kind, text) for seq, kind, text in found if isinstance(text, str)]
