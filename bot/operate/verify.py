"""`colophon verify`: a bundle, a moderators' export, a receipt or a picture, checked offline."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.errors import OperatorError
from bot.evidence.pasted import unpasted

if TYPE_CHECKING:
    from storage.evidence.verify import Report, Trust

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_SMALL_BYTES = 4 * 2**20
"""A receipt, a checkpoint or a file of certificates has less."""


def verify(
    file: Annotated[
        Path, typer.Argument(help="A bundle or a moderators' export (zip or folder), a receipt, or a picture.")
    ],
    vkey: Annotated[list[str] | None, typer.Option(help="The log's public key, from outside.")] = None,
    anchor: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint note, or a receipt, held by someone else.")
    ] = None,
    witness: Annotated[list[str] | None, typer.Option(help="The public key of a witness.")] = None,
    tsa_roots: Annotated[Path | None, typer.Option(help="Certificates (PEM) that time stamps are trusted by.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="The bundle that a picture is looked up in.")] = None,
    c2pa_roots: Annotated[
        Path | None, typer.Option(help="Certificates (PEM) that content credentials are trusted by.")
    ] = None,
    language: Annotated[str, typer.Option(help="en-US or zh-CN.")] = "en-US",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")] = False,
) -> NoReturn:
    """Check a bundle, a moderators' export, a receipt or a picture, offline.

    Exit 0: verified. 1: refused, or a picture that the bundle does not record. 2: wrong usage. 3: nothing from outside
    (a key, a certificate, a bundle) decides it.
    """
    from storage.evidence.verify import Trust, render_report

    trust = Trust(
        vkeys=tuple(vkey or ()),
        anchors=tuple(unpasted(_bytes(path)) for path in anchor or ()),
        tsa_roots=_certificates(tsa_roots),
        witnesses=tuple(witness or ()),
    )
    report = _report(file, trust, bundle, _certificates(c2pa_roots))
    typer.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else render_report(report, language))
    sys.exit(report.exit_code)


def _report(file: Path, trust: "Trust", bundle: Path | None, c2pa_roots: bytes) -> "Report":
    from storage.evidence.verify import (
        is_moderation_export,
        is_receipt,
        verify_moderation,
        verify_receipt,
        verify_trusting,
    )

    for path in (file, bundle):
        if path is not None and not path.exists():
            raise OperatorError(f"there is no {path}")
    start = b"" if file.is_dir() else _bytes(file, 64)
    if is_receipt(start):
        return verify_receipt(_bytes(file), vkeys=trust.vkeys)
    if start.startswith(_PICTURES) or bundle is not None:
        # The library that reads content credentials is needed for nothing else.
        from storage.evidence.pictures import MAX_BYTES, verify_picture

        return verify_picture(_bytes(file, MAX_BYTES + 1), authority=c2pa_roots, bundle=bundle, trust=trust)
    if is_moderation_export(file):
        return verify_moderation(file, vkeys=trust.vkeys)
    return verify_trusting(file, trust)


def _certificates(path: Path | None) -> bytes:
    """Return a file of certificates; a wrong one must not make sound signatures look false."""
    if path is None:
        return b""
    from cryptography.x509 import load_pem_x509_certificates

    data = _bytes(path)
    try:
        load_pem_x509_certificates(data)
    except ValueError as error:
        raise OperatorError(f"{path}: there are no certificates (PEM) in it") from error
    return data


def _bytes(path: Path, limit: int = _SMALL_BYTES) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit)
    except OSError as error:
        raise OperatorError(f"{path}: cannot be read: {error.strerror}") from error
