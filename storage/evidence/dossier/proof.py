"""The appendix: every event with its hash, the signed checkpoint, and how to check all of it with common tools."""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Final

from storage.evidence.dossier.content import Content
from storage.evidence.dossier.document import Block, Code, Line, Look, Particulars, Prose, Section, Span, Table
from storage.evidence.dossier.telling import Telling
from storage.evidence.history import RecordedEvent
from storage.evidence.notes import SIGNATURE_PREFIX, VerifierKey

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4), up to the key itself.
_PEM_HEAD: Final = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp of a third party on a checkpoint of this log."""

    size: int
    authority: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LogFacts:
    """Of the log: its keys, the checkpoint that covers the dossier, and the time stamps up to it."""

    vkey: str
    retired: tuple[str, ...]
    size: int
    note: str
    stamps: tuple[Stamp, ...]
    bundle: str
    """The id of the bundle that the dossier lies in, or its own."""
    fields: str
    """The name of the choice of fields that are opened."""

    @property
    def origin(self) -> str:
        """Return the log's name."""
        return self.note.split("\n", 1)[0]

    @property
    def root(self) -> str:
        """Return the root of the tree, in base64."""
        return self.note.split("\n", 3)[2]


def proof(content: Content, log: LogFacts, telling: Telling) -> Section:
    """Return the appendix."""
    return Section(
        "proof",
        telling.text("chapter.proof"),
        (Prose(telling.line("proof.about")),),
        (
            Section(
                "checkpoint",
                telling.text("proof.checkpoint"),
                (
                    Prose(telling.line("proof.checkpoint-about")),
                    Particulars(tuple((telling.text(f"proof.{key}"), line) for key, line in _log(log, telling))),
                    Code(log.note.rstrip("\n")),
                ),
            ),
            Section("verify", telling.text("proof.verify"), tuple(_how_to_verify(log, telling))),
            Section("events", telling.text("proof.events"), (_events(content, telling),)),
        ),
    )


def _log(log: LogFacts, telling: Telling) -> Iterable[tuple[str, Line]]:
    yield "vkey", (Span(log.vkey, Look.CODE),)
    for vkey in log.retired:
        yield "vkey-retired", (Span(vkey, Look.CODE),)
    for stamp in log.stamps:
        yield (
            "stamp",
            telling.line("proof.stamped", time=telling.time(stamp.at), authority=stamp.authority, size=stamp.size),
        )
    if not log.stamps:
        yield "stamp", telling.absent("proof.no-stamp")


def _how_to_verify(log: LogFacts, telling: Telling) -> Iterable[Block]:
    yield Prose(telling.line("proof.verify-key"), note=True)
    yield Prose(telling.line("proof.verify-bundle"))
    programs = ("colophon verify", "python3 colophon_verify.py")
    yield Code("\n".join(f"{program} BUNDLE.zip --vkey {quote(log.vkey)}" for program in programs))
    yield Prose(telling.line("proof.verify-signature"))
    yield Code(signature_commands(log))
    yield Prose(telling.line("proof.verify-event"))
    yield Code(EVENT_COMMANDS)
    if log.stamps:
        yield Prose(telling.line("proof.verify-time"))
        yield Code(
            "\n".join(
                f"openssl ts -verify -data data/checkpoints/{stamp.size}.note "
                f"-in data/checkpoints/{stamp.size}-{stamp.authority}.tsr -CAfile ROOTS.pem"
                for stamp in log.stamps
            )
        )


EVENT_COMMANDS: Final = (
    "N=0   # the number of the event\n"
    '(printf \'\\000\'; grep -a "\\"seq\\":$N,\\"ts\\"" data/log.txt | tr -d \'\\n\') | openssl dgst -sha256'
)
"""Recompute a leaf's hash, in the folder of an unpacked bundle."""


def signature_commands(log: LogFacts) -> str:
    """Return the commands that check the checkpoint's signature with openssl alone."""
    text, _, lines = log.note.partition("\n\n")
    key = VerifierKey.parse(log.vkey)
    pem = b64encode(_PEM_HEAD + key.public).decode()
    signature = next(
        b64encode(b64decode(line.rpartition(" ")[2])[4:]).decode()
        for line in lines.splitlines()
        if line.startswith(f"{SIGNATURE_PREFIX}{key.name} ")
    )
    body = " ".join(quote(line) for line in text.splitlines())
    return (
        f"printf '%s\\n' '-----BEGIN PUBLIC KEY-----' {quote(pem)} '-----END PUBLIC KEY-----' > log.pem\n"
        f"printf '%s\\n' {body} > checkpoint.txt\n"
        f"printf '%s' {quote(signature)} | openssl base64 -d -A > checkpoint.sig\n"
        "openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in checkpoint.txt -sigfile checkpoint.sig"
    )


def _events(content: Content, telling: Telling) -> Table:
    head = tuple(telling.text(f"proof.{name}") for name in ("number", "time", "type", "hash"))
    rows = tuple(
        (
            telling.events([event.seq]),
            (Span(f"{event.at:%Y-%m-%dT%H:%M:%S}.{event.at.microsecond // 1000:03d}Z", Look.CODE),),
            (Span(event.kind, Look.CODE), *_closed(event, telling)),
            (Span(event.leaf_sha256.hex(), Look.CODE),),
        )
        for event in content.history
    )
    anchors = tuple(f"leaf-{event.seq}" for event in content.history)
    return Table(telling.text("proof.events-caption"), head, rows, (6, 21, 16, 57), anchors, dense=True)


def _closed(event: RecordedEvent, telling: Telling) -> Line:
    if not event.closed:
        return ()
    return (Span("\n"), *telling.absent("proof.closed"), Span(" "), Span(", ".join(event.closed), Look.CODE))
