"""`/appeal`: a member says, once, why a refusal or a block is wrong; a moderator decides."""

from datetime import UTC, datetime
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.typed import said
from bot.errors import UserFacing
from bot.members.commands import PLATFORM, Consent
from bot.moderation.appeal_button import MAX_APPEAL, AppealForm
from storage.appeals import Appeal, Contested, What
from storage.errors import NotFound, StateConflict
from storage.evidence.ledger import Receipt
from storage.members import Member
from storage.refusals import WAIVABLE
from storage.store import Store

_OFFERED: Final = 25
_LABEL_LIMIT: Final = 100

Words = app_commands.Range[str, 1, MAX_APPEAL]
Number = app_commands.Range[int, 0, 2**53 - 1]


class AppealCog(commands.Cog, name="appeal"):
    """Open to those who are blocked too: it is what a block leaves them."""

    def __init__(self, *, store: Store, texts: Texts, consent: Consent) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent

    @app_commands.command(
        name=named("appeal", "cmd-appeal"),
        description=named("Say why a refusal or a block is wrong; a moderator decides", "cmd-appeal-desc"),
    )
    @app_commands.rename(words=named("text", "opt-appeal-text"), about=named("about", "opt-appeal-about"))
    @app_commands.describe(
        words=named("Why, in your own words; recorded, and the moderators read it", "opt-appeal-text-desc"),
        about=named("Which refusal or block; the newest if you leave it out", "opt-appeal-about-desc"),
    )
    async def appeal(self, interaction: discord.Interaction, words: Words, about: Number | None = None) -> None:
        """Take an appeal."""
        await self._take(interaction, words, about)

    @appeal.autocomplete("about")
    async def _recent(self, interaction: discord.Interaction, typed: str | int) -> list[app_commands.Choice[int]]:
        """Offer what somebody can still appeal here; in a direct message, anywhere."""
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        if member is None:
            return []
        guild = None if interaction.guild_id is None else str(interaction.guild_id)
        found = await self._store.appeals.contestable(member, guild, limit=_OFFERED)
        locale, wanted = str(interaction.locale), str(typed).lstrip("#")
        return [
            app_commands.Choice(name=self._label(locale, one), value=one.number)
            for one in found
            if str(one.number).startswith(wanted)
        ]

    def _label(self, locale: str, one: Contested) -> str:
        if one.what is What.BLOCK:
            return self._texts(locale, "appeal-choice-block", number=one.number)
        day = f"{datetime.fromtimestamp(one.at_ms / 1000, UTC):%Y-%m-%d}"
        rule = self._texts(locale, f"moderation-rule-{one.rule}")
        return self._texts(locale, "appeal-choice-brief", number=one.number, rule=rule, day=day)[:_LABEL_LIMIT]

    async def open(self, interaction: discord.Interaction, about: int) -> None:
        """Open the form: it can only come first, so that whose refusal it is is asked when it comes back."""
        await AppealForm(self._texts, str(interaction.locale), about).show(interaction)

    async def said(self, interaction: discord.Interaction, about: int, words: str) -> None:
        """Take what somebody wrote into the form."""
        await self._take(interaction, words, about)

    async def _take(self, interaction: discord.Interaction, words: str, about: int | None) -> None:
        text = said(words, MAX_APPEAL)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            against = await self._against(current, member, about)
            try:
                receipt = await self._store.appeals.make(member, against, text, act_of(current))
            except StateConflict as error:
                made = await self._store.appeals.of(against.number)
                raise (error if made is None else _made_before(made)) from error
            await current.edit_original_response(content=self._taken(str(current.locale), against, receipt))

        await self._consent.then(interaction, go, making=False)

    async def _against(self, interaction: discord.Interaction, member: Member, about: int | None) -> Contested:
        """Return what is appealed: what has the number, or the newest; raise UserFacing where it is not theirs."""
        appeals = self._store.appeals
        if about is None:
            guild = None if interaction.guild_id is None else str(interaction.guild_id)
            found = await appeals.contestable(member, guild, limit=1)
            if not found:
                raise UserFacing("error-appeal-nothing")
            return found[0]
        made = await appeals.of(about)
        if made is not None and made.member_id == member.id:
            raise _made_before(made)
        try:
            return await appeals.against(member, about)
        except NotFound as error:
            raise UserFacing("error-appeal-unknown", number=about) from error

    def _taken(self, locale: str, against: Contested, receipt: Receipt) -> str:
        kind = "block" if against.what is What.BLOCK else "waivable" if against.rule in WAIVABLE else "answer"
        text = self._texts(locale, "appeal-taken", number=against.number, kind=kind)
        return f"{text}\n-# {receipt_line(self._texts, locale, receipt)}"


def _made_before(appeal: Appeal) -> UserFacing:
    return UserFacing("error-appeal-made", number=appeal.against.number, appeal=appeal.seq, state=appeal.state.value)
