"""Sending a bundle or a dossier to the one person who asked for it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import discord

from bot.chat.posting import Attachment, Post, put_answer
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts, nearest
from bot.errors import UserFacing
from storage.evidence.bundle import Exported, ExportRequest
from storage.evidence.dossier.making import MAX_EVENTS, TooManyEvents
from storage.evidence.opening import EVERYTHING, Opening
from storage.projects import Project
from storage.store import Store


async def send_bundle(
    interaction: discord.Interaction,
    store: Store,
    texts: Texts,
    owned: Sequence[Project],
    title: str,
    opening: Opening = EVERYTHING,
) -> None:
    """Export a member's own projects into one bundle and edit the acknowledgement into it; raise UserFacing."""
    folder = store.config.data_dir / "exports"
    await asyncio.to_thread(folder.mkdir, exist_ok=True, mode=0o700)
    request = ExportRequest(
        {project.id: project.actor for project in owned},
        {"by": "owner"},
        opening,
        dossier=nearest(str(interaction.locale)),
    )
    bundle = await store.exporter.export(request, folder / f"{interaction.id}.zip")
    try:
        await _send(interaction, store, texts, bundle, title)
    finally:
        await asyncio.to_thread(bundle.path.unlink, missing_ok=True)


async def _send(interaction: discord.Interaction, store: Store, texts: Texts, bundle: Exported, title: str) -> None:
    if bundle.size_bytes > interaction.filesize_limit:
        # The next export writes the same events again; nothing is lost by not keeping this file.
        raise UserFacing(
            "error-bundle-large", size=_mebibytes(bundle.size_bytes), limit=_mebibytes(interaction.filesize_limit)
        )
    name = f"colophon-{bundle.id[2:10]}.zip"
    text = texts(
        str(interaction.locale),
        "evidence-exported",
        title=discord.utils.escape_markdown(title),
        events=bundle.events,
        pictures=bundle.pictures,
        name=name,
        vkey=store.ledger.vkey,
    )
    text += f"\n-# {receipt_line(texts, interaction.locale, bundle.receipt)}"
    data = await asyncio.to_thread(Path.read_bytes, bundle.path)
    await put_answer(interaction, Post(text, attachments=(Attachment(name, data),)), private=True)


async def send_dossier(
    interaction: discord.Interaction,
    store: Store,
    texts: Texts,
    project: Project,
    *,
    formats: Sequence[str],
    language: str,
) -> None:
    """Make the dossier of a member's own project and edit the acknowledgement into it; raise UserFacing."""
    try:
        reported = await store.dossiers.report(project.id, project.actor, language, formats)
    except TooManyEvents as error:
        raise UserFacing("error-dossier-long", events=error.events, limit=MAX_EVENTS) from error
    made = reported.dossier.files
    largest = max(map(len, made.values()), default=0)
    if largest > interaction.filesize_limit:
        raise UserFacing("error-dossier-large", size=_mebibytes(largest), limit=_mebibytes(interaction.filesize_limit))
    locale = str(interaction.locale)
    text = texts(locale, "evidence-reported", title=discord.utils.escape_markdown(project.title), number=reported.seq)
    if any(name not in made for name in formats):
        text += "\n" + texts(locale, "evidence-report-no-pdf")
    stem = f"colophon-dossier-{reported.id[2:10]}"
    files = tuple(Attachment(f"{stem}.{name}", data) for name, data in made.items())
    await put_answer(interaction, Post(text, attachments=files), private=True)


def _mebibytes(size_bytes: int) -> float:
    return round(size_bytes / 2**20, 1)
