"""Reading a bundle as a record, once the verifier has passed it: events by their numbers, and pictures.

Each question goes through the log once from the front, so that memory does not grow with it.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.errors import NotFound
from storage.evidence.commitments import JsonValue, opened
from storage.evidence.events import OpenedEvent
from storage.evidence.verify.archive import Archive

_LOG = "data/log.txt"
_DISCLOSURES = "data/disclosures.jsonl"
_HIDDEN = b"~"


class BundleReader:
    """The events and pictures of one bundle; blocking."""

    def __init__(self, path: Path) -> None:
        self._archive = Archive(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()

    def events(self, seqs: Collection[int]) -> dict[int, OpenedEvent]:
        """Return those of some events that are shown, with the fields that are."""
        wanted = set(seqs)
        fields: dict[int, dict[str, JsonValue]] = {seq: {} for seq in wanted}
        for seq, name, text in self._disclosures():
            if seq in wanted:
                fields[seq][name] = opened(text)
        found = {}
        with closing(self._archive.lines(_LOG)) as lines:
            for line in lines:
                if not line.startswith(_HIDDEN) and (leaf := json.loads(line))["seq"] in wanted:
                    seq = leaf["seq"]
                    found[seq] = OpenedEvent(seq, leaf["type"], leaf["project"], tuple(leaf["refs"]), fields[seq])
        return found

    def showing(self, digest: str) -> list[int]:
        """Return the events whose field `image` names the file of a hash."""
        images = ((seq, opened(text)) for seq, name, text in self._disclosures() if name == "image")
        return [seq for seq, image in images if isinstance(image, dict) and image.get("sha256") == digest]

    def picture(self, digest: str) -> bytes:
        """Return a picture; raise NotFound where the bundle is without it."""
        name = f"data/blobs/{digest}"
        if name not in self._archive.names:
            raise NotFound(f"picture {digest}")
        return self._archive.read(name)

    def _disclosures(self) -> Iterator[tuple[int, str, str]]:
        with closing(self._archive.lines(_DISCLOSURES)) as lines:
            for line in lines:
                found = json.loads(line)
                yield found["seq"], found["field"], found["d"]
