"""What answers at the addresses of the settings: Discord, the model servers, time-stamping authorities, the clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

from bot.answers import address, language_client
from bot.doctor.findings import Finding, fine, odd, wrong
from bot.settings import EMBEDDED, Settings
from models.health import ServerHealth
from models.images import ImagesClient

_ANSWER_S: Final = 10.0
_SKEW_ODD_S: Final = 5.0
_SKEW_WRONG_S: Final = 60.0
"""From here on the log itself records that the clock leaves that of the chat platform."""


async def examine_servers(settings: Settings) -> AsyncIterator[Finding]:
    """Yield how each server of the settings is."""
    async with httpx2.AsyncClient(timeout=_ANSWER_S) as client:
        for finding in await _discord(settings, client):
            yield finding
        yield await _language(settings)
        yield await _drafts(settings)
        for url in (*(each.url for each in settings.evidence.timestamps), *settings.evidence.calendars):
            yield await _reached(client, url)
    if not settings.evidence.timestamps and not settings.evidence.calendars and not settings.evidence.witness_channels:
        yield odd(
            "witnesses",
            "nobody but you keeps this log's checkpoints",
            "set evidence.witness_channels, timestamps or calendars (docs/time-and-witnesses.md)",
        )


async def _discord(settings: Settings, client: httpx2.AsyncClient) -> list[Finding]:
    token = settings.discord.token
    if token is None:
        return [wrong("Discord", "no token is set", "put the bot's token into COLOPHON_DISCORD_TOKEN")]
    known = {"Authorization": f"Bot {token.get_secret_value()}"}
    try:
        answer = await client.get(f"{settings.discord.api}/users/@me", headers=known)
    except httpx2.HTTPError as error:
        return [wrong("Discord", f"no answer ({type(error).__name__})", "check this machine's way to discord.com")]
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        return [wrong("Discord", "the token is refused", "reset it at discord.com/developers and set the new one")]
    if answer.status_code != httpx2.codes.OK:
        return [odd("Discord", f"it answers {answer.status_code}", "look at discordstatus.com, and try again")]
    return [fine("Discord", f"the token is that of {answer.json().get('username', '?')}"), *_clock(answer)]


def _clock(answer: httpx2.Response) -> list[Finding]:
    """Compare this machine's clock with the one of an answer that has just come; Discord's has whole seconds."""
    said = answer.headers.get("Date")
    if said is None:
        return []
    try:
        apart = time.time() - parsedate_to_datetime(said).timestamp()
    except ValueError:
        return []
    told = f"{abs(apart):.0f} s {'ahead of' if apart > 0 else 'behind'} Discord's"
    if abs(apart) < _SKEW_ODD_S:
        return [fine("clock", told)]
    mend = "let the machine keep its time: timedatectl set-ntp true"
    return [(wrong if abs(apart) >= _SKEW_WRONG_S else odd)("clock", told, mend)]


async def _language(settings: Settings) -> Finding:
    if settings.language.url is None:
        return fine("language server", f"`colophon up` starts it, with {settings.language.model}")
    client = language_client(settings.language)
    try:
        return _server("language", settings.language.url, await client.health())
    finally:
        await client.aclose()


async def _drafts(settings: Settings) -> Finding:
    drafts = settings.drafts
    if drafts.url is None:
        return fine("drafts server", f"`colophon up` starts it, with {drafts.model}")
    key = "none" if drafts.key is None else drafts.key.get_secret_value()
    model = None if drafts.model == EMBEDDED else drafts.model
    client = ImagesClient(**address(drafts.url), api_key=key, model=model)
    try:
        return _server("drafts", drafts.url, await client.health())
    finally:
        await client.aclose()


def _server(name: str, url: str, health: ServerHealth) -> Finding:
    subject = f"{name} server"
    if health.ready:
        return fine(subject, f"ready at {url}")
    mend = f"start it, or check {name}.url and {name}.key; drafts wait meanwhile, and answers quote their facts"
    return wrong(subject, f"{health.state.value} at {url}: {health.detail}", mend)


async def _reached(client: httpx2.AsyncClient, url: str) -> Finding:
    """Tell whether anything answers at an address; what it would say to a stamp is not asked."""
    try:
        async with asyncio.timeout(_ANSWER_S):
            await client.get(url)
    except (httpx2.HTTPError, TimeoutError) as error:
        return odd("stamps", f"no answer from {url} ({type(error).__name__})", "stamps are asked for again later")
    return fine("stamps", f"{url} answers")
