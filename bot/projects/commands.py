"""`/project`: a member begins a piece, says what it is to be, brings work home, finishes it, and checks its record."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.ask.facts import Fact
from bot.ask.places import PLACES
from bot.chat.acts import act_of
from bot.chat.forms import StandingForm, Typed
from bot.chat.texts import Texts, nearest
from bot.chat.translator import named
from bot.chat.typed import said
from bot.chat.uploads import check_size, fetch
from bot.errors import UserFacing
from bot.evidence.timeline import shortened
from bot.members.commands import PLATFORM, Consent
from bot.projects.bringing import NOTHING, TEXTS, Bringing, Said
from bot.projects.cards import ProjectCards
from bot.projects.check import Outside, findings, load_countries, observe, pieces
from bot.projects.sharing import ShareDesk
from storage.errors import NotFound
from storage.evidence.authorship import MadeBy
from storage.evidence.containers import NotAPicture
from storage.evidence.history import History
from storage.evidence.ledger import Receipt
from storage.evidence.marks import marks_of
from storage.members import Member
from storage.projects import Project
from storage.store import Store

MAX_TITLE: Final = 100
"""What a choice of Discord's may be long, so that a title can be one."""
MAX_TEXT: Final = 2000
MAX_OPERATION: Final = 300
COUNTRIES: Final = load_countries()
_OFFERED: Final = 25
_LOOKED_AT: Final = 100
_AT_HOME: Final = {"zh-CN": "CN", "en-US": "US"}
"""Whose country is meant where neither the member nor the operator has said."""

Go = Callable[[discord.Interaction, Member], Awaitable[None]]


