"""Keeping the commands at Discord in step with what there is, and with what can be done here now.

A command that nothing here can do is not offered; it is still answered, as it may stand on somebody's screen. Discord
allows 200 creations a day: taking a command away is none, bringing it back is one.
"""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import discord
from discord import app_commands
from discord.http import Route

from bot.chat.steady import BROKEN, steadily

log = logging.getLogger(__name__)
SHOW_AGAIN_S: Final = 3600.0
"""So long lies between two times that commands come back: all of them, at every chance, stay below the limit."""
RETRY_S: Final = 60.0

Hidden = Callable[[], frozenset[str] | None]
"""Returns the names of the commands that nothing here can do; None while nobody knows."""


def nothing_hidden() -> frozenset[str]:
    """Return that everything can be done."""
    return frozenset()


class OfferedCommands:
    """Sends the commands when they differ from what was sent; remembers that across starts."""

    def __init__(
        self,
        tree: app_commands.CommandTree[discord.Client],
        translator: app_commands.Translator,
        state_dir: Path,
        hidden: Hidden,
    ) -> None:
        self._tree = tree
        self._translator = translator
        self._marker = state_dir / "commands.sha256"
        self._hidden = hidden
        self.ids: Mapping[str, int] = {}
        """The numbers of the commands that are offered, by which they can be linked to."""
        self._left_out: frozenset[str] = frozenset()
        self._shown_at: float | None = None
        self._not_before = 0.0

    async def begin(self) -> None:
        """Bring the commands in step at a start; what can be done is taken to be what it was, until that is known."""
        known, left_out = await asyncio.to_thread(self._remembered)
        hidden = self._hidden()
        self._left_out = left_out if hidden is None else hidden
        payload = await self._payload(self._left_out)
        self.ids = {command.name: command.id for command in await steadily(self._tree.fetch_commands)}
        if known == self._digest(payload) and self.ids.keys() == {each["name"] for each in payload}:
            return
        await self._send(payload, self._left_out)

    async def look(self) -> None:
        """Offer what can be done now, and no longer what cannot; what fails is tried again later."""
        hidden, now = self._hidden(), time.monotonic()
        if hidden is None or hidden == self._left_out or now < self._not_before:
            return
        early = self._shown_at is not None and now - self._shown_at < SHOW_AGAIN_S
        target = hidden | self._left_out if early else hidden
        if target == self._left_out:
            return
        try:
            await self._send(await self._payload(target), target)
        except (discord.HTTPException, *BROKEN) as error:
            log.warning("the commands could not be brought in step: %s", type(error).__name__)
            self._not_before = now + RETRY_S
            return
        if self._left_out - target:
            self._shown_at = now
        self._left_out = target

    async def _payload(self, left_out: frozenset[str]) -> list[dict[str, Any]]:
        offered = [command for command in self._tree.get_commands() if command.name not in left_out]
        return [await command.get_translated_payload(self._tree, self._translator) for command in offered]

    async def _send(self, payload: list[dict[str, Any]], left_out: frozenset[str]) -> None:
        client: Any = self._tree.client
        there = await steadily(lambda: client.http.bulk_upsert_global_commands(client.application_id, payload=payload))
        self.ids = {command["name"]: int(command["id"]) for command in there}
        await asyncio.to_thread(self._marker.write_text, "\n".join([self._digest(payload), *sorted(left_out)]))
        log.info("commands synced: %d, left out: %d", len(payload), len(left_out))

    def _digest(self, payload: list[dict[str, Any]]) -> str:
        text = json.dumps([Route.BASE, self._tree.client.application_id, payload], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def _remembered(self) -> tuple[str, frozenset[str]]:
        """Return the digest of what was sent last, and what was left out of it."""
        lines = self._marker.read_text().splitlines() if self._marker.exists() else []
        return (lines[0] if lines else ""), frozenset(lines[1:])
