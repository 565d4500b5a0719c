"""What is looked for in the logs of the suite is found there, and every file of a store is its owner's alone."""

import base64
import logging
import stat
from pathlib import Path

import pytest

from storage.members import Member
from storage.projects import Project
from storage.store import Store
from tests.secrets_kept import LISTENER
from tests.storage.conftest import ann, config, project, store
from tests.storage.test_drafts import submit

__all__ = ["ann", "config", "project", "store"]

log = logging.getLogger("bot.of_a_test")


@pytest.fixture
def database() -> None:
    """Let the store be of files: a server has its own."""


def caught() -> list[str]:
    found, LISTENER.found = LISTENER.found, []
    return found


@pytest.mark.parametrize("form", [bytes.hex, lambda key: base64.b64encode(key).decode(), repr])
def test_a_key_in_a_log_is_found(store: Store, form: object) -> None:
    key = bytes.fromhex((store.config.keys_dir / "kek.key").read_text())
    assert callable(form)
    log.info("opened with %s", form(key))
    (where,) = caught()
    assert where.startswith("bot.of_a_test at test_secrets.py:")


@pytest.mark.parametrize("token", ["test-key", "pocket-test"])
def test_a_token_in_a_traceback_is_found(token: str) -> None:
    try:
        raise ValueError(f"https://example.invalid/?key={token}")
    except ValueError:
        log.exception("a request failed")
    assert len(caught()) == 1


async def test_a_members_words_in_a_log_are_found(store: Store, ann: Member, project: Project) -> None:
    words = "a red boat at the very edge of the world"
    await submit(store, ann, project, words)
    log.warning("drawing %s", words)
    assert len(caught()) == 1


async def test_every_file_of_a_store_is_its_owners_alone(
    store: Store, ann: Member, project: Project, tmp_path: Path
) -> None:
    submitted = await submit(store, ann, project)
    await store.media.put_file(b"a document", "text/plain", "a.txt")
    await store.ledger.receipt_proof(submitted.receipt.seq)
    open_to_others = [
        str(path.relative_to(tmp_path))
        for path in (store.config.data_dir, *store.config.data_dir.rglob("*"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.name != "published.note"
    ]
    assert open_to_others == []
