"""The entries in the menu of a message: record a picture, describe it, use it as input, check it."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import discord

from bot.chat.acts import acknowledge, act_of
from bot.chat.chosen import chosen
from bot.chat.menus import Menu, MenuCog
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.chat.typed import said
from bot.chat.uploads import MAX_UPLOAD_BYTES, Upload, check_upload, fetch_link
from bot.describe.commands import DescribeCog
from bot.draft.brief import MAX_BRIEF
from bot.errors import UserFacing
from bot.evidence.checking import MAX_BYTES
from bot.evidence.commands import EvidenceCog
from bot.members.commands import Consent
from bot.menus.cards import DECLARED, SEAL_RED, FileSelect, MadeBySelect, MenuCards, UseForm, UseSelect
from bot.menus.files import LinkedFile, carried, files_of, shown
from bot.menus.uses import Given, Start, Use
from bot.offers.commands import OfferCog
from storage.evidence.authorship import MadeBy
from storage.evidence.ledger import Receipt
from storage.members import Member
from storage.projects import Brought, Project
from storage.store import Store


class MessageMenuCog(MenuCog, name="menus"):
    """What can be done with the files of a message, always answered privately until something is begun."""

    menus: ClassVar[Sequence[Menu]] = (
        Menu("Record in my project", "menu-record", "record"),
        Menu("Describe", "menu-describe", "describe"),
        Menu("Use as input", "menu-input", "use_as_input"),
        Menu("Check evidence", "menu-check", "check"),
    )

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        offers: OfferCog,
        describing: DescribeCog,
        evidence: EvidenceCog,
        uses: Mapping[Use, Start],
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._offers = offers
        self._describing = describing
        self._evidence = evidence
        self._uses = uses
        self._cards = MenuCards(texts)

    # --- the entries ---------------------------------------------------------------------------

    async def record(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Begin to record a picture of a message as material of the member's project."""
        await self._with_picture(interaction, message, "record")

    async def describe(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Begin to describe a picture of a message."""
        self._describing.sighted()
        await self._with_picture(interaction, message, "describe")

    async def use_as_input(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Begin to make something of a picture of a message."""
        await self._with_picture(interaction, message, "input")

    async def check(self, interaction: discord.Interaction, message: discord.Message) -> None:
        """Check a file of a message; nothing of it is kept, so it needs no consent."""
        files = files_of(message)
        if not files:
            raise UserFacing("error-menu-no-file")
        fitting = [file for file in files if (file.size_bytes or 0) <= MAX_BYTES]
        if not fitting:
            size = (files[0].size_bytes or 0) // 2**20
            raise UserFacing("error-check-large", size=size, limit=MAX_BYTES // 2**20)
        await acknowledge(interaction, ephemeral=True, thinking=True)
        await self._go_on(interaction, None, "check", str(message.id), fitting, own=False)

    async def _with_picture(self, interaction: discord.Interaction, message: discord.Message, step: str) -> None:
        pictures = [file for file in files_of(message) if file.is_picture]
        if not pictures:
            raise UserFacing("error-menu-no-picture")
        fitting = [file for file in pictures if (file.size_bytes or 0) <= MAX_UPLOAD_BYTES]
        if not fitting:
            raise UserFacing("error-upload-large", limit=MAX_UPLOAD_BYTES // 2**20)
        own = message.author.id == interaction.user.id

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            await self._go_on(current, member, step, str(message.id), fitting, own=own)

        await self._consent.then(interaction, go)

    # --- the steps -----------------------------------------------------------------------------

    async def file_chosen(self, interaction: discord.Interaction, select: FileSelect) -> None:
        """Go on with the file that was chosen among several."""
        await acknowledge(interaction)
        number, message = chosen(int, select.item.values), interaction.message
        embeds = [] if message is None else [embed for embed in message.embeds if embed.url]
        if number >= len(embeds):
            raise UserFacing("error-press-forgotten")
        picked = embeds[number]
        mime = "image/*" if picked.thumbnail.url else None
        file = LinkedFile(picked.title or "", picked.url or "", mime)
        if select.step == "check":
            await self._go_on(interaction, None, select.step, select.message_id, [file], own=False)
            return

        async def go(current: discord.Interaction, member: Member) -> None:
            await self._go_on(current, member, select.step, select.message_id, [file], own=select.own)

        await self._consent.then(interaction, go)

    async def _go_on(
        self,
        interaction: discord.Interaction,
        member: Member | None,
        step: str,
        message_id: str,
        files: Sequence[LinkedFile],
        *,
        own: bool,
    ) -> None:
        """Ask which file is meant, or take the next step with the one that there is."""
        locale = str(interaction.locale)
        if len(files) > 1:
            await self._ask(interaction, self._cards.which(locale, step, message_id, own, files))
            return
        file = files[0]
        match step:
            case "record":
                await self._ask(interaction, self._cards.who(locale, message_id, own, shown(file, SEAL_RED)))
            case "input":
                picture = shown(file, SEAL_RED)
                await self._ask(interaction, self._cards.what_for(locale, message_id, own, picture, tuple(self._uses)))
            case "describe":
                assert member is not None, "whoever has not agreed does not come here"
                upload = await self._picture(interaction, file)
                declared = _declared(own=own)
                await self._describing.offer(interaction, member, upload, declared, act_of(interaction, message_id))
            case _:
                await self._evidence.report_on(interaction, await fetch_link(interaction.client, file.url))

    async def _ask(self, interaction: discord.Interaction, card: dict[str, Any]) -> None:
        await interaction.edit_original_response(**card, allowed_mentions=discord.AllowedMentions.none())

    async def declared(self, interaction: discord.Interaction, select: MadeBySelect) -> None:
        """Record the picture, with what was said of who made it."""
        await acknowledge(interaction)
        file, declared = self._carried(interaction), chosen(DECLARED.__getitem__, select.item.values)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current)
            upload = await self._picture(current, file)
            project, receipt = await self._brought(current, member, upload, declared, select.message_id)
            told = self._texts(current.locale, "menu-recorded", title=discord.utils.escape_markdown(project.title))
            line = receipt_line(self._texts, current.locale, receipt)
            await current.edit_original_response(content=f"{told}\n-# {line}", view=None)

        await self._consent.then(interaction, go)

    async def use_chosen(self, interaction: discord.Interaction, select: UseSelect) -> None:
        """Open the form for the brief."""
        use = chosen(Use, select.item.values)
        await UseForm(self._texts, str(interaction.locale), use, select.message_id, select.own).show(interaction)

    async def used(self, interaction: discord.Interaction, use: Use, message_id: str, brief: str, *, own: bool) -> None:
        """Record the picture, and begin with it and the brief."""
        words, file, start = said(brief, MAX_BRIEF), self._carried(interaction), self._uses.get(use)
        if start is None:
            raise UserFacing("error-press-forgotten")
        # What comes is for all to see, the notice for those who do not agree any more is not.
        if self._consent.knows(interaction.user.id):
            await acknowledge(interaction, thinking=True)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, thinking=True)
            upload = await self._picture(current, file)
            project, receipt = await self._brought(current, member, upload, _declared(own=own), message_id)
            await start(current, member, Given(project, receipt.seq, upload), words)

        await self._consent.then(interaction, go)

    # --- the picture ---------------------------------------------------------------------------

    def _carried(self, interaction: discord.Interaction) -> LinkedFile:
        links = carried(interaction.message)
        if not links:
            raise UserFacing("error-press-forgotten")
        return LinkedFile("", links[0])

    async def _picture(self, interaction: discord.Interaction, file: LinkedFile) -> Upload:
        """Fetch a picture and check it; raise UserFacing."""
        data = await fetch_link(interaction.client, file.url)
        return await check_upload(self._store.darkroom, data)

    async def _brought(
        self, interaction: discord.Interaction, member: Member, upload: Upload, declared: MadeBy, message_id: str
    ) -> tuple[Project, Receipt]:
        """Record a picture as material of the member's project, and the message that it stands in."""
        project = await self._offers.project(member, interaction.locale, interaction.guild_id)
        picture = await self._store.media.put_picture(upload.data, upload.mime)
        marks = await self._store.darkroom.marks(upload.data, upload.mime)
        brought = Brought(picture, declared.value, marks=marks)
        return project, await self._store.projects.attach(project, brought, act_of(interaction, message_id))


def _declared(*, own: bool) -> MadeBy:
    """Return what is declared of a picture that nothing was said of: who posted it is all that is known."""
    return MadeBy.OWN_INPUT if own else MadeBy.UNKNOWN
