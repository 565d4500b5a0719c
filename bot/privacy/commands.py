"""`/privacy`: what is kept, who looked, taking it away, pausing, erasing. It works without agreeing to be recorded."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import act_of
from bot.chat.receipts import receipt_line
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.errors import UserFacing
from bot.evidence.sending import send_bundle
from bot.members.commands import PLATFORM, Consent
from bot.members.preferences import Preferences
from storage.errors import NotFound
from storage.members import Member
from storage.preferences import NO_PREFERENCE
from storage.privacy import Basis, Look
from storage.projects import Project
from storage.store import Store

LOOKS_SHOWN: Final = 20
LOOKS_ROOM: Final = 1900
"""Characters for them in one message; the rest is for the line that says how many more there are."""
ALL: Final = "all"
PROJECT: Final = "project"
ACT: Final = "act"


class EraseButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"privacy:erase:(?P<what>all|p_[0-9a-f]{32}|#[0-9]{1,16})",
):
    """Erases one act, one project, or everything, of whoever presses it; under an explanation that they alone see."""

    def __init__(self, what: str, label: str = "\u200b") -> None:
        custom_id = f"privacy:erase:{what}"
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.danger, custom_id=custom_id))
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "EraseButton":
        """Read the button back from its id."""
        return cls(match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand the press to the cog."""
        client: Any = interaction.client
        cog: PrivacyCog = client.get_cog("privacy")
        await client.border.guard(interaction, cog.erase_now(interaction, self.what))


