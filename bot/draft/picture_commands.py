"""The commands that begin with a picture: a drawing, line art, another style, a part anew, larger, mixed."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.uploads import Upload, check_declared, fetch_picture
from bot.draft.asking import Asking, Models
from bot.draft.brief import MAX_COUNT, Brief, closeness
from bot.draft.drafting import Drafting, for_one_alone
from bot.draft.fitting import MAX_SCALE, Note, check_mask, check_scale, margins_of, reduced
from bot.draft.manners import Manners
from bot.draft.operations import Operation
from bot.draft.options import Count, Offers, Strength, options
from bot.draft.palettes import PALETTES
from bot.draft.regions import fields_of
from bot.errors import UserFacing
from bot.members.commands import Consent
from bot.members.preferences import Preferences
from storage.briefs import InputRole
from storage.darkroom.darkroom import Darkroom
from storage.members import Member

Fit = Callable[[Brief, Sequence[Upload]], tuple[Brief, Sequence[Note]]]
"""Makes a brief fit its pictures; raises UserFacing."""


def _as_it_is(brief: Brief, _: Sequence[Upload]) -> tuple[Brief, Sequence[Note]]:
    return brief, ()


def _masked(brief: Brief, uploads: Sequence[Upload]) -> tuple[Brief, Sequence[Note]]:
    """Check a mask, where one was given, against its picture."""
    image, *mask = uploads
    stretched = check_mask(mask[0], image) if mask else ()
    return brief, (*reduced(image.size), *stretched)


class PictureCog(commands.Cog, name="pictures"):
    """Takes pictures with a brief, and hands both on."""

    def __init__(
        self,
        *,
        texts: Texts,
        consent: Consent,
        models: Models,
        preferences: Preferences,
        manners: Manners,
        drafting: Drafting,
        darkroom: Darkroom,
    ) -> None:
        self._darkroom = darkroom
        self._texts = texts
        self._consent = consent
        self._asking = Asking(models, manners)
        self._drafting = drafting
        self.offers = Offers(texts, models, manners, preferences)

    @app_commands.command(
        name=named("sketch", "cmd-sketch"), description=named("Draft from your own drawing", "cmd-sketch-desc")
    )
    @options("image", "brief", "strength", "style", "avoid", "count", "seed", "model")
    async def sketch(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        brief: str,
        strength: Strength | None = None,
        style: str | None = None,
        avoid: str = "",
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Draw over the strokes of a drawing."""
        made = self._asking.brief(
            interaction.locale,
            Operation.SKETCH,
            brief,
            style=style,
            model=model,
            negative=avoid,
            count=count,
            seed=seed,
            strength=strength,
            control_scale=closeness(strength),
        )
        await self._take(interaction, made, [(InputRole.IMAGE, image)])

    @app_commands.command(
        name=named("lineart", "cmd-lineart"),
        description=named("Line art from your words, or the lines of a picture", "cmd-lineart-desc"),
    )
    @options("brief", "image", "avoid", "aspect", "count", "seed", "model")
    async def lineart(
        self,
        interaction: discord.Interaction,
        brief: str | None = None,
        image: discord.Attachment | None = None,
        avoid: str = "",
        aspect: str | None = None,
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Draw lines from words, or find those of a picture."""
        if (brief is None) == (image is None):
            raise UserFacing("error-lineart-one")
        if image is not None:
            found = self._asking.brief(interaction.locale, Operation.LINES, "", model=model, wordless=True, count=1)
            await self._take(interaction, found, [(InputRole.IMAGE, image)])
            return
        drawn = self._asking.line_art(
            interaction.locale, brief or "", model=model, aspect=aspect, negative=avoid, count=count, seed=seed
        )
        await self._take(interaction, drawn, [])

    @app_commands.command(
        name=named("color", "cmd-color"), description=named("Colour line art, keeping its lines", "cmd-color-desc")
    )
    @options("image", "brief", "palette", "style", "avoid", "count", "seed", "model")
    async def color(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        brief: str,
        palette: str | None = None,
        style: str | None = None,
        avoid: str = "",
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Colour line art."""
        made = self._asking.brief(
            interaction.locale,
            Operation.COLOUR,
            brief,
            style=style,
            model=model,
            added=None if palette is None else PALETTES[palette],
            negative=avoid,
            count=count,
            seed=seed,
        )
        await self._take(interaction, made, [(InputRole.LINE, image)])

    @app_commands.command(
        name=named("restyle", "cmd-restyle"),
        description=named("The same content in another style", "cmd-restyle-desc"),
    )
    @options("image", "style", "brief", "strength", "count", "seed", "model")
    async def restyle(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        style: str,
        brief: str = "",
        strength: Strength | None = None,
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Draw a picture in another style."""
        made = self._asking.brief(
            interaction.locale,
            Operation.RESTYLE,
            brief,
            style=style,
            model=model,
            strength=strength,
            count=count,
            seed=seed,
            wordless=True,
        )
        await self._take(interaction, made, [(InputRole.IMAGE, image)])

    @app_commands.command(
        name=named("retouch", "cmd-retouch"),
        description=named("Draw a part of a picture anew, and nothing else", "cmd-retouch-desc"),
    )
    @options("image", "brief", "mask", "region", "avoid", "count", "seed", "model")
    async def retouch(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        brief: str,
        mask: discord.Attachment | None = None,
        region: str | None = None,
        avoid: str = "",
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Draw the marked part anew."""
        if (mask is None) == (region is None):
            raise UserFacing("error-retouch-where")
        made = self._asking.brief(
            interaction.locale,
            Operation.INPAINT,
            brief,
            model=model,
            negative=avoid,
            count=count,
            seed=seed,
            regions=() if region is None else fields_of(region),
        )
        files = [(InputRole.IMAGE, image)] + ([] if mask is None else [(InputRole.MASK, mask)])
        await self._take(interaction, made, files, _masked)

    @app_commands.command(
        name=named("extend", "cmd-extend"),
        description=named("Let a picture grow at its edges; what it was stays", "cmd-extend-desc"),
    )
    @options("image", "brief", "direction", "amount", "avoid", "count", "seed", "model")
    async def extend(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        brief: str,
        direction: str = "all",
        amount: app_commands.Range[int, 10, 100] = 25,
        avoid: str = "",
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Draw what lies around a picture."""
        made = self._asking.brief(
            interaction.locale, Operation.OUTPAINT, brief, model=model, negative=avoid, count=count, seed=seed
        )

        def grown(fitted: Brief, uploads: Sequence[Upload]) -> tuple[Brief, Sequence[Note]]:
            size = uploads[0].size
            margins = margins_of(size, direction, amount)
            return replace(fitted, params=replace(fitted.params, margins=margins)), reduced(size)

        await self._take(interaction, made, [(InputRole.IMAGE, image)], grown)

    @app_commands.command(
        name=named("upscale", "cmd-upscale"), description=named("Enlarge a picture", "cmd-upscale-desc")
    )
    @options("image", "scale")
    async def upscale(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        scale: app_commands.Range[int, 2, MAX_SCALE] = 2,
    ) -> None:
        """Enlarge a picture."""
        made = self._asking.brief(interaction.locale, Operation.UPSCALE, "", wordless=True, count=1, scale=scale)

        def enlarged(fitted: Brief, uploads: Sequence[Upload]) -> tuple[Brief, Sequence[Note]]:
            size = uploads[0].size
            check_scale(size, scale)
            return fitted, reduced(size)

        await self._take(interaction, made, [(InputRole.IMAGE, image)], enlarged)

    @app_commands.command(
        name=named("blend", "cmd-blend"), description=named("Let two or three pictures become one", "cmd-blend-desc")
    )
    @options("image", "image2", "brief", "image3", "strength", "style", "avoid", "count", "seed", "model")
    async def blend(
        self,
        interaction: discord.Interaction,
        image: discord.Attachment,
        image2: discord.Attachment,
        brief: str,
        image3: discord.Attachment | None = None,
        strength: Strength | None = None,
        style: str | None = None,
        avoid: str = "",
        count: Count = MAX_COUNT,
        seed: int | None = None,
        model: str | None = None,
    ) -> None:
        """Mix pictures."""
        made = self._asking.brief(
            interaction.locale,
            Operation.BLEND,
            brief,
            style=style,
            model=model,
            negative=avoid,
            strength=strength,
            count=count,
            seed=seed,
        )
        files = [(InputRole.BLENDED, each) for each in (image, image2, image3) if each is not None]
        await self._take(interaction, made, files)

    async def _take(
        self,
        interaction: discord.Interaction,
        brief: Brief,
        files: Sequence[tuple[InputRole, discord.Attachment]],
        fit: Fit = _as_it_is,
    ) -> None:
        """Fetch the pictures of a member who has agreed, make the brief fit them, and hand both on."""
        for _, file in files:
            check_declared(file.size, file.content_type)

        async def go(current: discord.Interaction, member: Member) -> None:
            private = self._drafting.is_private(current)
            await current.response.defer(thinking=True, ephemeral=for_one_alone(current, private=private))
            uploads = [await fetch_picture(self._darkroom, file, mask=role is InputRole.MASK) for role, file in files]
            fitted, notes = fit(brief, uploads)
            told = [self._texts(current.locale, note.key, **note.arguments) for note in notes]
            pictures = [(role, upload) for (role, _), upload in zip(files, uploads, strict=True)]
            await self._drafting.begin(current, member, fitted, pictures, notes=told, private=private)

        await self._consent.then(interaction, go)
