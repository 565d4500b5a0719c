"""Checkpoints as people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.pasted import unpasted
from storage.evidence.notes import Checkpoint, SigningKey

NOTE = Checkpoint.issue(SigningKey("colophon.local/log1", bytes(32)), 23, bytes(32)).note
LINES = NOTE.splitlines()


@pytest.mark.parametrize(
    "pasted",
    [
        NOTE,
        NOTE.rstrip("\n"),
        f"\n\n{NOTE}\n\n",
        NOTE.replace("\n", "\r\n"),
        "\ufeff" + NOTE,
        "  \n".join(LINES),
        f"```\n{NOTE}```",
        f"```text\n{NOTE}```\n",
        f"**Checkpoint of 23.** Keep it: `--anchor FILE`\n```\n{NOTE}```",
        f"**Checkpoint.**\r\n```\r\n{NOTE}```\r\nthanks!",
        f"```\n{NOTE}",
    ],
)
def test_what_is_pasted_becomes_the_note_that_was_signed(pasted: str) -> None:
    assert unpasted(pasted.encode()).decode() == NOTE


def test_a_note_that_is_changed_stays_changed() -> None:
    assert unpasted(NOTE.replace("\n23\n", "\n24\n").encode()).decode() != NOTE
    assert unpasted(f" {NOTE}".encode()).decode() != NOTE


@given(st.binary(max_size=200))
def test_any_bytes_come_back_as_some_bytes_and_settle_at_once(data: bytes) -> None:
    once = unpasted(data)
    assert unpasted(once) == once or b"```" in data
