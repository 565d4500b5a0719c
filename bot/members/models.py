"""What members are told of a model: what its server says of it, and what the catalogue knows."""

from dataclasses import dataclass

from bot.settings import EMBEDDED
from models.catalog import EMBEDDED_LANGUAGE, CatalogEntry, UnknownModel, find
from models.drafting import UNKNOWN, ModelAbilities


@dataclass(frozen=True, slots=True)
class Told:
    """A model by name; None is what nobody said.

    `verified` tells whether this project has read the licence itself, `embedded` whether the model comes with it.
    """

    name: str
    revision: str | None = None
    licence: str | None = None
    source: str | None = None
    verified: bool = False
    embedded: bool = False


def told_of_drafts(able: ModelAbilities) -> Told:
    """Return what is known of a model that draws; its server knows best which revision it has loaded."""
    said = able.revision if able.revision != UNKNOWN else None
    return _told(able.name, _entry(able.name), said)


def told_of_language(name: str) -> Told:
    """Return what is known of a language model, as the settings name it."""
    entry = EMBEDDED_LANGUAGE if name == EMBEDDED else _entry(name)
    return _told(name if entry is None else entry.name, entry, None)


def _entry(name: str) -> CatalogEntry | None:
    try:
        return find(name)
    except UnknownModel:
        return None


def _told(name: str, entry: CatalogEntry | None, revision: str | None) -> Told:
    if entry is None:
        return Told(name, revision)
    return Told(
        name,
        revision=revision or entry.revision,
        licence=entry.licence,
        source=entry.repo_id,
        verified=entry.verified,
        embedded=entry.repo_id is None,
    )
