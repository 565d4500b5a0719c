"""How an offer looks: the suggested words in full, marked as suggested, and what can be pressed."""

import re
from typing import TYPE_CHECKING, Any, Final

import discord
from discord.utils import escape_markdown

from bot.chat.forms import StandingForm, Typed
from bot.chat.posting import Post
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.draft.brief import MAX_BRIEF
from bot.draft.styles import style_name
from bot.offers.offer import IDS, Offer
from storage.evidence.ledger import Receipt

if TYPE_CHECKING:
    from bot.offers.commands import OfferCog

PENCIL: Final = 0x8A7A5C
MAX_SAID: Final = 1500
_DESCRIPTION_LIMIT: Final = 4096


def _cog(interaction: discord.Interaction) -> "OfferCog":
    client: Any = interaction.client
    cog: OfferCog = client.get_cog("offers")
    return cog


class OfferButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=rf"offer:(?P<act>take|edit):{IDS}"
):
    """Takes an offer as it stands, or opens it for a change; its id says whose it is and where its words are."""

    def __init__(
        self,
        act: str,
        offer: Offer,
        *,
        label: str = "\u200b",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"offer:{act}:{offer.id}"))
        self.act = act
        self.offer = offer

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "OfferButton":
        """Read the button back from its id."""
        return cls(match["act"], Offer.of(match))

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        await client.border.guard(interaction, _cog(interaction).pressed(interaction, self))


class OfferForm(StandingForm):
    """The suggested words, to be changed before they begin anything."""

    template = f"offer-form:{IDS}"

    def __init__(self, texts: Texts, locale: str, offer: Offer, text: str) -> None:
        super().__init__(title=texts(locale, f"offer-{offer.what.value}-form"), custom_id=f"offer-form:{offer.id}")
        words: discord.ui.TextInput[OfferForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, default=text, max_length=MAX_BRIEF, custom_id="words"
        )
        label = discord.ui.Label(
            text=texts(locale, "offer-form-words"), description=texts(locale, "offer-form-words-desc"), component=words
        )
        self.add_item(label)

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Hand the words to the cog."""
        await _cog(interaction).edited(interaction, Offer.of(match), str(typed["words"]))


class OfferCards:
    """Builds the posts of offers."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def offered(self, locale: str, offer: Offer, text: str, receipt: Receipt, *, said: str = "") -> Post:
        """Show suggested words in full, what was said along with them, and the two ways to go on."""
        quoted = "\n".join(f"> {line}" for line in escape_markdown(text).splitlines())
        # Escaping and quoting can more than double a text of nothing but marks and line breaks.
        quoted = quoted if len(quoted) <= _DESCRIPTION_LIMIT else quoted[: _DESCRIPTION_LIMIT - 1] + "…"
        title = self._texts(locale, f"offer-{offer.what.value}-title")
        embed = discord.Embed(title=title, description=quoted, colour=PENCIL)
        embed.add_field(name="\u200b", value=self._texts(locale, "offer-suggested"), inline=False)
        if offer.style is not None:
            named = escape_markdown(style_name(self._texts, locale, offer.style))
            embed.add_field(name=self._texts(locale, "draft-style"), value=named)
        embed.set_footer(text=receipt_line(self._texts, locale, receipt))
        return Post(escape_markdown(said)[:MAX_SAID], embed=embed, view=self._buttons(locale, offer))

    def _buttons(self, locale: str, offer: Offer) -> discord.ui.View:
        view = discord.ui.View(timeout=None)
        take = self._texts(locale, f"offer-{offer.what.value}-take")
        view.add_item(OfferButton("take", offer, label=take, style=discord.ButtonStyle.primary))
        view.add_item(OfferButton("edit", offer, label=self._texts(locale, "offer-edit")))
        return view