class PrivacyCog(commands.Cog, name="privacy"):
    """What a member can know and decide about their record."""

    privacy = app_commands.Group(
        name=named("privacy", "cmd-privacy"), description=named("Your record, and your say in it", "cmd-privacy-desc")
    )

    def __init__(
        self, *, store: Store, texts: Texts, consent: Consent, preferences: Preferences, keep_days: int | None = None
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._preferences = preferences
        self._keep_days = keep_days

    @privacy.command(
        name=named("show", "cmd-privacy-show"),
        description=named("What is kept of you, and why", "cmd-privacy-show-desc"),
    )
    async def show(self, interaction: discord.Interaction) -> None:
        """Say what is kept."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, owned = await self._mine(interaction)
        kept = await self._store.privacy.kept(owned)
        since = kept.since_ms
        text = self._texts(
            interaction.locale,
            "privacy-shown",
            agreed="yes" if member is not None and member.consented else "no",
            projects=kept.projects,
            events=kept.events,
            pictures=kept.pictures,
            since="" if since is None else f"{datetime.fromtimestamp(since / 1000, UTC):%Y-%m-%d}",
            days=self._kept_days(interaction) or 0,
        )
        if self._preferences.of(interaction.user.id) != NO_PREFERENCE:
            text += "\n" + self._texts(interaction.locale, "privacy-settings-kept")
        await interaction.edit_original_response(content=f"{text}{self._standing(interaction)}")

    def _kept_days(self, interaction: discord.Interaction) -> int | None:
        """Return for how many days projects are kept: by the operator's rule, or a shorter one of the server here."""
        of_server = self._store.servers.of(str(interaction.guild_id)).settings.keep_days
        rules = [days for days in (self._keep_days, of_server) if days is not None]
        return min(rules, default=None)

    def _standing(self, interaction: discord.Interaction) -> str:
        """Say that a moderator has blocked whoever asks, where one has."""
        held = self._store.standings.of(str(interaction.guild_id), PLATFORM, str(interaction.user.id))
        if held is None:
            return ""
        until = "no" if held.until_ms is None else f"<t:{held.until_ms // 1000}:f>"
        reason = discord.utils.escape_markdown(held.reason)
        return "\n" + self._texts(interaction.locale, "privacy-blocked", until=until, reason=reason, number=held.seq)

    @privacy.command(
        name=named("export", "cmd-privacy-export"),
        description=named("Everything that is kept of you, as one file", "cmd-privacy-export-desc"),
    )
    async def export(self, interaction: discord.Interaction) -> None:
        """Send one bundle of all projects of the member, to them alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        _, owned = await self._mine(interaction)
        if not owned:
            raise UserFacing("privacy-nothing")
        title = self._texts(interaction.locale, "privacy-export-title")
        await send_bundle(interaction, self._store, self._texts, owned, title)

    @privacy.command(
        name=named("pause", "cmd-privacy-pause"),
        description=named("Stop recording; nothing is drawn until you agree again", "cmd-privacy-pause-desc"),
    )
    async def pause(self, interaction: discord.Interaction) -> None:
        """Take the agreement back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, owned = await self._mine(interaction)
        text, receipt = self._texts(interaction.locale, "privacy-paused"), None
        if member is not None:
            receipt = await self._store.privacy.withdraw(member, owned, act_of(interaction))
            self._consent.forget(interaction.user.id)
        if receipt is not None:
            text += f"\n-# {receipt_line(self._texts, interaction.locale, receipt)}"
        await interaction.edit_original_response(content=text)

    @privacy.command(
        name=named("who-looked", "cmd-privacy-who-looked"),
        description=named("Who opened or exported your words, when and why", "cmd-privacy-who-looked-desc"),
    )
    async def who_looked(self, interaction: discord.Interaction) -> None:
        """List who took words away, newest first."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        _, owned = await self._mine(interaction)
        looks = await self._store.privacy.looks(owned)
        locale = interaction.locale
        if not looks:
            await interaction.edit_original_response(content=self._texts(locale, "privacy-nobody-looked"))
            return
        text = self._texts(locale, "privacy-who-looked", count=len(looks))
        for at, look in enumerate(looks):
            line = f"\n{self._look(locale, look)}"
            if at == LOOKS_SHOWN or len(text) + len(line) > LOOKS_ROOM:
                text += "\n" + self._texts(locale, "privacy-looks-more", count=len(looks) - at)
                break
            text += line
        await interaction.edit_original_response(content=text)

    def _look(self, locale: discord.Locale, look: Look) -> str:
        act = "opened" if look.opened else "exported"
        who = self._texts(locale, "privacy-look", who=look.who or "somebody", person=look.person, act=act)
        title = discord.utils.escape_markdown(look.project.title or "…")
        when = f"<t:{int(datetime.fromisoformat(look.ts).timestamp())}:f>"
        # A few reasons are words of our own.
        ours = f"privacy-reason-{look.reason}"
        said = self._texts(locale, ours) if self._texts.has(locale, ours) else look.reason
        reason = f" — {discord.utils.escape_markdown(said)}" if said else ""
        return f"- {when} {who}: **{title}** (#{look.seq}){reason}"

    @privacy.command(
        name=named("erase", "cmd-privacy-erase"),
        description=named("Erase your words and pictures; first the effect is explained", "cmd-privacy-erase-desc"),
    )
    @app_commands.rename(what=named("what", "opt-privacy-what"), number=named("number", "opt-privacy-number"))
    @app_commands.describe(
        what=named("One act, your current project, or everything", "opt-privacy-what-desc"),
        number=named("Of one act: the number behind # on its receipt", "opt-privacy-number-desc"),
    )
    @app_commands.choices(
        what=[
            app_commands.Choice(name=named("one act", "choice-privacy-act"), value=ACT),
            app_commands.Choice(name=named("current project", "choice-privacy-project"), value=PROJECT),
            app_commands.Choice(name=named("everything", "choice-privacy-all"), value=ALL),
        ]
    )
    async def erase(
        self, interaction: discord.Interaction, what: str, number: app_commands.Range[int, 0, 2**53 - 1] | None = None
    ) -> None:
        """Explain what erasing does, with the button that does it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member, owned = await self._mine(interaction)
        if member is None or not owned:
            raise UserFacing("privacy-nothing")
        target, title, count, note = ALL, "", len(owned), ""
        if what == ACT:
            target = f"#{await self._own_act(number, member)}"
        elif what == PROJECT:
            project = await self._store.projects.current(member)
            if project is None:
                raise UserFacing("error-no-project")
            target, title, count = project.id, discord.utils.escape_markdown(project.title), 1
            note = await self._of_the_others(interaction, project)
        explained = "privacy-erase-act-explained" if what == ACT else "privacy-erase-explained"
        text = self._texts(interaction.locale, explained, what=what, title=title, projects=count, number=number or 0)
        text += note
        view = discord.ui.View(timeout=None)
        view.add_item(EraseButton(target, self._texts(interaction.locale, "privacy-erase-button")))
        await interaction.edit_original_response(content=text, view=view)

    async def _of_the_others(self, interaction: discord.Interaction, project: Project) -> str:
        """Return what becomes of a project for those who make it too; nothing where nobody does."""
        if len(await self._store.sharing.makers(project)) < 2:
            return ""
        return "\n" + self._texts(interaction.locale, "share-erase-note", owned="yes" if project.owned else "no")

    async def _own_act(self, number: int | None, member: Member) -> int:
        """Return the number of an act of the member that still has words; raise UserFacing."""
        if number is None:
            raise UserFacing("error-erase-number")
        try:
            project = await self._store.projects.of_event(number, member)
        except NotFound as error:
            raise UserFacing("error-erase-unknown", number=number) from error
        if not await self._store.privacy.words_of(project, number):
            erased = not await self._store.ledger.disclosed(number)
            raise UserFacing("error-erase-done" if erased else "error-erase-unknown", number=number)
        return number

    async def erase_now(self, interaction: discord.Interaction, what: str) -> None:
        """Erase what the button names; only ever what belongs to whoever presses it."""
        await interaction.response.defer()
        member, owned = await self._mine(interaction)
        if member is not None and what.startswith("#"):
            await self._erase_act(interaction, member, int(what[1:]))
            return
        chosen = [project for project in owned if what in (ALL, project.id)]
        if member is None or not chosen:
            raise UserFacing("privacy-nothing")
        receipts = [await self._store.privacy.erase(project, Basis.ASKED) for project in chosen]
        if what == ALL:
            await self._store.privacy.forget(member)
            self._consent.forget(interaction.user.id)
            self._preferences.forget(interaction.user.id)
        numbers = ", ".join(f"#{receipt.seq}" for receipt in receipts[:LOOKS_SHOWN])
        text = self._texts(interaction.locale, "privacy-erased", projects=len(chosen), numbers=numbers)
        await interaction.edit_original_response(content=text, view=None)

    async def _erase_act(self, interaction: discord.Interaction, member: Member, number: int) -> None:
        await self._own_act(number, member)
        project = await self._store.projects.of_event(number, member)
        receipt = await self._store.privacy.erase_event(project, number, Basis.ASKED)
        text = self._texts(interaction.locale, "privacy-act-erased", number=number, receipt=receipt.seq)
        await interaction.edit_original_response(content=text, view=None)

    async def _mine(self, interaction: discord.Interaction) -> tuple[Member | None, Sequence[Project]]:
        """Return whoever asks, if we have met, and their projects."""
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        return member, () if member is None else await self._store.projects.list(member)
