"""`/describe`: a picture becomes material of the project, and a model's words for it are offered as a brief."""

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of
from bot.chat.posting import put_answer
from bot.chat.texts import nearest
from bot.chat.translator import named
from bot.chat.uploads import Upload, check_declared, fetch_picture
from bot.describe.describer import Describer
from bot.errors import UserFacing
from bot.members.commands import Consent
from bot.offers.commands import OfferCog, Proposed
from bot.offers.offer import What
from storage.acts import Act
from storage.evidence.authorship import MadeBy
from storage.members import Member
from storage.projects import Brought
from storage.store import Store

_LANGUAGES: Final = {"en-US": "English", "zh-CN": "简体中文"}


class DescribeCog(commands.Cog, name="describe"):
    """Describes pictures; without a `describer` it says which setting would allow it."""

    def __init__(self, *, store: Store, consent: Consent, offers: OfferCog, describer: Describer | None) -> None:
        self._store = store
        self._consent = consent
        self._offers = offers
        self._describer = describer

    @app_commands.command(
        name=named("describe", "cmd-describe"),
        description=named("Words from a picture, to start a brief with", "cmd-describe-desc"),
    )
    @app_commands.rename(
        image=named("image", "opt-describe-image"), language=named("language", "opt-describe-language")
    )
    @app_commands.describe(
        image=named("The picture (PNG, JPEG or WebP)", "opt-describe-image-desc"),
        language=named("The language of the words; yours by default", "opt-describe-language-desc"),
    )
    @app_commands.choices(
        language=[app_commands.Choice(name=name, value=value) for value, name in _LANGUAGES.items()],
    )
    async def describe(
        self, interaction: discord.Interaction, image: discord.Attachment, language: str | None = None
    ) -> None:
        """Record a picture, and offer a model's words for it."""
        self.sighted()
        check_declared(image.size, image.content_type)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            upload = await fetch_picture(self._store.darkroom, image)
            await self.offer(current, member, upload, MadeBy.OWN_INPUT, act_of(current), language)

        await self._consent.then(interaction, go)

    def sighted(self) -> Describer:
        """Return the model that sees; raise UserFacing where none can."""
        if self._describer is None:
            raise UserFacing("error-describe-none")
        return self._describer

    async def offer(
        self,
        interaction: discord.Interaction,
        member: Member,
        upload: Upload,
        declared: MadeBy,
        act: Act,
        language: str | None = None,
    ) -> None:
        """Record the picture, then offer words for it, in place of "thinking"."""
        describer, locale = self.sighted(), str(interaction.locale)
        project = await self._offers.project(member, locale, interaction.guild_id)
        picture = await self._store.media.put_picture(upload.data, upload.mime)
        marks = await self._store.darkroom.marks(upload.data, upload.mime)
        brought = Brought(picture, declared, marks=marks)
        recorded = await self._store.projects.attach(project, brought, act)
        spoken = nearest(language or locale)
        text = await describer.describe(upload.data, spoken)
        request = describer.request(spoken)
        proposed = Proposed(What.DRAFT, text, describer.name, request, about=(recorded.seq,))
        await put_answer(interaction, await self._offers.offer(member, project, proposed, act, locale), private=True)
