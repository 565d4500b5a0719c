"""Every sentence a person sees, in their language (Project Fluent files under `bot/locales`)."""

from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

LOCALES = ("en-US", "zh-CN")
_FOLDER = Path(__file__).parent.parent / "locales"


class Texts:
    """The sentences of all features; call it with a locale, a key and what fills the gaps."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._bundles = {locale: _load(folder, locale) for locale in LOCALES}

    def __call__(self, locale: object, key: str, **arguments: str | int | float) -> str:
        """Return a sentence; a key that is missing is a mistake of ours and raises KeyError."""
        bundle = self._bundles[nearest(str(locale))]
        message = bundle.get_message(key)
        if message.value is None:
            raise KeyError(key)
        text, errors = bundle.format_pattern(message.value, arguments)
        if errors:
            raise KeyError(f"{key}: {errors[0]}")
        return str(text)

    def has(self, locale: object, key: str) -> bool:
        """Tell whether there is a sentence under a key."""
        return bool(self._bundles[nearest(str(locale))].has_message(key))


def nearest(locale: str) -> str:
    """Return the language we speak that is nearest to a member's: Chinese for Chinese, else English."""
    return "zh-CN" if locale.lower().startswith("zh") else "en-US"


@cache
def _load(folder: Path, locale: str) -> FluentBundle:
    # Parsed once a process: it takes half a second, and nothing changes a bundle afterwards.
    # Isolation marks would show up as stray characters in chat clients' code blocks and names.
    bundle = FluentBundle([locale], use_isolating=False)
    for file in sorted((folder / locale).glob("*.ftl")):
        bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle
