"""How a finished piece is shown, and the buttons under what is about to be."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.utils import escape_markdown

from bot.chat.posting import Attachment, Post
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.publish.pieces import Did, Licence, Name
from storage.evidence.ledger import Receipt

if TYPE_CHECKING:
    from bot.publish.commands import PublishCog

SEAL_RED: Final = 0xB3362B
_SUFFIX: Final = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_ALT: Final = 300


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a member asked to be shown: of which project the picture of which event, under which licence and name."""

    project_id: str
    seq: int
    licence: Licence
    name: Name

    def packed(self) -> str:
        """Return it as it stands in a button's id."""
        return f"{self.project_id}:{self.seq}:{self.licence.value}:{self.name.value}"

    @classmethod
    def unpacked(cls, text: str) -> "Wanted":
        """Read it back."""
        project_id, seq, licence, name = text.split(":")
        return cls(project_id, int(seq), Licence(licence), Name(name))


_LICENCES: Final = "|".join(licence.value for licence in Licence)
_NAMES: Final = "|".join(name.value for name in Name)
PACKED: Final = rf"p_[0-9a-f]{{32}}:[0-9]{{1,16}}:(?:{_LICENCES}):(?:{_NAMES})"


@dataclass(frozen=True, slots=True)
class Showing:
    """A piece as it is shown: the file, and everything that is said beside it.

    `terms` are the member's own where the licence is. `more` is how many made it with whoever is named.
    """

    data: bytes
    mime: str
    title: str
    name: str
    more: int
    licence: Licence
    terms: str
    did: Did
    by_machine: bool


class PublishButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    # A piece is shown by what was asked for, and taken down by the number of its event.
    template=rf"publish:(?:show:(?P<piece>{PACKED})|withdraw:(?P<event>[0-9]{{1,16}}))",
):
    """Shows a piece, or takes it down; the id says which, the store whose it is."""

    def __init__(
        self,
        act: str,
        what: str,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"publish:{act}:{what}"))
        self.act = act
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "PublishButton":
        """Read the button back from its id."""
        return cls("withdraw", match["event"]) if match["piece"] is None else cls("show", match["piece"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: PublishCog = client.get_cog("publish")
        await client.border.guard(interaction, cog.pressed(interaction, self))


class PublishCards:
    """Builds the posts about publishing in the member's language."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def preview(self, locale: str, showing: Showing, wanted: Wanted, channel_id: str) -> Post:
        """Show to the member alone what would be shown, with the button that does it."""
        own = "yes" if showing.licence is Licence.OWN else "no"
        text = self._texts(locale, "publish-preview", channel=channel_id, own=own)
        view = discord.ui.View(timeout=None)
        label = self._texts(locale, "publish-button")
        view.add_item(PublishButton("show", wanted.packed(), label, discord.ButtonStyle.success))
        return Post(text, self._embed(locale, showing), (self._file(showing),), view)

    def shown(self, locale: str, showing: Showing, receipt: Receipt) -> Post:
        """Show a piece to all."""
        embed = self._embed(locale, showing)
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        return Post(embed=embed, attachments=(self._file(showing),))

    def done(self, locale: str, link: str, seq: int, receipt: Receipt, *, new: bool) -> Post:
        """Say where a piece stands, with the button that takes it down."""
        text = self._texts(locale, "publish-done" if new else "publish-already", link=link)
        view = discord.ui.View(timeout=None)
        label = self._texts(locale, "publish-withdraw")
        view.add_item(PublishButton("withdraw", str(seq), label, discord.ButtonStyle.danger))
        return Post(f"{text}\n-# {receipt_line(self._texts, locale, receipt)}", view=view)

    def _embed(self, locale: str, showing: Showing) -> discord.Embed:
        embed = discord.Embed(
            title=escape_markdown(showing.title)[:256],
            description=self._texts(locale, "publish-by", name=escape_markdown(showing.name), more=showing.more),
            colour=SEAL_RED,
        )
        embed.set_image(url=f"attachment://{self._file_name(showing)}")
        did = showing.did
        told = self._texts(
            locale,
            "publish-did",
            briefs=did.briefs,
            candidates=did.candidates,
            choices=did.choices,
            edits=did.edits,
        )
        embed.add_field(name=self._texts(locale, "publish-made"), value=told, inline=False)
        licence = self._texts(locale, "publish-licence")
        embed.add_field(name=licence, value=self.licence(locale, showing)[:1024], inline=False)
        if showing.by_machine:
            label = self._texts(locale, "publish-label")
            embed.add_field(name=label, value=self._texts(locale, "publish-label-ai"), inline=False)
        return embed

    def licence(self, locale: str, showing: Showing) -> str:
        """Return the licence in words, leading to where it can be read."""
        if showing.licence is Licence.OWN:
            return escape_markdown(showing.terms) or self._texts(locale, "publish-licence-asked")
        name = self._texts(locale, f"publish-licence-{showing.licence.value}")
        return name if showing.licence.url is None else f"[{name}]({showing.licence.url})"

    def _file(self, showing: Showing) -> Attachment:
        return Attachment(self._file_name(showing), showing.data, showing.title[:_ALT])

    def _file_name(self, showing: Showing) -> str:
        return f"piece.{_SUFFIX[showing.mime]}"