class ProjectCog(commands.Cog, name="project"):
    """What a member can do with their projects; recording anything needs their consent, looking does not."""

    project = app_commands.Group(
        name=named("project", "cmd-project"),
        description=named("What you are making, and what its record holds", "cmd-project-desc"),
    )

    def __init__(
        self,
        *,
        store: Store,
        texts: Texts,
        consent: Consent,
        facts: Mapping[str, Fact],
        default_country: str | None = None,
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._default_country = default_country
        self._cards = ProjectCards(texts, facts)
        self._bringing = Bringing(store)
        self.sharing = ShareDesk(store, texts, consent)

    # --- what is recorded ----------------------------------------------------------------------

    @project.command(
        name=named("new", "cmd-project-new"),
        description=named("Begin a piece; say first what you mean to make", "cmd-project-new-desc"),
    )
    @app_commands.rename(title=named("title", "opt-project-title"), intent=named("intent", "opt-project-intent"))
    @app_commands.describe(
        title=named("A working title", "opt-project-title-desc"),
        intent=named("What you mean to make; sealed before the first draft", "opt-project-intent-desc"),
    )
    async def new(
        self,
        interaction: discord.Interaction,
        title: app_commands.Range[str, 1, MAX_TITLE],
        intent: app_commands.Range[str, 1, MAX_TEXT] | None = None,
    ) -> None:
        """Open a project and seal the intent, if one was given."""
        named_ = said(title, MAX_TITLE)
        meant = None if intent is None else said(intent, MAX_TEXT)

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(ephemeral=True, thinking=True)
            guild = str(current.guild_id) if current.guild_id else None
            opened, receipt = await self._store.projects.open(member, named_, guild_id=guild)
            receipts = [receipt]
            if meant is not None:
                receipts.append(await self._store.projects.declare_intent(opened, meant, act_of(current)))
            await self._tell(
                current,
                "project-opened",
                *receipts,
                title=self._cards.title(str(current.locale), opened),
                intent="no" if meant is None else "yes",
            )

        await self._consent.then(interaction, go)

    @project.command(
        name=named("switch", "cmd-project-switch"),
        description=named("Go on with another of your projects", "cmd-project-switch-desc"),
    )
    @app_commands.rename(project_id=named("project", "opt-project-project"))
    @app_commands.describe(project_id=named("Which one", "opt-project-project-desc"))
    async def switch(self, interaction: discord.Interaction, project_id: str) -> None:
        """Make another project the current one."""

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(ephemeral=True, thinking=True)
            chosen = await self._own(project_id, member)
            await self._store.projects.switch(chosen)
            title = self._cards.title(str(current.locale), chosen)
            await self._tell(current, "project-switched", title=title)

        await self._consent.then(interaction, go, making=False)

    @switch.autocomplete("project_id")
    async def _own_projects(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        member = await self._member(interaction)
        listed = [] if member is None else await self._store.projects.listed(member)
        wanted = typed.casefold()
        fitting = [each.project for each in listed if each.project.title and wanted in each.project.title.casefold()]
        return [app_commands.Choice(name=own.title[:MAX_TITLE], value=own.id) for own in fitting][:_OFFERED]

    @project.command(
        name=named("intent", "cmd-project-intent"),
        description=named("Seal what you mean to make, in your own words", "cmd-project-intent-desc"),
    )
    @app_commands.rename(text=named("text", "opt-project-text"))
    @app_commands.describe(text=named("What it is to show, and how", "opt-project-intent-text-desc"))
    async def intent(self, interaction: discord.Interaction, text: app_commands.Range[str, 1, MAX_TEXT]) -> None:
        """Seal an intent, and say whether briefs came before it."""
        meant = said(text, MAX_TEXT)

        async def go(current: discord.Interaction, member: Member) -> None:
            own = await self._acknowledged(current, member)
            receipt = await self._store.projects.declare_intent(own, meant, act_of(current))
            before = await self._store.projects.briefs_before(own, receipt.seq)
            await self._tell(current, "project-intent-sealed", receipt, before=before)

        await self._consent.then(interaction, go)

    @project.command(
        name=named("note", "cmd-project-note"),
        description=named("Put a note into the record", "cmd-project-note-desc"),
    )
    @app_commands.rename(text=named("text", "opt-project-text"))
    @app_commands.describe(text=named("What you decided, tried or saw", "opt-project-note-text-desc"))
    async def note(self, interaction: discord.Interaction, text: app_commands.Range[str, 1, MAX_TEXT]) -> None:
        """Record a note."""
        noted = said(text, MAX_TEXT)

        async def go(current: discord.Interaction, member: Member) -> None:
            own = await self._acknowledged(current, member)
            receipt = await self._store.projects.note(own, noted, act_of(current))
            await self._tell(current, "project-noted", receipt)

        await self._consent.then(interaction, go)

    @project.command(
        name=named("attach", "cmd-project-attach"),
        description=named("Bring home an edit made elsewhere, or material", "cmd-project-attach-desc"),
    )
    @app_commands.rename(
        file=named("file", "opt-project-file"),
        operation=named("operation", "opt-project-operation"),
        made_by=named("made-by", "opt-project-made-by"),
        of=named("of", "opt-project-of"),
    )
    @app_commands.describe(
        file=named("A picture, a document (PSD, KRA, PDF, SVG, …) or a text, as it is now", "opt-project-file-desc"),
        operation=named("What was done, and with what", "opt-project-operation-desc"),
        made_by=named("Who made it, or made the change", "opt-project-made-by-desc"),
        of=named("What it changes; the candidate you chose last if you leave it out", "opt-project-of-desc"),
    )
    @app_commands.choices(
        made_by=[
            app_commands.Choice(name=named("me, by hand", "choice-made-by-hand"), value=MadeBy.OWN_HAND.value),
            app_commands.Choice(name=named("another AI tool", "choice-made-by-model"), value=MadeBy.OTHER_MODEL.value),
            app_commands.Choice(name=named("somebody else", "choice-made-by-person"), value=MadeBy.OTHER_PERSON.value),
            app_commands.Choice(name=named("I do not know", "choice-made-by-unknown"), value=MadeBy.UNKNOWN.value),
        ]
    )
    async def attach(
        self,
        interaction: discord.Interaction,
        file: discord.Attachment,
        operation: app_commands.Range[str, 1, MAX_OPERATION],
        made_by: str,
        of: str | None = None,
    ) -> None:
        """Compare a file with what it changes, and record both."""
        check_size(file.size)
        told = Said(MadeBy(made_by), said(operation, MAX_OPERATION), of)

        async def go(current: discord.Interaction, member: Member) -> None:
            own = await self._acknowledged(current, member)
            home = await self._bringing.bring_file(own, await fetch(file), file.filename, told, act_of(current))
            await current.edit_original_response(content=self._cards.home(str(current.locale), home))

        await self._consent.then(interaction, go)

    @attach.autocomplete("of")
    async def _changeable(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        locale = str(interaction.locale)
        member = await self._member(interaction)
        own = None if member is None else await self._store.projects.current(member)
        offered = [(self._texts(locale, "project-of-nothing"), NOTHING)]
        if own is not None:
            seen = {event.seq: event for event in (await self._store.page(own, _LOOKED_AT)).events}
            for event in (await self._store.page(own, _LOOKED_AT, whole=True)).events:
                if event.kind in TEXTS and (event.image_sha256 or event.file_name or event.text("text")):
                    kind = self._texts(locale, f"event-{event.kind.replace('.', '-')}")
                    # Of what another maker did, kind and number have to do until they confirm it.
                    told = seen.get(event.seq)
                    words = "" if told is None else told.text("operation") or told.file_name or told.text("text")
                    offered.append((shortened(f"#{event.seq} {kind} {words}", 100), str(event.seq)))
        wanted = typed.casefold()
        return [app_commands.Choice(name=n, value=value) for n, value in offered if wanted in n.casefold()][:_OFFERED]

    @project.command(
        name=named("share", "cmd-project-share"),
        description=named("Make your current project together with somebody", "cmd-project-share-desc"),
    )
    @app_commands.rename(invited=named("member", "opt-share-member"))
    @app_commands.describe(
        invited=named("Whom to ask; leave it out to see who makes it, and who asks you", "opt-share-member-desc")
    )
    async def share(self, interaction: discord.Interaction, invited: discord.User | None = None) -> None:
        """Ask somebody to make the current project together, or say how that stands."""

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(ephemeral=True, thinking=True)
            if invited is None:
                await self.sharing.tell(current, await self._store.projects.current(member))
            else:
                await self.sharing.ask(current, await self._current(member), invited)

        await self._consent.then(interaction, go)

    @project.command(
        name=named("finish", "cmd-project-finish"),
        description=named("Say that it is finished, and what of it you claim", "cmd-project-finish-desc"),
    )
    async def finish(self, interaction: discord.Interaction) -> None:
        """Ask for the title and the claim in a form."""

        async def go(current: discord.Interaction, member: Member) -> None:
            own = await self._current(member)
            await FinishForm(self._texts, str(current.locale), own).show(current)

        await self._consent.then(interaction, go)

    async def finished(self, interaction: discord.Interaction, project_id: str, title: str, claim: str) -> None:
        """Record the title and the claim; much can have happened since the form was opened."""
        title, claim = said(title, MAX_TITLE), said(claim, MAX_TEXT)

        async def go(current: discord.Interaction, member: Member) -> None:
            await current.response.defer(ephemeral=True, thinking=True)
            own = await self._own(project_id, member)
            receipt = await self._store.projects.finish(own, title, claim, act_of(current))
            await self._tell(current, "project-finished", receipt, title=discord.utils.escape_markdown(title))

        await self._consent.then(interaction, go)

    # --- looking -------------------------------------------------------------------------------

    @project.command(
        name=named("list", "cmd-project-list"),
        description=named("All your projects", "cmd-project-list-desc"),
    )
    async def list_(self, interaction: discord.Interaction) -> None:
        """List the member's projects."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        member = await self._member(interaction)
        listed = () if member is None else await self._store.projects.listed(member)
        if not listed:
            raise UserFacing("error-project-none")
        await interaction.edit_original_response(content=self._cards.listed(str(interaction.locale), listed))

    @project.command(
        name=named("show", "cmd-project-show"),
        description=named("What your current project holds", "cmd-project-show-desc"),
    )
    async def show(self, interaction: discord.Interaction) -> None:
        """Show what the current project holds."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        own = await self._current(await self._member(interaction))
        history = await self._store.history(own)
        receipt = await self._store.ledger.receipt(history.events[-1].seq)
        embed = self._cards.holds(str(interaction.locale), own, history, receipt)
        await interaction.edit_original_response(embed=embed)

    @project.command(
        name=named("check", "cmd-project-check"),
        description=named("What an office or court would still miss in this record", "cmd-project-check-desc"),
    )
    @app_commands.rename(country=named("country", "opt-project-country"))
    @app_commands.describe(country=named("Whose offices and courts", "opt-project-country-desc"))
    @app_commands.choices(
        country=[
            app_commands.Choice(name=named(name, f"ask-place-{code.lower()}"), value=code)
            for code, name in PLACES
            if code in COUNTRIES
        ]
    )
    async def check(self, interaction: discord.Interaction, country: str | None = None) -> None:
        """Say what is in the record and what is not, as the facts of a country look at it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        own = await self._current(await self._member(interaction))
        history = await self._store.history(own, whole=True)
        place = COUNTRIES[country or self._home(interaction)]
        found = findings(observe(history, await self._outside(history)), place)
        if not found:
            raise UserFacing("error-check-empty")
        embeds = self._cards.checked(str(interaction.locale), own, place.code, found)
        await interaction.edit_original_response(embeds=embeds)

    def _home(self, interaction: discord.Interaction) -> str:
        default = self._default_country
        if default is not None and default in COUNTRIES:
            return default
        return _AT_HOME[nearest(str(interaction.locale))]

    async def _outside(self, history: History) -> Outside:
        labelled = set()
        for file in set(pieces(history).values()):
            try:
                data = await self._store.media.read(file)
            except NotFound:
                continue
            if await asyncio.to_thread(_says_ai_made_it, data):
                labelled.add(file)
        return Outside(await self._store.reader.stamped(), frozenset(labelled))

    # --- whose ---------------------------------------------------------------------------------

    async def _member(self, interaction: discord.Interaction) -> Member | None:
        return await self._store.members.find(PLATFORM, str(interaction.user.id))

    async def _current(self, member: Member | None) -> Project:
        own = None if member is None else await self._store.projects.current(member)
        if own is None:
            raise UserFacing("error-project-none")
        return own

    async def _own(self, project_id: str, member: Member) -> Project:
        """Return a project of a member that was not erased; raise UserFacing."""
        try:
            own = await self._store.projects.own(project_id, member)
        except NotFound as error:
            raise UserFacing("error-project-unknown") from error
        if not own.title:
            raise UserFacing("error-project-erased")
        return own

    async def _acknowledged(self, interaction: discord.Interaction, member: Member) -> Project:
        """Acknowledge an act; return the project it belongs to."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        return await self._current(member)

    async def _tell(self, interaction: discord.Interaction, key: str, *receipts: Receipt, **told: str | int) -> None:
        """Edit the acknowledgement into what happened, with its receipts."""
        locale = str(interaction.locale)
        text = self._cards.recorded(locale, self._texts(locale, key, **told), *receipts)
        await interaction.edit_original_response(content=text)


class FinishForm(StandingForm):
    """A form of two fields: what the finished piece is called, and what the member claims."""

    template = r"project-finish:(?P<project>p_[0-9a-f]{32})"

    def __init__(self, texts: Texts, locale: str, own: Project) -> None:
        super().__init__(title=texts(locale, "project-finish-form"), custom_id=f"project-finish:{own.id}")
        title: discord.ui.TextInput[FinishForm] = discord.ui.TextInput(
            default=own.title, max_length=MAX_TITLE, custom_id="title"
        )
        claim: discord.ui.TextInput[FinishForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            max_length=MAX_TEXT,
            placeholder=texts(locale, "project-finish-example"),
            custom_id="claim",
        )
        self.add_item(discord.ui.Label(text=texts(locale, "project-finish-title"), component=title))
        self.add_item(
            discord.ui.Label(
                text=texts(locale, "project-finish-claim"),
                description=texts(locale, "project-finish-claim-desc"),
                component=claim,
            )
        )

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Record what was said."""
        client: Any = interaction.client
        cog: ProjectCog = client.get_cog("project")
        await cog.finished(interaction, match["project"], str(typed["title"]), str(typed["claim"]))


def _says_ai_made_it(data: bytes) -> bool:
    """Tell whether a picture carries one of the labels."""
    try:
        said = marks_of(data)
    except NotAPicture:
        return False
    return bool(said.source_type or said.labels or said.credentials)
