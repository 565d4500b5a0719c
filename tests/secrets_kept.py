"""A plugin of the whole suite: no log record that an operator could see holds a secret of the tests or of their stores.

What is looked for: the tokens and keys that the tests use; the bytes of every key of the latest stores, raw, in hex and
in both alphabets of base64; and the words of the latest briefs. A test that logs one fails, and is named.
"""

import base64
import logging
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from storage.briefs import NewBrief
from storage.drafts import Drafts
from storage.evidence import keys
from storage.evidence.commitments import wrap_key

FIXED: Final = ("test-key", "pocket-test", "pocket-try")
"""What the tests' model servers and their pocket server are asked with."""
LISTENED_TO: Final = ("bot", "models", "storage", "discord", "aiohttp")
_LEAST_WORDS: Final = 12
"""Characters of a brief; a shorter one stands in other texts by chance."""
_KEPT: Final = 400


class Listener(logging.Handler):
    """Reads every record; `found` are the places that said a secret, never the secret itself."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.secrets: deque[str] = deque(maxlen=_KEPT)
        self.found: list[str] = []
        self._writer = logging.Formatter("%(message)s")

    def keep(self, secret: bytes) -> None:
        """Look for a secret from now on, in every form in which it could be printed."""
        forms = (secret.hex(), base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode())
        self.secrets.extend((*forms, repr(secret)[2:-1]))

    def keep_words(self, text: str) -> None:
        """Look for what a member said."""
        if len(text) >= _LEAST_WORDS:
            self.secrets.append(text)

    def emit(self, record: logging.LogRecord) -> None:
        """Read a record with its traceback."""
        said = self._writer.format(record)
        if any(secret in said for secret in (*FIXED, *self.secrets)):
            self.found.append(f"{record.name} at {Path(record.pathname).name}:{record.lineno}")


LISTENER: Final = Listener()


@pytest.fixture(scope="session", autouse=True)
def listening() -> Iterator[None]:
    """Listen to every logger as an operator would have it, and learn each key and brief as it comes."""
    with pytest.MonkeyPatch.context() as patch:
        _learn(patch)
        levels = {name: logging.getLogger(name).level for name in LISTENED_TO}
        for name in LISTENED_TO:
            logging.getLogger(name).setLevel(logging.INFO)
        logging.getLogger().addHandler(LISTENER)
        yield
        logging.getLogger().removeHandler(LISTENER)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def _learn(patch: pytest.MonkeyPatch) -> None:
    read, wrap, submit = keys.load_or_create_secret, wrap_key, Drafts.submit

    def load(path: Path, *, create: bool) -> bytes:
        secret = read(path, create=create)
        LISTENER.keep(secret)
        return secret

    def wrapped(kek: bytes, key: bytes) -> bytes:
        LISTENER.keep(key)
        return wrap(kek, key)

    async def submitted(self: Drafts, member: Any, project: Any, new: NewBrief, *rest: Any, **named: Any) -> Any:
        LISTENER.keep_words(new.text)
        return await submit(self, member, project, new, *rest, **named)

    patch.setattr(keys, "load_or_create_secret", load)
    patch.setattr("storage.store.load_or_create_secret", load)
    patch.setattr("storage.evidence.keys.wrap_key", wrapped)
    patch.setattr(Drafts, "submit", submitted)


@pytest.fixture(autouse=True)
def nothing_secret_is_logged(listening: None) -> Iterator[None]:
    """Fail the test whose records hold a secret."""
    yield
    said, LISTENER.found = LISTENER.found, []
    assert said == [], "a secret was logged"
