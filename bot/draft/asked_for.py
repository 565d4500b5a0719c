"""What a card says of what was asked for, besides the words: the operation, what went in, what was added."""

from collections.abc import Iterator

from bot.chat.texts import Texts
from bot.draft.regions import FIELDS
from storage.drafts import DraftView

_NAMES = {numbers[0]: name for name, numbers in FIELDS.items()}


def asked_for(texts: Texts, locale: str, view: DraftView) -> Iterator[tuple[str, str]]:
    """Yield names and values; nothing for a plain draft from words."""
    comma = texts(locale, "list-comma")
    work, params = view.params.work, view.params
    if work != "draft":
        yield texts(locale, "draft-operation"), operation_name(texts, locale, work)
    if view.inputs:
        told = [
            texts(locale, "draft-input", role=texts(locale, f"role-{given.role.value}"), number=given.seq)
            for given in view.inputs
        ]
        yield texts(locale, "draft-inputs"), comma.join(told)
    if params.regions:
        named = [texts(locale, f"region-{_NAMES[number]}") for number in params.regions if number in _NAMES]
        yield texts(locale, "draft-regions"), comma.join(named)
    if params.added:
        yield texts(locale, "draft-added"), params.added


def operation_name(texts: Texts, locale: str, work: str) -> str:
    """Return what an operation is called; one of a newer version keeps its word."""
    key = f"operation-{work}"
    return texts(locale, key) if texts.has(locale, key) else work
