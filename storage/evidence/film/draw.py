"""Drawing one frame: what stands where. One calm page, the same head and foot on each."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from PIL import Image

from storage.evidence.film.canvas import (
    HEIGHT,
    INK,
    LEADING,
    LINE,
    MARGIN,
    SEAL,
    SOFT,
    SUNK,
    WIDTH,
    Box,
    Canvas,
)
from storage.evidence.film.captions import Captions
from storage.evidence.film.frames import (
    Candidates,
    Closing,
    Edit,
    Finished,
    Frame,
    Material,
    Opening,
    Role,
    Shot,
    Shown,
    State,
    Verdict,
    Words,
    Written,
)
from storage.evidence.film.grid import GAP, NUMBER, Grid, largest_grid
from storage.evidence.film.spans import changed, plain, shortened
from storage.evidence.film.thumbnails import Thumbnails, WhereIs
from storage.evidence.film.typeface import Typeface

BODY: Final = Box(MARGIN, 78, WIDTH - 2 * MARGIN, 362)
_HEAD_TOP: Final = 32
_BAR: Final = Box(MARGIN, HEIGHT - 24, WIDTH - 2 * MARGIN, 2)
_LABEL: Final = 18
_SMALL: Final = 15
_AI_LABEL: Final = 24
"""Letters of at least a twentieth of the shorter side, as China's standard wants the visible label (GB 45438-2025)."""
_WORD_SIZES: Final = (34, 28, 24, 21, 18)
_SIDE_SIZES: Final = (24, 20, 17)
_ROOM: Final = 560
"""Characters that a page of words holds in the smallest size; more are shortened around what changed."""
_TINY: Final = 13
_SIDE: Final = 196
"""Width of the words beside pictures."""
_TITLE: Final = 250
"""Width of the title and the claim beside the finished picture."""
_BELOW: Final = 84
"""Height of the words below pictures, at least."""
_ENOUGH: Final = 0.8
"""Words read better beside pictures: they go below only where that makes the pictures clearly larger."""
_MOST: Final = 16
"""So many pictures can be told apart in a frame."""
_WIDEST: Final = 4.0
"""Width by height of the widest cell; a wider picture is shown smaller in it."""


