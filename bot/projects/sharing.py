"""Making a piece together: asking, joining in, confirming one's own rows, and leaving; each has a button."""

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.utils import escape_markdown

from bot.chat.acts import acknowledge, act_of
from bot.chat.posting import Post, put_answer, send_once
from bot.chat.receipts import receipt_line
from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.errors import UserFacing
from bot.members.commands import Consent
from storage.errors import NotFound, NotYours, StateConflict
from storage.evidence.ledger import Receipt
from storage.members import Member
from storage.projects import Project
from storage.sharing import MAX_MAKERS, Maker, MakesItAlready, Offer, TooManyMakers
from storage.store import Store

if TYPE_CHECKING:
    from bot.projects.commands import ProjectCog

log = logging.getLogger(__name__)

_OFFERS_SHOWN: Final = 5
_TITLE_SHOWN: Final = 100


class ShareButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"share:(?P<act>accept|decline|confirm|end):(?P<id>[0-9a-f]{20}|p_[0-9a-f]{32})",
):
    """Answers an offer, or does something with a shared project; the id says which, the store whose it is."""

    def __init__(
        self,
        act: str,
        id_: str,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"share:{act}:{id_}"))
        self.act = act
        self.target = id_

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "ShareButton":
        """Read the button back from its id."""
        return cls(match["act"], match["id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: ProjectCog = client.get_cog("project")
        await client.border.guard(interaction, cog.sharing.pressed(interaction, self))


class ShareDesk:
    """Does what `/project share` and its buttons ask for."""

    def __init__(self, store: Store, texts: Texts, consent: Consent) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent

    # --- asking ------------------------------------------------------------------------------

    async def ask(self, interaction: discord.Interaction, own: Project, invited: discord.User | discord.Member) -> None:
        """Record that somebody is asked, and ask them where the command was used, without a ping."""
        if invited.bot or invited.id == interaction.user.id:
            raise UserFacing("error-share-nobody")
        try:
            offer, receipt = await self._store.sharing.offer(own, str(invited.id), act_of(interaction))
        except NotYours as error:
            raise UserFacing("error-share-not-owner") from error
        except MakesItAlready as error:
            raise UserFacing("error-share-already") from error
        except TooManyMakers as error:
            raise UserFacing("error-share-many", limit=MAX_MAKERS) from error
        asked = await self._asked(interaction, own, offer, invited)
        key = "share-asked" if asked else "share-asked-unheard"
        text = self._texts(interaction.locale, key, member=invited.mention)
        await put_answer(interaction, Post(self._with(interaction, text, receipt)), private=True)

    async def _asked(
        self,
        interaction: discord.Interaction,
        own: Project,
        offer: Offer,
        invited: discord.User | discord.Member,
    ) -> bool:
        """Ask in the channel, or else directly; tell whether it could be said anywhere."""
        assert interaction.channel_id is not None, "a command is used in a channel"
        locale = str(interaction.locale)
        text = self._texts(
            locale,
            "share-offer",
            member=invited.mention,
            by=escape_markdown(interaction.user.display_name),
            title=escape_markdown(own.title[:_TITLE_SHOWN]),
        )
        post = Post(text, view=self._answers(locale, offer))
        channel = interaction.client.get_partial_messageable(interaction.channel_id)
        for place in (channel, invited):
            try:
                await send_once(place, post, f"s{offer.id}")
            except (discord.HTTPException, *BROKEN) as error:
                log.info("offer %s could not be made there: %s", offer.id, type(error).__name__)
            else:
                return True
        return False

    def _answers(self, locale: str, offer: Offer) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        accept = self._texts(locale, "share-accept")
        view.add_item(ShareButton("accept", offer.id, accept, discord.ButtonStyle.success))
        view.add_item(ShareButton("decline", offer.id, self._texts(locale, "share-decline")))
        return view

    # --- how it stands -----------------------------------------------------------------------

    async def tell(self, interaction: discord.Interaction, own: Project | None) -> None:
        """Say who makes the current project, and what somebody is asked to make; with what can be done about it."""
        locale = str(interaction.locale)
        offers = (await self._store.sharing.offers_to(str(interaction.user.id)))[:_OFFERS_SHOWN]
        lines, view = [], discord.ui.View(timeout=None)
        if own is not None:
            makers = await self._store.sharing.makers(own)
            asked = await self._store.sharing.offers_of(own)
            title = escape_markdown(own.title)
            lines.append(self._texts(locale, "share-stands", title=title, makers=len(makers)))
            lines += [self._maker(locale, maker, own) for maker in makers]
            lines += [self._texts(locale, "share-stands-asked", user=offer.user_id) for offer in asked]
            for button in self._ways(locale, own, makers, asked):
                view.add_item(button)
        for offer, project in offers:
            title = escape_markdown(project.title[:_TITLE_SHOWN])
            lines.append(self._texts(locale, "share-offered", title=title, number=offer.seq))
            for answer in self._answers(locale, offer).children:
                view.add_item(answer)
        if not lines:
            raise UserFacing("error-project-none")
        await interaction.edit_original_response(content="\n".join(lines), view=view)

    def _maker(self, locale: str, maker: Maker, own: Project) -> str:
        return self._texts(
            locale,
            "share-maker",
            who="you" if maker.actor == own.actor else "other",
            user=maker.user_id,
            confirmed="no" if maker.confirmed is None else "yes",
            number=maker.confirmed or 0,
        )

    def _ways(
        self, locale: str, own: Project, makers: Sequence[Maker], asked: Sequence[Offer]
    ) -> Sequence[ShareButton]:
        if len(makers) < 2 and not asked:
            return ()
        end = self._texts(locale, "share-end" if own.owned else "share-leave")
        return (
            ShareButton("confirm", own.id, self._texts(locale, "share-confirm"), discord.ButtonStyle.primary),
            ShareButton("end", own.id, end, discord.ButtonStyle.danger),
        )

    # --- presses -----------------------------------------------------------------------------

    async def pressed(self, interaction: discord.Interaction, button: ShareButton) -> None:
        """Act on a press; only ever of whoever it concerns."""
        await acknowledge(interaction, ephemeral=True, thinking=True)
        if button.act == "decline":
            await self._decline(interaction, button.target)
            return
        if button.act == "accept":
            # Whoever is not asked needs no notice of what is recorded.
            await self._offered(interaction, button.target)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            match button.act:
                case "accept":
                    await self._accept(current, member, button.target, interaction.message)
                case "confirm":
                    await self._confirm(current, await self._own(button.target, member))
                case "end":
                    await self._end(current, await self._own(button.target, member))

        await self._consent.then(interaction, go, making=button.act != "end")

    async def _offered(self, interaction: discord.Interaction, offer_id: str) -> Offer:
        """Return an offer to whoever presses; raise UserFacing."""
        try:
            return await self._store.sharing.offered(offer_id, str(interaction.user.id))
        except NotFound as error:
            raise UserFacing("error-share-over") from error
        except NotYours as error:
            raise UserFacing("error-share-not-you") from error

    async def _own(self, project_id: str, member: Member) -> Project:
        try:
            return await self._store.projects.own(project_id, member)
        except NotFound as error:
            raise UserFacing("error-share-over") from error

    async def _accept(
        self, interaction: discord.Interaction, member: Member, offer_id: str, asked: discord.Message | None
    ) -> None:
        await self._offered(interaction, offer_id)
        try:
            own, receipt = await self._store.sharing.accept(offer_id, member, act_of(interaction))
        except NotFound as error:
            raise UserFacing("error-share-over") from error
        text = self._texts(interaction.locale, "share-accepted", title=escape_markdown(own.title))
        await put_answer(interaction, Post(self._with(interaction, text, receipt)), private=True)
        await self._close(asked, self._texts(interaction.locale, "share-joined", member=interaction.user.mention))

    async def _decline(self, interaction: discord.Interaction, offer_id: str) -> None:
        await self._offered(interaction, offer_id)
        try:
            await self._store.sharing.decline(offer_id, str(interaction.user.id))
        except NotFound as error:
            raise UserFacing("error-share-over") from error
        await put_answer(interaction, Post(self._texts(interaction.locale, "share-declined")), private=True)
        await self._close(interaction.message, self._texts(interaction.locale, "share-refused"))

    async def _close(self, asked: discord.Message | None, said: str) -> None:
        """Take the buttons off an offer that is answered; one that only its reader sees is left as it is."""
        if asked is None or asked.flags.ephemeral:
            return
        content = f"{asked.content}\n{said}"[:2000]
        try:
            await steadily(
                lambda: asked.edit(content=content, view=None, allowed_mentions=discord.AllowedMentions.none())
            )
        except (discord.HTTPException, *BROKEN) as error:
            log.info("the offer in message %s keeps its buttons: %s", asked.id, error)

    async def _confirm(self, interaction: discord.Interaction, own: Project) -> None:
        receipt, until, new = await self._store.sharing.confirm(own, act_of(interaction))
        key = "share-confirmed" if new else "share-confirmed-already"
        text = self._texts(interaction.locale, key, number=until)
        await put_answer(interaction, Post(self._with(interaction, text, receipt)), private=True)

    async def _end(self, interaction: discord.Interaction, own: Project) -> None:
        try:
            receipt, out = await self._store.sharing.end(own, act_of(interaction))
        except StateConflict as error:
            raise UserFacing("error-share-over") from error
        key = "share-ended" if own.owned else "share-left"
        text = self._texts(interaction.locale, key, title=escape_markdown(own.title), count=out)
        await put_answer(interaction, Post(self._with(interaction, text, receipt)), private=True)

    def _with(self, interaction: discord.Interaction, text: str, receipt: Receipt) -> str:
        return f"{text}\n-# {receipt_line(self._texts, interaction.locale, receipt)}"
