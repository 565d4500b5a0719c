"""A finished draft read for being shown: its candidates as they can be sent, and its receipt."""

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

from storage.drafts import Candidate, DraftView
from storage.errors import NotFound
from storage.evidence.ledger import Receipt
from storage.evidence.marking import Marking
from storage.media import Media

SENT_BYTES: Final = 9 * 2**20
"""How large a file of a card may be: what the platform takes, and a little less."""
SENT_BYTES_IN_ALL: Final = 22 * 2**20


@dataclass(frozen=True, slots=True)
class Card:
    """A finished draft, ready to be shown; `smaller` says that an image is a reduced copy, the file being too large."""

    view: DraftView
    images: tuple[bytes, ...]
    receipt: Receipt
    smaller: bool = False


class Receipts(Protocol):
    """What hands out receipts: the ledger."""

    async def receipt(self, seq: int) -> Receipt:
        """Return the receipt of an event as of now."""
        ...


class CardReader:
    """Reads drafts from the store."""

    def __init__(self, media: Media, receipts: Receipts, marking: Marking) -> None:
        self._media = media
        self._receipts = receipts
        self._marking = marking

    async def card(self, view: DraftView) -> Card:
        """Return a finished draft; raise NotFound where it has no candidates, or they were erased."""
        if not view.candidates:
            raise NotFound(f"candidates of draft {view.id}")
        files = [await self._media.read(each.sha256) for each in view.candidates]
        images = tuple([await self._sent(view, each, file) for each, file in zip(view.candidates, files, strict=True)])
        receipt = await self._receipts.receipt(view.candidates[-1].seq)
        return Card(view, images, receipt, smaller=list(images) != files)

    async def _sent(self, view: DraftView, candidate: Candidate, file: bytes) -> bytes:
        """Return a candidate's file as it can be sent: itself, or a reduced copy where it is too large."""
        limit = min(SENT_BYTES, SENT_BYTES_IN_ALL // len(view.candidates))
        if len(file) <= limit:
            return file
        name = f"{view.id}-{candidate.position}"
        return await asyncio.to_thread(
            self._marking.reduced, file, name, from_own_picture=bool(view.inputs), limit_bytes=limit
        )