class Painter:
    """Draws frames in one language and at one scale; pictures are opened when they are needed."""

    def __init__(self, typeface: Typeface, captions: Captions, where_is: WhereIs, scale: float = 1.0) -> None:
        self._typeface = typeface
        self._captions = captions
        self._scale = scale
        self._thumbnails = Thumbnails(where_is)

    def draw(self, shot: Shot, progress: float | None = None) -> Image.Image:
        """Return a frame as a picture; `progress` from 0 to 1 is shown at its foot."""
        canvas = Canvas(self._typeface, self._scale)
        match shot:
            case Opening():
                self._opening(canvas, shot)
            case Closing():
                self._closing(canvas, shot)
            case Words():
                self._words(canvas, shot)
            case Candidates():
                self._candidates(canvas, shot)
            case Material():
                self._material(canvas, shot)
            case Edit():
                self._edit(canvas, shot)
            case Finished():
                self._finished(canvas, shot)
        if progress is not None:
            canvas.rectangle(_BAR, LINE)
            canvas.rectangle(Box(_BAR.left, _BAR.top, _BAR.width * progress, _BAR.height), SOFT)
        return canvas.image

    # --- first and last ----------------------------------------------------------------------

    def _opening(self, canvas: Canvas, shot: Opening) -> None:
        words = self._captions
        canvas.seal(Box(MARGIN, 40, 44, 88))
        beside = Box(MARGIN + 68, 46, BODY.right - MARGIN - 68, 0)
        canvas.say(words.opening, beside, 22, colour=SEAL, bold=True)
        between = f"{_day(shot.first)} – {_day(shot.last)}" if _day(shot.first) != _day(shot.last) else _day(shot.first)
        canvas.say(between, Box(beside.left, 88, beside.width, 0), _LABEL)
        title = canvas.fit(
            plain(shot.title or words.untitled), Box(MARGIN, 0, BODY.width, 160), (44, 36, 29), bold=True
        )
        canvas.write(title, MARGIN, 236 - title.height / 2)
        counts = words.between.join(
            words.counted(number, forms)
            for number, forms in (
                (shot.briefs, words.briefs),
                (shot.candidates, words.candidates),
                (shot.choices, words.choices),
                (shot.edits, words.edits),
            )
            if number
        )
        canvas.say(counts, Box(MARGIN, 340, BODY.width, 0), _LABEL)
        canvas.say(words.contains_ai, Box(MARGIN, 384, BODY.width, 0), _AI_LABEL, colour=INK)

    def _closing(self, canvas: Canvas, shot: Closing) -> None:
        words = self._captions
        canvas.seal(Box(MARGIN, 40, 44, 88))
        canvas.say(words.closing, Box(MARGIN + 68, 66, BODY.width - 68, 0), 22, colour=SEAL, bold=True)
        y = canvas.say(words.log.format(shot.origin, f"{shot.size:,}"), Box(MARGIN, 156, BODY.width, 0), 22, colour=INK)
        y = canvas.say(words.root.format(shot.root), Box(MARGIN, y + 4, BODY.width, 0), _SMALL)
        y = canvas.say(words.project.format(shot.project), Box(MARGIN, y, BODY.width, 0), _SMALL)
        total = shot.shown + shot.left_out
        told = words.left_out.format(f"{shot.shown:,}", f"{total:,}", f"{shot.left_out:,}")
        told = told if shot.left_out else words.counted(total, words.everything)
        y = canvas.say(told, Box(MARGIN, y + 18, BODY.width, 0), _LABEL, colour=INK, lines=2)
        canvas.say(words.limits, Box(MARGIN, y + 4, BODY.width, 0), _SMALL, lines=2)
        canvas.say(words.contains_ai, Box(MARGIN, 384, BODY.width, 0), _AI_LABEL, colour=INK)

    # --- words -------------------------------------------------------------------------------

    def _words(self, canvas: Canvas, frame: Words) -> None:
        words = self._captions
        label = {
            Role.INTENT: words.intent,
            Role.SUGGESTION: words.suggestion,
            Role.CANDIDATE: words.text.format(frame.brief),
            Role.CHOSEN: words.chosen,
            Role.NONE: words.none_chosen,
            Role.EDIT: words.text_edit,
        }.get(frame.role)
        self._head(canvas, frame, label or words.brief.format(frame.brief))
        box = Box(BODY.left, BODY.top, BODY.width, BODY.height - 2 * _SMALL * LEADING)
        spans = plain(words.erased) if frame.spans is None else shortened(frame.spans, _ROOM)
        if frame.role is Role.NONE and not frame.reason and frame.spans is not None:
            spans = plain(words.no_reason)
        lettered = canvas.fit(spans, box, _WORD_SIZES)
        # A little above the middle, where the eye looks for it.
        top = box.top + (box.height - lettered.height) * 0.38
        canvas.write(lettered, box.left, top, SOFT if frame.spans is None else INK)
        canvas.say(self._under(frame), Box(BODY.left, BODY.bottom - _SMALL * LEADING, BODY.width, 0), _SMALL)

    def _under(self, frame: Words) -> str:
        """Return where the words come from, why they were chosen, and how to read what is marked in them."""
        words = self._captions
        if frame.role is Role.CHOSEN:
            return words.erased if frame.reason is None else frame.reason and words.quote.format(frame.reason)
        if frame.role is Role.EDIT and frame.spans is not None and changed(frame.spans):
            return words.text_legend.format(frame.against)
        if frame.role is not Role.BRIEF or frame.spans is None:
            return ""
        origin = {
            Written.TYPED: words.written_typed,
            Written.EDITED: words.written_edited,
            Written.TAKEN: words.written_taken,
        }[frame.written]
        # Some operations need no words, and then nobody typed any.
        told = [origin] if any(span.text for span in frame.spans) else []
        if frame.inputs:
            told.append(words.made_from.format(", ".join(f"#{seq}" for seq in frame.inputs)))
        if changed(frame.spans):
            told.append(words.legend.format(frame.against))
        return words.between.join(told)

    # --- pictures ----------------------------------------------------------------------------

    def _candidates(self, canvas: Canvas, frame: Candidates) -> None:
        words = self._captions
        label = {Verdict.CHOSEN: words.chosen, Verdict.NONE: words.none_chosen}.get(frame.verdict)
        self._head(canvas, frame, label or words.made_for.format(frame.brief))
        told = self._beside_words(canvas, frame.pictures)
        if frame.verdict is Verdict.OPEN:
            canvas.say(words.counted(len(frame.pictures), words.made), told, _LABEL)
        else:
            self._reason(canvas, frame.reason, told)

    def _reason(self, canvas: Canvas, reason: str | None, box: Box) -> None:
        words = self._captions
        if not reason:
            canvas.say(words.erased if reason is None else words.no_reason, box, _LABEL, lines=2)
            return
        y = canvas.say(words.reason, box, _SMALL)
        left = Box(box.left, y + 4, box.width, box.bottom - y - 4)
        canvas.write(canvas.fit(plain(words.quote.format(reason)), left, _SIDE_SIZES), left.left, left.top)

    def _beside_words(self, canvas: Canvas, pictures: Sequence[Shown]) -> Box:
        """Draw pictures as large as words leave room, and return the place of the words: beside them or below.

        Candidates stand in the same places before and after a choice, so that a film only dims what was set aside.
        """
        shape, count = self._shape(pictures), len(_few(pictures))
        beside = largest_grid(count, shape, Box(BODY.left, BODY.top, BODY.width - _SIDE - 2 * GAP, BODY.height))
        below = largest_grid(count, shape, Box(BODY.left, BODY.top, BODY.width, BODY.height - _BELOW))
        if beside.height >= _ENOUGH * below.height:
            return self._beside(canvas, pictures, beside)
        self._pictures(canvas, pictures, below)
        top = below.box.bottom + GAP
        return Box(BODY.left, top, BODY.width, BODY.bottom - top)

    def _beside(self, canvas: Canvas, pictures: Sequence[Shown], grid: Grid) -> Box:
        self._pictures(canvas, pictures, grid)
        left = grid.box.right + 2 * GAP
        return Box(left, BODY.top - 4, BODY.right - left, BODY.height)

    def _pictures(self, canvas: Canvas, pictures: Sequence[Shown], grid: Grid) -> None:
        for shown, cell in zip(_few(pictures), grid.cells(), strict=True):
            place = self._picture(canvas, shown, cell)
            canvas.say_centred(f"#{shown.seq}", place.left + place.width / 2, place.bottom + 2, _TINY)

    def _picture(self, canvas: Canvas, shown: Shown, cell: Box) -> Box:
        """Draw a picture into a cell, or that it is no longer there; mark what was said of it."""
        size = canvas.px(cell.width), canvas.px(cell.height)
        image = self._thumbnails.reduced(shown.sha256, size) if shown.sha256 is not None else None
        if image is None:
            canvas.rectangle(cell, SUNK)
            canvas.frame(cell, LINE, 1)
            middle = cell.top + cell.height / 2 - _SMALL * LEADING / 2
            told = self._captions.another_file if shown.another_file else self._captions.picture_gone
            canvas.say_centred(told, cell.left + cell.width / 2, middle, _SMALL)
            place = cell
        else:
            place = canvas.picture(image, cell, dimmed=shown.state is State.SET_ASIDE)
            canvas.frame(place, LINE, 1)
        if shown.state is State.CHOSEN:
            canvas.frame(Box(place.left - 4, place.top - 4, place.width + 8, place.height + 8), SEAL, 3)
            canvas.tick(Box(place.right - 20, place.top - 14, 34, 34))
        return place

    def _material(self, canvas: Canvas, frame: Material) -> None:
        self._head(canvas, frame, self._captions.material)
        told = self._beside_words(canvas, (frame.picture,))
        if frame.declared is None:
            canvas.say(self._captions.erased, told, _LABEL, lines=2)
        elif frame.declared:
            canvas.write(canvas.fit(plain(frame.declared), told, _SIDE_SIZES), told.left, told.top)

    def _edit(self, canvas: Canvas, frame: Edit) -> None:
        words = self._captions
        self._head(canvas, frame, words.edit)
        half = (BODY.width - 48) / 2
        shape = self._shape([shown for shown in (frame.after, frame.before) if shown is not None])
        height = min(half / shape, BODY.height - _BELOW - NUMBER)
        places = [(frame.after, BODY.left + half + 48, words.after)]
        if frame.before is not None:
            places.insert(0, (frame.before, BODY.left, words.before))
            canvas.arrow(Box(BODY.left + half + 12, BODY.top + height / 2 - 8, 24, 16))
        for shown, left, caption in places:
            place = self._picture(canvas, shown, Box(left, BODY.top, half, height))
            if shown is frame.after:
                self._outline(canvas, frame, place)
            canvas.say_centred(f"{caption}  #{shown.seq}", left + half / 2, place.bottom + 2, _TINY)
        y = BODY.top + height + NUMBER + 6
        if frame.share_ppm is not None:
            y = canvas.say(words.share.format(_percent(frame.share_ppm)), Box(BODY.left, y, BODY.width, 0), _SMALL)
        told = Box(BODY.left, y, BODY.width, BODY.bottom - y)
        if frame.operation is None:
            canvas.say(words.erased, told, _LABEL)
        elif frame.operation:
            canvas.write(canvas.fit(plain(frame.operation), told, _SIDE_SIZES), told.left, told.top)

    def _outline(self, canvas: Canvas, frame: Edit, place: Box) -> None:
        """Draw a quiet line around each changed region of the later picture."""
        size = None if frame.after.sha256 is None else self._thumbnails.size(frame.after.sha256)
        if size is None or size.turned:
            return
        across, down = place.width / size.width, place.height / size.height
        for left, top, width, height in frame.regions:
            region = Box(place.left + left * across, place.top + top * down, width * across, height * down)
            if region.right <= place.right + 1 and region.bottom <= place.bottom + 1:
                canvas.frame(region, SEAL, 1)

    def _finished(self, canvas: Canvas, frame: Finished) -> None:
        words = self._captions
        self._head(canvas, frame, words.finished)
        told = BODY
        if frame.picture is not None:
            area = Box(BODY.left, BODY.top, BODY.width - _TITLE - 2 * GAP, BODY.height)
            told = self._beside(canvas, (frame.picture,), largest_grid(1, self._shape((frame.picture,)), area))
        title = words.erased if frame.title is None else frame.title or words.untitled
        named = canvas.fit(plain(title), Box(0, 0, told.width, 140), (32, 27, 22), bold=True)
        y = canvas.write(named, told.left, told.top - 4) + 14
        claim = words.erased if frame.claim is None else frame.claim
        if claim:
            y = canvas.say(words.claim, Box(told.left, y, told.width, 0), _SMALL) + 4
            left = Box(told.left, y, told.width, told.bottom - y)
            canvas.write(canvas.fit(plain(claim), left, _SIDE_SIZES), left.left, left.top)

    def _head(self, canvas: Canvas, frame: Frame, label: str) -> None:
        first, last = min(frame.seqs), max(frame.seqs)
        numbers = f"#{first}" if first == last else f"#{first}–{last}"
        canvas.say(label, Box(MARGIN, _HEAD_TOP, 380, 0), _LABEL, colour=SEAL, bold=True)
        canvas.say_right(f"{numbers}  ·  {_moment(frame.at)}", BODY.right, _HEAD_TOP + 2, _SMALL)

    def _shape(self, pictures: Sequence[Shown]) -> float:
        """Return width by height of the first picture that is there; within a draft they are alike."""
        sizes = (self._thumbnails.size(shown.sha256) for shown in pictures if shown.sha256 is not None)
        size = next((size for size in sizes if size is not None), None)
        return 1.0 if size is None else min(_WIDEST, max(1 / _WIDEST, size.width / size.height))


def _few(pictures: Sequence[Shown]) -> Sequence[Shown]:
    """Return as many pictures as can be told apart in a frame, the chosen one among them."""
    first = sorted(pictures, key=lambda shown: shown.state is not State.CHOSEN)[:_MOST]
    return sorted(first, key=lambda shown: shown.seq)


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.1f}" if ppm < 100_000 else f"{ppm / 10_000:.0f}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
