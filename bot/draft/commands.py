"""`/draft`."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.uploads import check_declared, fetch_picture
from bot.draft.acts import CardActs
from bot.draft.asking import Asking, Models
from bot.draft.brief import DEFAULT_STRENGTH, MAX_COUNT
from bot.draft.drafting import Drafting, Wanted, for_one_alone
from bot.draft.manners import Manners
from bot.draft.operations import Operation
from bot.draft.options import Count, Offers, Strength, options
from bot.members.commands import Consent
from bot.members.preferences import Preferences
from storage.briefs import InputRole
from storage.darkroom.darkroom import Darkroom
from storage.members import Member
from storage.projects import Project


class DraftCog(commands.Cog, name="draft"):
    """Takes briefs, answers at once, and lets the dispatcher do the rest."""

    def __init__(
        self,
        *,
        texts: Texts,
        consent: Consent,
        models: Models,
        preferences: Preferences,
        manners: Manners,
        drafting: Drafting,
        acts: CardActs,
        darkroom: Darkroom,
    ) -> None:
        self._darkroom = darkroom
        self._texts = texts
        self._consent = consent
        self._preferences = preferences
        self._asking = Asking(models, manners)
        self._drafting = drafting
        self.offers = Offers(texts, models, manners, preferences)
        self.acts = acts
        """What the buttons of cards do."""

    @app_commands.command(
        name=named("draft", "cmd-draft"), description=named("Draft images from your words", "cmd-draft-desc")
    )
    @options("brief", "style", "avoid", "aspect", "count", "seed", "model", "reference", "strength", "private")
    async def draft(
        self,
        interaction: discord.Interaction,
        brief: str,
        style: str | None = None,
        avoid: str = "",
        aspect: str | None = None,
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
        reference: discord.Attachment | None = None,
        strength: Strength | None = None,
        private: bool | None = None,
    ) -> None:
        """Take a brief."""
        operation = Operation.DRAFT if reference is None else Operation.REDRAW
        own = self._preferences.of(interaction.user.id)
        style, model = self._asking.preferred(own, operation, style, model)
        if reference is not None:
            check_declared(reference.size, reference.content_type)
        made = self._asking.brief(
            interaction.locale,
            operation,
            brief,
            style=style,
            model=model,
            aspect=aspect if reference is None else None,
            negative=avoid,
            count=count,
            seed=seed,
            strength=(strength or DEFAULT_STRENGTH) if reference else None,
        )

        async def go(current: discord.Interaction, member: Member) -> None:
            alone = self._drafting.is_private(current, private)
            await current.response.defer(thinking=True, ephemeral=for_one_alone(current, private=alone))
            pictures = [] if reference is None else [(InputRole.IMAGE, await fetch_picture(self._darkroom, reference))]
            notes = [self._texts(current.locale, "draft-note-shape")] if reference and aspect else []
            await self._drafting.begin(current, member, made, pictures, notes=notes, private=alone)

        await self._consent.then(interaction, go)

    def styles(self) -> tuple[str, ...]:
        """Return the styles of the model that draws from words, as far as the server has said."""
        return self._asking.styles(Operation.DRAFT)

    async def begin(
        self,
        interaction: discord.Interaction,
        member: Member,
        text: str,
        *,
        operation: Operation = Operation.DRAFT,
        style: str | None = None,
        picture: Wanted | None = None,
        project: Project | None = None,
    ) -> None:
        """Start a draft that was asked for elsewhere than by a command; the interaction has been acknowledged."""
        strength = DEFAULT_STRENGTH if operation is Operation.REDRAW else None
        brief = self._asking.brief(interaction.locale, operation, text, style=style, strength=strength)
        pictures = [] if picture is None else [picture]
        await self._drafting.begin(interaction, member, brief, pictures, project=project)
