"""What offers begin: the one place that knows which part of Colophon takes the words from there."""

from collections.abc import Mapping

import discord

from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.draft.commands import DraftCog
from bot.offers.commands import Beginning
from bot.offers.offer import What
from bot.projects.commands import MAX_TITLE
from bot.write.commands import WriteCog
from storage.members import Member
from storage.projects import Project
from storage.store import Store
from storage.texts import TextWork


def beginnings(store: Store, texts: Texts, drafts: DraftCog, writing: WriteCog) -> Mapping[What, Beginning]:
    """Return what can be begun here, and how."""

    async def draft(
        interaction: discord.Interaction, member: Member, project: Project, text: str, style: str | None
    ) -> None:
        await drafts.begin(interaction, member, text, style=style, project=project)

    async def write(
        interaction: discord.Interaction, member: Member, project: Project, text: str, _: str | None
    ) -> None:
        await writing.begin(interaction, member, TextWork.WRITE, text, project)

    async def brainstorm(
        interaction: discord.Interaction, member: Member, project: Project, text: str, _: str | None
    ) -> None:
        await writing.begin(interaction, member, TextWork.BRAINSTORM, text, project)

    async def open_project(
        interaction: discord.Interaction, member: Member, _: Project, text: str, __: str | None
    ) -> None:
        guild = str(interaction.guild_id) if interaction.guild_id else None
        title = " ".join(text.split())[:MAX_TITLE]
        opened, receipt = await store.projects.open(member, title, guild_id=guild)
        told = texts(
            interaction.locale, "project-opened", title=discord.utils.escape_markdown(opened.title), intent="no"
        )
        line = receipt_line(texts, interaction.locale, receipt)
        await interaction.edit_original_response(content=f"{told}\n-# {line}")

    return {
        What.DRAFT: Beginning(draft, public=True),
        What.WRITE: Beginning(write, public=True),
        What.BRAINSTORM: Beginning(brainstorm, public=True),
        What.PROJECT: Beginning(open_project, public=False),
    }
