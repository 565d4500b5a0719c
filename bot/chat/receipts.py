"""The short receipt that every recorded act answers with."""

from bot.chat.texts import Texts
from storage.evidence.ledger import Receipt


def receipt_line(texts: Texts, locale: object, receipt: Receipt) -> str:
    """Return number, event hash, log size and root, in one line."""
    return texts(
        locale,
        "receipt-line",
        number=receipt.seq,
        hash=receipt.leaf_sha256.hex()[:16],
        size=receipt.size,
        root=receipt.root.hex()[:16],
    )
