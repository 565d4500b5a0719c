"""Every kind of event that Colophon records, and the fields each one has.

The format itself (docs/evidence-format.md) takes any type of the form `a.b`; these are the ones we write. Fields hold
commitments in the log, their values travel beside it.
"""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What an event records; in brackets its fields."""

    # --- what a member does ---
    PROJECT_OPENED = "project.open"
    """A project begins (title)."""
    ACTOR_BOUND = "actor.bound"
    """Whose pseudonym the actor is (identity)."""
    CONSENT_GIVEN = "consent.given"
    """The member agreed to be recorded (agreed_at)."""
    CONSENT_WITHDRAWN = "consent.withdrawn"
    """The member no longer agrees; nothing more is recorded until they do (discord)."""
    INTENT_DECLARED = "intent.declare"
    """What the member means to make, in their own words (text, discord)."""
    PROMPT_SUBMITTED = "prompt.submit"
    """A brief (prompt, negative, params, inputs, source, change, discord).

    `inputs` names the events of the pictures that go in, each with its role. `source` is set by the bot, see
    `authorship`.
    """
    UPLOAD_ADDED = "upload.add"
    """Material from elsewhere (image or file or both, pixels, text, declared, operation, marks, taken_from, discord).

    `taken_from` is the number of the event that recorded it, where another member's draft is started from.
    """
    DRAFT_SELECTED = "draft.select"
    """The candidate that was chosen (why, discord)."""
    DRAFT_REJECTED = "draft.reject"
    """Candidates that were not (why, and discord where none was chosen)."""
    DRAFT_CANCELLED = "draft.cancel"
    """The member stopped a draft (discord)."""
    DRAFT_SHOWN = "draft.show"
    """The member shows candidates of a private draft to others (channel, discord)."""
    EDIT_APPLIED = "edit.apply"
    """A change made elsewhere and attached (image, file, pixels, text, operation, declared, change, discord).

    Also what a member made of drafted texts (text, params, change, discord): typed anew, or paragraphs put together.
    """
    NOTE_ADDED = "note.add"
    """A note (text, discord)."""
    SUGGESTION_TAKEN = "llm.accept"
    """The member takes a machine's words over (text, discord)."""
    STATEMENT_DECLARED = "statement.declare"
    """The piece is finished: its title and what the member claims, in their own words (title, text, discord)."""
    APPEAL_MADE = "appeal.made"
    """The member says why a refusal or a block is wrong (text, about, discord); the refused brief is referred to."""
    PIECE_PUBLISHED = "piece.published"
    """The finished piece is about to be shown (title, name, licence, channel, image, pixels, marks, discord)."""
    PIECE_SHOWN = "piece.shown"
    """It stands there; the message's number is the chat platform's own time of it (message)."""
    PIECE_WITHDRAWN = "piece.withdrawn"
    """The member took it down (discord)."""
    # --- who makes it together ---
    SHARE_OFFERED = "share.offered"
    """Somebody is asked to make the piece together (invitee, discord)."""
    SHARE_ACCEPTED = "share.accepted"
    """They join in (discord)."""
    SHARE_CONFIRMED = "share.confirmed"
    """A maker confirms their own rows, up to a number, for all makers to open (until, discord)."""
    SHARE_ENDED = "share.ended"
    """Makers no longer work on it: they left, or its owner ended the sharing (out, discord)."""
    # --- what the machine does for them ---
    SUGGESTION_MADE = "llm.suggest"
    """Words that a model suggested, verbatim (text, model, request, discord)."""
    GENERATION_STARTED = "gen.start"
    """A model starts on a brief (model, seed, params)."""
    GENERATION_REFUSED = "gen.refused"
    """A brief is not drawn or its candidates are not shown (rule, about)."""
    GENERATION_FAILED = "gen.failed"
    """Nothing came of a brief (reason)."""
    DRAFT_MADE = "draft.made"
    """A candidate: a picture (image, pixels), or a text (text); and how it came about.

    (draft_id, seed, generation, marks)
    """
    # --- who looked, and what was taken away ---
    EXPORT_MADE = "export.made"
    """The record of the project, or a part of it, leaves the log (scope, and bundle where it is one)."""
    WORDS_OPENED = "words.opened"
    """Somebody other than the owner read words of the project (scope)."""
    ERASURE_DONE = "erasure.done"
    """Words and pictures were erased (targets, basis)."""
    # --- what moderators do ---
    MODERATION_ACTED = "moderation.act"
    """A moderator's act on a member (act, scope)."""
    # --- the log itself ---
    LOG_OPENED = "log.opened"
    """(origin, version)"""
    KEY_ROTATED = "key.rotated"
    """(vkey)"""
    CHECKPOINT_POSTED = "checkpoint.posted"
    """(message)"""
    TIME_ANCHORED = "time.anchored"
    """(token)"""
    CLOCK_SKEWED = "clock.skew"
    """Our clock ran back (behind_ms), or differs from the chat platform's (ahead_ms)."""
    VERSION_CHANGED = "version.changed"
    """(version, before)"""
    SETTINGS_CHANGED = "settings.changed"
    """Settings that touch the evidence are others than before (settings, before)."""


BY_MEMBER: Final = frozenset(
    {
        Kind.INTENT_DECLARED,
        Kind.PROMPT_SUBMITTED,
        Kind.UPLOAD_ADDED,
        Kind.DRAFT_SELECTED,
        Kind.DRAFT_REJECTED,
        Kind.EDIT_APPLIED,
        Kind.NOTE_ADDED,
        Kind.SUGGESTION_TAKEN,
        Kind.STATEMENT_DECLARED,
    }
)
"""Acts by which a person shapes a work; the rest is a machine's, or keeping the record."""
