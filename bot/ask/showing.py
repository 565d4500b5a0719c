"""Showing an answer while it grows."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from bot.ask.answer import Answer
from bot.chat.pacing import PacedEdits


async def show(states: AsyncGenerator[Answer], edit: Callable[[Answer], Awaitable[None]]) -> None:
    """Hand the states of an answer to `edit` at the chat platform's pace, and the last one in any case."""
    edits = PacedEdits(edit)
    try:
        async with aclosing(states):
            async for state in states:
                if state.final:
                    await edits.finish(state)
                else:
                    edits.offer(state)
    finally:
        await edits.stop()
