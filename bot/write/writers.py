"""Which model writes, as the record names it."""

from bot.settings import EMBEDDED, LanguageSettings
from bot.write.writing import Writer
from models.catalog import EMBEDDED_LANGUAGE, UnknownModel, find


def writer_of(settings: LanguageSettings) -> Writer:
    """Return the model of the language server: its name and revision as the catalogue has them, else as it is set."""
    if settings.model == EMBEDDED:
        return Writer(EMBEDDED_LANGUAGE.name, EMBEDDED_LANGUAGE.revision or "", small=True)
    try:
        entry = find(settings.model)
        name, revision = entry.name, entry.revision or ""
    except UnknownModel:
        name, revision = settings.model, ""
    return Writer(name if settings.adapter is None else f"{name} + {settings.adapter}", revision, small=False)
