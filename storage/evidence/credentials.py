"""Content credentials (C2PA) in a picture: who signed it, that AI made it, from what, and the draft it belongs to.

They are written last, over the finished bytes: whatever is written after them breaks them. No prompt and no person's
name goes in. A picture alone leads back to its event by the draft's id.
"""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from itertools import islice
from typing import Any, Final

from c2pa import Builder, C2paError, C2paSigningAlg, Context, Reader, Signer

from storage.errors import StorageError
from storage.evidence.certificates import SigningIdentity

log = logging.getLogger(__name__)

_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_DRAFTED: Final = "draft_id"
_MAX_TERM: Final = 100
_MAX_TERMS: Final = 8


class CredentialsError(StorageError):
    """A picture could not be given content credentials; nothing was delivered without them."""


class Source(StrEnum):
    """How a picture came about (IPTC NewsCodes, digital source type)."""

    GENERATED = "trainedAlgorithmicMedia"
    FROM_A_PICTURE = "compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A picture that went in; credentials it came with travel along. The new one is a version of a `parent`."""

    data: bytes
    mime: str
    parent: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the credentials say of a picture."""

    draft_id: str
    source: Source
    made: datetime
    software: str
    version: str
    ingredients: Sequence[Ingredient] = field(default=())


class State(StrEnum):
    """What a validator finds."""

    NONE = "none"
    """There are no credentials."""
    TRUSTED = "Trusted"
    """Sound, and signed below a certificate that the validator trusts."""
    VALID = "Valid"
    """Sound, and signed by somebody the validator does not know."""
    INVALID = "Invalid"
    """The picture, or what is said of it, was changed after it was signed."""


@dataclass(frozen=True, slots=True)
class Found:
    """The credentials of a picture as a validator reads them."""

    state: State
    draft_id: str | None = None
    signer: str | None = None
    source_types: tuple[str, ...] = ()
    """How its maker says that it came about (IPTC's terms), one for each act that says so."""


class Credentials:
    """Signs pictures for one operator; blocking, to be used in a thread, and from several at once."""

    def __init__(self, identity: SigningIdentity) -> None:
        self._identity = identity
        self._context = _context(identity.authority)

    def sign(self, data: bytes, mime: str, provenance: Provenance) -> bytes:
        """Return the picture with its credentials; not one pixel changes. Raise CredentialsError."""
        out = BytesIO()
        try:
            with (
                Builder(_manifest(provenance, mime), context=self._context) as builder,
                Signer.from_callback(
                    self._identity.sign, C2paSigningAlg.ES256, self._identity.chain.decode("ascii")
                ) as signer,
            ):
                for number, ingredient in enumerate(provenance.ingredients):
                    about = {
                        "title": f"input {number + 1}",
                        "format": ingredient.mime,
                        "relationship": "parentOf" if ingredient.parent else "inputTo",
                        "label": _label(number),
                    }
                    builder.add_ingredient(json.dumps(about), ingredient.mime, BytesIO(ingredient.data))
                builder.sign(signer, mime, BytesIO(data), out)
        except C2paError as error:
            raise CredentialsError(f"the picture could not be signed: {error}") from error
        return out.getvalue()

    def read(self, data: bytes, mime: str) -> Found:
        """Return what the credentials of a picture say, as somebody who trusts this operator's authority reads them."""
        return read(data, mime, self._identity.authority)


def read(data: bytes, mime: str, trusted: bytes = b"") -> Found:
    """Return the credentials of a picture; `trusted` are the authorities' certificates (PEM). Nothing is fetched."""
    try:
        with Reader(mime, BytesIO(data), context=_context(trusted)) as reader:
            manifest = reader.get_active_manifest() or {}
            state = State(reader.get_validation_state() or State.INVALID)
    except C2paError as error:
        if "ManifestNotFound" in str(error) or "no JUMBF" in str(error):
            return Found(State.NONE)
        log.info("credentials cannot be read: %s", type(error).__name__)
        return Found(State.INVALID)
    return Found(state, _draft_of(manifest), _signer_of(manifest), _source_types_of(manifest))


def _context(trusted: bytes) -> Context:
    settings: dict[str, Any] = {
        # A thumbnail costs ten times the signing, and shows what the picture shows.
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    if trusted:
        settings["trust"] = {"trust_anchors": trusted.decode("ascii")}
    return Context.from_dict(settings)


def _label(number: int) -> str:
    return f"ingredient_{number}"


def _manifest(provenance: Provenance, mime: str) -> str:
    """Return the manifest: what was done, in order; the first act is creating or opening (C2PA 2.1 section 18.15)."""
    parents = [n for n, ingredient in enumerate(provenance.ingredients) if ingredient.parent]
    inputs = [n for n, ingredient in enumerate(provenance.ingredients) if not ingredient.parent]
    made = {
        "when": provenance.made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "softwareAgent": {"name": provenance.software, "version": provenance.version},
        "digitalSourceType": f"{_SOURCE_TYPE}{provenance.source}",
    }
    parameters: dict[str, Any] = {_DRAFTED: provenance.draft_id}
    if inputs:
        parameters["ingredientIds"] = [_label(n) for n in inputs]
    actions: list[Mapping[str, Any]] = []
    if parents:
        actions.append({"action": "c2pa.opened", "parameters": {"ingredientIds": [_label(n) for n in parents]}})
        actions.append({"action": "c2pa.edited", **made, "parameters": parameters})
    else:
        actions.append({"action": "c2pa.created", **made, "parameters": parameters})
    return json.dumps(
        {
            "claim_generator_info": [{"name": provenance.software, "version": provenance.version}],
            "format": mime,
            "title": provenance.draft_id,
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
        }
    )


def _actions_of(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield what a manifest says was done; a stranger's may say it in any shape."""
    for assertion in _listed(manifest.get("assertions")):
        if str(_mapping(assertion).get("label")).startswith("c2pa.actions"):
            yield from map(_mapping, _listed(_mapping(_mapping(assertion).get("data")).get("actions")))


def _draft_of(manifest: Mapping[str, Any]) -> str | None:
    named = (_mapping(action.get("parameters")).get(_DRAFTED) for action in _actions_of(manifest))
    return next((found for found in named if isinstance(found, str)), None)


def _source_types_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    named = (action.get("digitalSourceType") for action in _actions_of(manifest))
    terms = (term.removeprefix(_SOURCE_TYPE)[:_MAX_TERM] for term in named if isinstance(term, str))
    return tuple(islice(dict.fromkeys(terms), _MAX_TERMS))


def _signer_of(manifest: Mapping[str, Any]) -> str | None:
    found = _mapping(manifest.get("signature_info")).get("common_name")
    return found if isinstance(found, str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()
