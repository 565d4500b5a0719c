"""`/moderation terms`: words that a server does not draw, beside those that nobody may."""

from typing import Final

import discord
from discord import app_commands

from bot.chat.translator import named
from bot.errors import UserFacing
from bot.moderation.asked import TERM_LENGTHS, read_term
from bot.moderation.group import MODERATION, ModerationPart, Reason
from storage.errors import StateConflict

MAX_TERMS: Final = 300
_OFFERED: Final = 25

Term = app_commands.Range[str, 1, TERM_LENGTHS[1]]


class WordlistPart(ModerationPart):
    """Keeps the list of a server; it is read by moderators alone, and briefs are held against it."""

    @MODERATION.command(
        name=named("terms", "cmd-moderation-terms"),
        description=named("Words that are not drawn in this server: see, add or remove", "cmd-moderation-terms-desc"),
    )
    @app_commands.rename(
        add=named("add", "opt-moderation-add"),
        remove=named("remove", "opt-moderation-remove"),
        reason=named("reason", "opt-moderation-reason"),
    )
    @app_commands.describe(
        add=named("A word or a few that briefs must not have", "opt-moderation-add-desc"),
        remove=named("One that they may have again", "opt-moderation-remove-desc"),
        reason=named("Why; needed for a change, and recorded", "opt-moderation-change-reason-desc"),
    )
    async def terms(
        self,
        interaction: discord.Interaction,
        add: Term | None = None,
        remove: Term | None = None,
        reason: Reason | None = None,
    ) -> None:
        """Show the list, or change it by a word."""
        locale = str(interaction.locale)
        if add is None and remove is None:
            guild = self.guild_of_moderator(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            post = self._rule_cards.terms(locale, self._store.servers.of(guild).terms)
            await interaction.edit_original_response(
                content=post.content, attachments=[each.as_file() for each in post.attachments]
            )
            return
        mandate = self.mandate(interaction, reason or "")
        if add is not None and remove is not None:
            raise UserFacing("error-moderation-one-term")
        term = read_term(add or remove or "")
        servers = self._store.servers
        if add is not None and len(servers.of(mandate.guild).terms) >= MAX_TERMS:
            raise UserFacing("error-moderation-terms-full", limit=MAX_TERMS)
        await interaction.response.defer(ephemeral=True, thinking=True)
        change = servers.remove_term if add is None else servers.add_term
        try:
            receipt = await change(mandate, term)
        except StateConflict as error:
            raise UserFacing("error-moderation-term-not" if add is None else "error-moderation-term-known") from error
        text = self._rule_cards.term_changed(locale, term, receipt, added=add is not None)
        await interaction.edit_original_response(content=text)

    @terms.autocomplete("remove")
    async def _known(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Offer the terms that there are, to those only who may see them."""
        try:
            guild = self.guild_of_moderator(interaction)
        except UserFacing:
            return []
        fitting = [term for term in self._store.servers.of(guild).terms if typed.casefold() in term]
        return [app_commands.Choice(name=term, value=term) for term in fitting[:_OFFERED]]
