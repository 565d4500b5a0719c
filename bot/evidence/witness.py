"""The witness channels: checkpoints are shown to members, who can later tell whether the log was cut or rewritten.

Shown is the newest checkpoint once a day if the log has grown, and that of an export or of a hand-over soon after it,
so that whoever holds the bundle finds a checkpoint of just its size. Nothing waits for a post, and a post that fails is
tried again.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from storage.clock import now_ms
from storage.evidence.ledger import Ledger
from storage.evidence.notes import Checkpoint
from storage.evidence.posts import Posts
from storage.evidence.rounds import Rounds, When, always

log = logging.getLogger(__name__)

DAY_MS: Final = 24 * 3_600_000
GAP_MS: Final = 5 * 60_000
"""Exports that follow one another sooner than this share a post."""
FIRST_WAIT_S: Final = 60.0
LONGEST_WAIT_S: Final = 3600.0


class BoardError(Exception):
    """A checkpoint could not be shown."""


class BoardClosed(BoardError):
    """The channel is gone or closed to the bot: the operator has to mend it."""


class BoardAway(BoardError):
    """The platform did not take it this time."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The message that shows a checkpoint: its number, and its time by the platform's clock."""

    message: str
    at_ms: int


class Board(Protocol):
    """Where members see checkpoints."""

    async def show(self, channel: str, checkpoint: Checkpoint) -> Shown:
        """Show a checkpoint in a channel, or find it there already; raise BoardClosed or BoardAway."""


@dataclass(frozen=True, slots=True)
class _Delay:
    """A channel that failed is left alone until a moment of the monotonic clock, each time twice as long."""

    wait_s: float
    until: float
    closed: bool


class Witness:
    """Keeps the witness channels up to date, the operator's and those that servers have chosen; it owns one task."""

    def __init__(
        self,
        ledger: Ledger,
        posts: Posts,
        board: Board,
        channels: Iterable[str],
        *,
        of_servers: Callable[[], Iterable[str]] = tuple,
        when: When = always,
        interval_s: float = 30.0,
    ) -> None:
        self._ledger = ledger
        self._posts = posts
        self._board = board
        self._channels = tuple(channels)
        self._of_servers = of_servers
        self._when = when
        self._delays: dict[str, _Delay] = {}
        self._rounds = Rounds("witness channels", self.round, interval_s=interval_s)

    def start(self) -> None:
        """Begin to post."""
        self._rounds.start(self._when)

    async def close(self) -> None:
        """Stop; a post that was not recorded any more is found in its channel the next time."""
        await self._rounds.close()

    async def round(self) -> None:
        """Show each channel what it is due."""
        for channel in dict.fromkeys((*self._channels, *self._of_servers())):
            delay = self._delays.get(channel)
            if delay is None or monotonic() >= delay.until:
                await self._tend(channel)

    async def _tend(self, channel: str) -> None:
        size = await self._due(channel)
        if size is None:
            return
        try:
            shown = await self._board.show(channel, await self._ledger.checkpoint(size))
        except BoardError as error:
            self._put_off(channel, size, error)
            return
        await self._posts.record(channel, size, shown.message, shown.at_ms)
        self._delays.pop(channel, None)
        log.info("the checkpoint of %d stands in the witness channel %s", size, channel)

    async def _due(self, channel: str) -> int | None:
        """Return the size of the checkpoint that a channel should be shown now, if any."""
        last = await self._posts.last(channel)
        if last is None:
            return await self._ledger.size()
        since_ms = now_ms() - last.at_ms
        if since_ms >= GAP_MS and (landmark := await self._posts.landmark(last.size)) is not None:
            return landmark
        if since_ms >= DAY_MS and await self._ledger.grown_since(last.size):
            return await self._ledger.size()
        return None

    def _put_off(self, channel: str, size: int, error: BoardError) -> None:
        before = self._delays.get(channel)
        wait_s = FIRST_WAIT_S if before is None else min(2 * before.wait_s, LONGEST_WAIT_S)
        closed = isinstance(error, BoardClosed)
        self._delays[channel] = _Delay(wait_s, monotonic() + wait_s, closed)
        if not closed:
            log.warning("the checkpoint of %d is not yet in the witness channel %s: %s", size, channel, error)
        elif before is None or not before.closed:
            # Said once: what follows until it is mended is the same again.
            log.error(
                "the witness channel %s is gone or closed to the bot (%s), so members see no checkpoints there: "
                "let the bot see it, read its history and write in it, or change evidence.witness_channels "
                "(or, if a moderator chose it, the setting of the server)",
                channel,
                error,
            )
