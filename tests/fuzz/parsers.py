"""Every parser of ours that reads bytes a stranger can choose: what it may raise, and sound samples to begin from.

tests/hostile/test_parsers.py tries them all with arbitrary and damaged bytes; `python -m tests.fuzz` goes on from there
as long as one likes, led by the lines of code that it reaches.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from PIL import Image

from bot.chat.typed import clean, said
from bot.draft.terms import folded
from bot.errors import UserFacing
from bot.evidence.pasted import unpasted
from bot.projects.filetypes import Document, FileType, plain_name, recognise
from bot.projects.previews import _embedded
from bot.projects.zipped import Zip
from storage.darkroom.frames import Garbled, packed, received
from storage.evidence.containers import NotAPicture, carried
from storage.evidence.der import sort_certificates
from storage.evidence.exif import user_comment, with_user_comment
from storage.evidence.marks import Origin, mark, marks_of
from storage.evidence.notes import Checkpoint, SigningKey, VerifierKey
from storage.evidence.ots import BadStamp, Proof, parse_paths
from storage.evidence.timestamps import stated_time
from storage.evidence.verify import verify_receipt
from storage.evidence.verify.primitives import (
    BAD,
    parse_checkpoint,
    parse_note,
    parse_signatures,
    parse_vkey,
    strict_json,
)
from tests.bot.projects.files import SAMPLES

MOST_BYTES: Final = 4096
_KEY: Final = SigningKey("fuzz.example/log1", bytes(32))


@dataclass(frozen=True, slots=True)
class Parser:
    """What is tried: `errors` are all that it may raise, and everything else is a hole."""

    read: Callable[[bytes], Any]
    errors: tuple[type[Exception], ...] = ()
    samples: Sequence[bytes] = ()

    def feed(self, data: bytes) -> None:
        """Read some bytes; raise what it must not raise."""
        try:
            self.read(data)
        except self.errors:
            return


def _text(read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda data: read(data.decode("utf-8", "replace"))


def _pictures() -> tuple[bytes, ...]:
    found = []
    for kind in ("PNG", "JPEG", "WEBP"):
        out = BytesIO()
        Image.new("RGB", (9, 7), "orange").save(out, kind)
        found.append(mark(out.getvalue(), Origin("fuzz.example/log1", "d0-1")))
    return tuple(found)


def _note() -> bytes:
    text = "fuzz.example/log1\n3\n" + "A" * 43 + "=\n"
    return _KEY.sign(text).encode()


def _message() -> bytes:
    return b"".join(packed({"work": "check", "how": {"mask": True}, "seconds": 1}, [b"one", b"two"]))


PARSERS: Final[Mapping[str, Parser]] = {
    "containers": Parser(carried, (NotAPicture,), _pictures()),
    "marks": Parser(marks_of, (NotAPicture,), _pictures()),
    "exif": Parser(user_comment, (), (with_user_comment("orange"),)),
    "der": Parser(sort_certificates, (), (b"\x30\x0c\x30\x03\x02\x01\x00\x30\x05\x06\x01\x2a\xa0\x00",)),
    "timestamps": Parser(stated_time, (ValueError,), (b"\x30\x0c\x30\x03\x02\x01\x00\x30\x05\x06\x01\x2a\xa0\x00",)),
    "ots": Parser(Proof.parse, (BadStamp,)),
    "ots-paths": Parser(lambda data: parse_paths(data, bytes(32)), (BadStamp,), (b"\x08\x00" + bytes(9),)),
    "checkpoint": Parser(_text(lambda text: Checkpoint.open(text, _KEY.verifier)), (ValueError,), (_note(),)),
    "verifier-key": Parser(_text(VerifierKey.parse), (ValueError,), (_KEY.verifier.encode().encode(),)),
    "verify-json": Parser(strict_json, (ValueError,), (b'{"seq":1,"refs":[1,2]}', b"[" * 2000, b"1" * 4000)),
    "verify-key": Parser(_text(parse_vkey), BAD, (_KEY.verifier.encode().encode(),)),
    "verify-note": Parser(lambda data: parse_checkpoint(parse_note(data)), BAD, (_note(),)),
    "verify-signatures": Parser(parse_signatures, BAD, (_note(),)),
    "receipt": Parser(verify_receipt, (), (b"c2sp.org/tlog-proof@v1\nextra AAAA\nindex 0\n\n" + _note(),)),
    "pasted": Parser(unpasted, (), (b"look:\n```\n" + _note() + b"```\n",)),
    "frames": Parser(lambda data: received(BytesIO(data).read), (Garbled,), (_message(),)),
    "file-types": Parser(recognise, (), tuple(data[:MOST_BYTES] for data in SAMPLES.values())),
    "zip": Parser(
        lambda data: [
            archive.read(name, limit=999) for archive in [Zip.open(data)] if archive for name in archive.names
        ],
        (),
        (SAMPLES[FileType.KRITA], SAMPLES[FileType.ZIP]),
    ),
    "previews": Parser(
        lambda data: [_embedded(Document(data, kind, "x")) for kind in (FileType.PHOTOSHOP, FileType.KRITA)],
        (),
        (SAMPLES[FileType.PHOTOSHOP], SAMPLES[FileType.KRITA]),
    ),
    "file-name": Parser(_text(plain_name), (), (b"../a.psd",)),
    "typed": Parser(_text(lambda text: said(clean(text), 300)), (UserFacing,), ("a\u202eb".encode(),)),
    "folded": Parser(_text(folded), (), ("Ａpple".encode(),)),
}
