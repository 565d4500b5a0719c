"""`/publish`: a finished piece is looked at as it will be shown, then recorded, then shown; and can be taken down."""

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.acts import acknowledge, act_of
from bot.chat.forms import StandingForm, Typed
from bot.chat.posting import Post, put_answer, send_once
from bot.chat.receipts import receipt_line
from bot.chat.steady import BROKEN, steadily
from bot.chat.texts import Texts
from bot.chat.translator import named
from bot.chat.typed import said
from bot.errors import Busy, UserFacing
from bot.evidence.timeline import shortened
from bot.members.commands import PLATFORM, Consent
from bot.publish.cards import PACKED, PublishButton, PublishCards, Showing, Wanted
from bot.publish.pieces import Licence, Name, drawn_by_machine, finished, showable, what_was_done
from storage.errors import NotFound, StateConflict
from storage.evidence.commitments import JsonValue
from storage.evidence.containers import NotAPicture
from storage.evidence.credentials import CredentialsError, Ingredient
from storage.evidence.history import History, RecordedEvent
from storage.evidence.marking import Marking
from storage.evidence.marks import marks_of
from storage.members import Member
from storage.projects import Project
from storage.publishing import Piece, Publication
from storage.store import Store

log = logging.getLogger(__name__)

MAX_TERMS: Final = 800
_OFFERED: Final = 25
_PSEUDONYM_SHOWN: Final = 10
_CLOSED: Final = (discord.Forbidden, discord.NotFound)

ShowcaseOf = Callable[[str], str | None]
"""Returns in which channel of a server finished pieces are shown; None where that is not set."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A piece that may be shown, and from which events."""

    project: Project
    history: History
    statement: RecordedEvent
    picture: RecordedEvent
    showing: Showing


