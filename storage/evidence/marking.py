"""Everything that is done to a picture before it is hashed, recorded and delivered, in the one order that holds.

    pixels -> visible label -> labels in the metadata -> content credentials -> hash -> event

The visible label changes pixels, so it comes first and the record's `pixels` are those with it. The credentials cover
every byte before them, so they come last. All of it is slow enough for a thread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Final

from PIL import Image

from storage.evidence.commitments import JsonValue
from storage.evidence.containers import PNG, NotAPicture
from storage.evidence.credentials import Credentials, Ingredient, Provenance, Source, read
from storage.evidence.marks import Origin, mark, marks_of
from storage.evidence.pixels import pixels_sha256
from storage.evidence.visible import VisibleLabel, labelled

SOFTWARE: Final = "Colophon"
_REDUCED_SIDES: Final = (2048, 1536, 1024, 768)
_REDUCED_QUALITY: Final = 88


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture ready to be stored; `said` is what its event says of its marks."""

    data: bytes
    mime: str
    said: Mapping[str, JsonValue]


class Marking:
    """Marks pictures for one operator, from several threads at once; `producer` is the name of its log."""

    def __init__(
        self, credentials: Credentials, *, producer: str, version: str, visible: VisibleLabel = VisibleLabel.OFF
    ) -> None:
        self._credentials = credentials
        self._producer = producer
        self._version = version
        self._visible = visible

    def finished(self, data: bytes, mime: str, produce_id: str, inputs: Sequence[Ingredient] = ()) -> Marked:
        """Mark and sign what a model drew, `inputs` being what the member gave it; raise NotAPicture, CredentialsError.

        Credentials that the model's own server gave the picture travel along, as those of the version before ours.
        """
        ingredients = list(inputs)
        if marks_of(data).credentials:
            ingredients.append(Ingredient(data, mime, parent=True))
        if self._visible is not VisibleLabel.OFF:
            data, mime = labelled(data, self._visible), PNG
        with Image.open(BytesIO(data)) as image:
            pixels = pixels_sha256(image)
        origin = Origin(self._producer, produce_id, bool(inputs), pixels)
        provenance = Provenance(
            draft_id=produce_id,
            source=Source(origin.source),
            made=datetime.now(UTC),
            software=SOFTWARE,
            version=self._version,
            ingredients=ingredients,
        )
        signed = self._credentials.sign(mark(data, origin), mime, provenance)
        said: dict[str, JsonValue] = {
            "produce_id": produce_id,
            "source_type": origin.source,
            "visible": self._visible.value,
        }
        return Marked(signed, mime, said)

    def preview(self, data: bytes, produce_id: str, *, from_own_picture: bool) -> bytes:
        """Label an unfinished picture that is shown and not kept; raise NotAPicture. It is not signed."""
        if self._visible is not VisibleLabel.OFF:
            data = labelled(data, self._visible, "JPEG")
        return mark(data, Origin(self._producer, produce_id, from_own_picture))

    def reduced(self, data: bytes, produce_id: str, *, from_own_picture: bool, limit_bytes: int) -> bytes:
        """Return a labelled copy of a finished picture that is small enough to be sent; it is not signed.

        What is recorded is the whole file. The visible label, where there is one, is in its pixels already.
        """
        with Image.open(BytesIO(data)) as image:
            flat = image.convert("RGB")
        for side in _REDUCED_SIDES:
            flat.thumbnail((side, side))
            out = BytesIO()
            flat.save(out, "JPEG", quality=_REDUCED_QUALITY)
            copy = mark(out.getvalue(), Origin(self._producer, produce_id, from_own_picture))
            if len(copy) <= limit_bytes:
                break
        return copy


def said_of_input(data: bytes, mime: str) -> dict[str, JsonValue]:
    """Return what a picture that a member gives says of itself, for its event; blocking.

    So that the record tells where an input was made by AI already. Empty for a picture that says nothing; what it says
    is taken down and not believed.
    """
    try:
        found = marks_of(data)
    except NotAPicture:
        # Some odd files open as pictures all the same.
        return {}
    said: dict[str, JsonValue] = {}
    if found.source_type is not None:
        said["source_type"] = found.source_type
    if found.labels:
        said["aigc"] = [dict(label.as_json()) for label in found.labels]
    if found.credentials:
        credentials = read(data, mime)
        said["c2pa"] = {"state": credentials.state.value, "source_types": list(credentials.source_types)}
    return said