class PublishCog(commands.Cog, name="publish"):
    """Shows finished pieces; each first showing is on record before anybody sees it."""

    def __init__(
        self, *, store: Store, texts: Texts, consent: Consent, marking: Marking, showcase_of: ShowcaseOf
    ) -> None:
        self._store = store
        self._texts = texts
        self._consent = consent
        self._marking = marking
        self._showcase_of = showcase_of
        self._cards = PublishCards(texts)

    @app_commands.command(
        name=named("publish", "cmd-publish"),
        description=named("Show your finished piece to the community", "cmd-publish-desc"),
    )
    @app_commands.rename(
        project_id=named("project", "opt-publish-project"),
        licence=named("licence", "opt-publish-licence"),
        picture=named("picture", "opt-publish-picture"),
        name=named("name", "opt-publish-name"),
    )
    @app_commands.describe(
        project_id=named("Which one; your current project if you leave it out", "opt-publish-project-desc"),
        licence=named("What others may do with it; nothing if you leave it out", "opt-publish-licence-desc"),
        picture=named("Which picture; the newest edit or choice if you leave it out", "opt-publish-picture-desc"),
        name=named("Under which name", "opt-publish-name-desc"),
    )
    @app_commands.choices(
        licence=[
            app_commands.Choice(name=named("all rights reserved", "choice-publish-arr"), value=Licence.RESERVED.value),
            app_commands.Choice(name="CC BY 4.0", value=Licence.BY.value),
            app_commands.Choice(name="CC BY-SA 4.0", value=Licence.BY_SA.value),
            app_commands.Choice(name="CC BY-NC 4.0", value=Licence.BY_NC.value),
            app_commands.Choice(name="CC0 1.0", value=Licence.ZERO.value),
            app_commands.Choice(name=named("my own words", "choice-publish-own"), value=Licence.OWN.value),
        ],
        name=[
            app_commands.Choice(name=named("my name here", "choice-publish-display"), value=Name.DISPLAY.value),
            app_commands.Choice(
                name=named("my pseudonym in the record", "choice-publish-pseudonym"), value=Name.PSEUDONYM.value
            ),
        ],
    )
    async def publish(
        self,
        interaction: discord.Interaction,
        project_id: str | None = None,
        licence: str = Licence.RESERVED.value,
        picture: str | None = None,
        name: str = Name.DISPLAY.value,
    ) -> None:
        """Show to the member alone what would be shown."""

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            own = await self._project(member, project_id)
            channel = self._channel(current)
            ready = await self._ready(current, own, _number(picture), Licence(licence), Name(name))
            wanted = Wanted(own.id, ready.picture.seq, Licence(licence), Name(name))
            post = self._cards.preview(str(current.locale), ready.showing, wanted, channel)
            await put_answer(current, post, private=True)

        await self._consent.then(interaction, go)

    @publish.autocomplete("project_id")
    async def _projects(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        listed = [] if member is None else await self._store.projects.listed(member)
        wanted = typed.casefold()
        fitting = [each.project for each in listed if each.project.title and wanted in each.project.title.casefold()]
        return [app_commands.Choice(name=own.title[:100], value=own.id) for own in fitting][:_OFFERED]

    @publish.autocomplete("picture")
    async def _pictures(self, interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        if member is None:
            return []
        try:
            own = await self._project(member, interaction.namespace.project)
        except UserFacing:
            return []
        offered = []
        seen = await self._store.history(own)
        for event in showable(await self._store.history(own, whole=True)):
            kind = self._texts(interaction.locale, f"event-{event.kind.replace('.', '-')}")
            words = seen.by_seq[event.seq].text("operation")
            offered.append((shortened(f"#{event.seq} {kind} {words}", 100), str(event.seq)))
        return [app_commands.Choice(name=n, value=v) for n, v in offered if typed.casefold() in n.casefold()][:_OFFERED]

    # --- presses and the form ----------------------------------------------------------------

    async def pressed(self, interaction: discord.Interaction, button: PublishButton) -> None:
        """Act on a press; only ever of whoever the piece belongs to."""
        if button.act == "withdraw":
            await acknowledge(interaction, ephemeral=True, thinking=True)
            await self._withdraw(interaction, int(button.what))
            return
        wanted = Wanted.unpacked(button.what)
        if wanted.licence is Licence.OWN:
            # A form can only come first; whose project it is is asked when it comes back.
            await TermsForm(self._texts, str(interaction.locale), wanted).show(interaction)
            return
        await self.show(interaction, wanted, "")

    async def show(self, interaction: discord.Interaction, wanted: Wanted, terms: str) -> None:
        """Record that a piece is shown, show it, and say where it stands."""
        await acknowledge(interaction, ephemeral=True, thinking=True)

        async def go(current: discord.Interaction, member: Member) -> None:
            await acknowledge(current, ephemeral=True, thinking=True)
            own = await self._project(member, wanted.project_id)
            channel = self._channel(current)
            ready = await self._ready(current, own, wanted.seq, wanted.licence, wanted.name)
            ready = replace(ready, showing=replace(ready.showing, terms=terms))
            await self._show(current, ready, channel)

        await self._consent.then(interaction, go)

    async def _show(self, interaction: discord.Interaction, ready: _Ready, channel: str) -> None:
        locale = str(interaction.locale)
        showing, marks = await self._marked(ready)
        picture = await self._store.media.put_picture(showing.data, showing.mime)
        licence = showing.licence.spdx or showing.terms
        piece = Piece(ready.statement.seq, ready.picture.seq, picture, showing.title, showing.name, licence, marks)
        publication, receipt, new = await self._store.publications.publish(
            ready.project, piece, channel, act_of(interaction)
        )
        if publication.message_id is None:
            new = True
            post = self._cards.shown(locale, showing, receipt)
            message = await self._posted(interaction, publication, post)
            publication = await self._store.publications.shown(ready.project, publication, str(message.id))
        link = f"https://discord.com/channels/{interaction.guild_id}/{channel}/{publication.message_id}"
        done = self._cards.done(locale, link, publication.seq, receipt, new=new)
        await put_answer(interaction, done, private=True)

    async def _posted(self, interaction: discord.Interaction, publication: Publication, post: Post) -> discord.Message:
        """Post a piece; raise UserFacing where the channel is closed to us, Busy where it did not go through."""
        place = interaction.client.get_partial_messageable(int(publication.channel_id))
        try:
            return await send_once(place, post, f"piece-{publication.seq}")
        except _CLOSED as error:
            raise UserFacing("error-publish-closed", channel=publication.channel_id, number=publication.seq) from error
        except (discord.HTTPException, *BROKEN) as error:
            log.warning("piece %s was not posted: %s", publication.seq, type(error).__name__)
            raise Busy("error-publish-away", number=publication.seq) from error

    async def _withdraw(self, interaction: discord.Interaction, seq: int) -> None:
        member = await self._store.members.find(PLATFORM, str(interaction.user.id))
        try:
            if member is None:
                raise NotFound(f"publication {seq}")
            publication, receipt = await self._store.publications.withdraw(seq, member, act_of(interaction))
        except NotFound as error:
            raise UserFacing("error-publish-not-yours") from error
        except StateConflict as error:
            raise UserFacing("error-publish-down") from error
        gone = await self._deleted(interaction, publication)
        text = self._texts(interaction.locale, "publish-withdrawn" if gone else "publish-withdrawn-left")
        line = receipt_line(self._texts, interaction.locale, receipt)
        await put_answer(interaction, Post(f"{text}\n-# {line}"), private=True)

    async def _deleted(self, interaction: discord.Interaction, publication: Publication) -> bool:
        """Delete the message of a piece; tell whether it is gone."""
        if publication.message_id is None:
            return True
        place = interaction.client.get_partial_messageable(int(publication.channel_id))
        message = place.get_partial_message(int(publication.message_id))
        try:
            await steadily(message.delete)
        except discord.NotFound:
            return True
        except (discord.HTTPException, *BROKEN) as error:
            log.warning("the message of piece %s stays: %s", publication.seq, type(error).__name__)
            return False
        return True

    # --- what may be shown -------------------------------------------------------------------

    async def _project(self, member: Member, project_id: str | None) -> Project:
        """Return a project of a member, or their current one; raise UserFacing."""
        if project_id is None:
            own = await self._store.projects.current(member)
            if own is None:
                raise UserFacing("error-project-none")
            return own
        try:
            own = await self._store.projects.own(project_id, member)
        except NotFound as error:
            raise UserFacing("error-project-unknown") from error
        if not own.title:
            raise UserFacing("error-project-erased")
        return own

    def _channel(self, interaction: discord.Interaction) -> str:
        """Return where a piece is shown: in the server's showcase, or where the command is used; raise UserFacing."""
        if interaction.guild_id is None or interaction.channel_id is None:
            raise UserFacing("error-publish-direct")
        return self._showcase_of(str(interaction.guild_id)) or str(interaction.channel_id)

    async def _ready(
        self, interaction: discord.Interaction, own: Project, seq: int | None, licence: Licence, name: Name
    ) -> _Ready:
        """Return the piece as it would be shown; raise UserFacing where it is not finished, or not everybody's yet."""
        makers = await self._store.sharing.makers(own)
        if len(makers) > 1 and any(maker.confirmed is None for maker in makers):
            raise UserFacing("error-publish-unconfirmed")
        history = await self._store.history(own, whole=True)
        # What another maker called it is theirs to show first.
        statement = finished(await self._store.history(own))
        if statement is None:
            raise UserFacing("error-publish-unfinished")
        pictures = {event.seq: event for event in showable(history)}
        picture = next(iter(pictures.values()), None) if seq is None else pictures.get(seq)
        if picture is None or picture.image_sha256 is None:
            raise UserFacing("error-publish-picture")
        try:
            data = await self._store.media.read(picture.image_sha256)
        except NotFound as error:
            raise UserFacing("error-publish-picture") from error
        showing = Showing(
            data=data,
            mime=str(picture.map("image").get("mime")),
            title=statement.text("title"),
            name=interaction.user.display_name if name is Name.DISPLAY else own.actor[:_PSEUDONYM_SHOWN],
            more=len(makers) - 1,
            licence=licence,
            terms="",
            did=what_was_done(history),
            by_machine=drawn_by_machine(history, picture),
        )
        return _Ready(own, history, statement, picture, showing)

    async def _marked(self, ready: _Ready) -> tuple[Showing, dict[str, JsonValue]]:
        """Return the piece with its marks: an edit of what a machine drew has mostly lost them on its way."""
        showing = ready.showing
        if not showing.by_machine or await asyncio.to_thread(_says_ai_made_it, showing.data):
            return showing, {}
        inputs = [Ingredient(await self._store.media.read(digest), mime) for digest, mime in _before(ready)]
        try:
            marked = await asyncio.to_thread(
                self._marking.finished, showing.data, showing.mime, f"piece-{ready.picture.seq}", inputs
            )
        except (NotAPicture, CredentialsError) as error:
            raise UserFacing("error-publish-picture") from error
        return replace(showing, data=marked.data, mime=marked.mime), dict(marked.said)


class TermsForm(StandingForm):
    """A form of one field: the licence in the member's own words."""

    template = rf"publish-terms:(?P<what>{PACKED})"

    def __init__(self, texts: Texts, locale: str, wanted: Wanted) -> None:
        super().__init__(title=texts(locale, "publish-terms-form"), custom_id=f"publish-terms:{wanted.packed()}")
        terms: discord.ui.TextInput[TermsForm] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, max_length=MAX_TERMS, custom_id="terms"
        )
        self.add_item(
            discord.ui.Label(
                text=texts(locale, "publish-terms-label"),
                description=texts(locale, "publish-terms-label-desc"),
                component=terms,
            )
        )

    @classmethod
    async def submitted(cls, interaction: discord.Interaction, match: re.Match[str], typed: Typed) -> None:
        """Show the piece under these words."""
        client: Any = interaction.client
        cog: PublishCog = client.get_cog("publish")
        await cog.show(interaction, Wanted.unpacked(match["what"]), said(str(typed["terms"]), MAX_TERMS))


def _number(picture: str | None) -> int | None:
    """Return the number of an event that somebody chose or typed; raise UserFacing for what is none."""
    if picture is None:
        return None
    number = re.fullmatch(r"#?([0-9]{1,16})", picture.strip())
    if number is None:
        raise UserFacing("error-publish-picture")
    return int(number[1])


def _before(ready: _Ready) -> list[tuple[str, str]]:
    """Return the file and type of what a picture was made from, where that is there."""
    found = [ready.history.by_seq.get(ref) for ref in ready.picture.refs]
    return [(e.image_sha256, str(e.map("image").get("mime"))) for e in found if e is not None and e.image_sha256]


def _says_ai_made_it(data: bytes) -> bool:
    """Tell whether a picture carries one of the labels."""
    try:
        found = marks_of(data)
    except NotAPicture:
        return False
    return bool(found.source_type or found.labels)
