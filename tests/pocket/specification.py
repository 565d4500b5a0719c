"""Discord's own specification (its OpenAPI document): which routes there are, and what a body may look like.

The document is not ours to ship. It is found by COLOPHON_DISCORD_OPENAPI, else beside the repository.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Json = Any

VARIABLE: Final = "COLOPHON_DISCORD_OPENAPI"
BESIDE: Final = Path(__file__).resolve().parents[3] / "shared" / "discord" / "openapi.json"
MISSING: Final = f"Discord's OpenAPI document is not here: set {VARIABLE} to its path to check every request against it"
# Taken out of the environment: the settings of the bot refuse a variable that they do not know.
_GIVEN: Final = os.environ.pop(VARIABLE, None)
_NAME: Final = "urn:discord"
_METHODS: Final = ("get", "put", "post", "patch", "delete")


def document_path() -> Path | None:
    """Return where the document is, or None where there is none."""
    path = Path(_GIVEN or BESIDE)
    return path if path.is_file() else None


def hand_on() -> None:
    """Put the variable back for processes that are about to be started, which take it out of theirs again."""
    if _GIVEN is not None:
        os.environ[VARIABLE] = _GIVEN


@dataclass(frozen=True, slots=True)
class Operation:
    """A route of the document: a method, and a path with gaps."""

    method: str
    template: str

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.template}"

    def fits(self, method: str, parts: Sequence[str]) -> bool:
        """Tell whether a request is one of these."""
        own = self.template.split("/")
        same = all(name == part or name.startswith("{") for name, part in zip(own, parts, strict=False))
        return method.lower() == self.method and len(own) == len(parts) and same


class Specification:
    """The document, read as Discord behaves rather than as it is written.

    Discord takes integers for the numbers that it writes as strings, and where the document says that exactly one
    variant fits, several may.
    """

    def __init__(self, path: Path) -> None:
        document = _loosened(json.loads(path.read_text(encoding="utf-8")))
        self._paths: Mapping[str, Json] = document["paths"]
        schemas = document["components"]["schemas"]
        schemas["SnowflakeType"] = {"type": ["string", "integer"], "pattern": "^[0-9]+$"}
        # Channels for media are in the documentation, and not yet in the document.
        schemas["ChannelTypes"]["anyOf"].append({"const": 16})
        self._registry: Registry[Json] = Registry().with_resource(
            _NAME, Resource.from_contents(document, default_specification=DRAFT202012)
        )
        self._validators: dict[str, Draft202012Validator] = {}

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """All routes, those without a gap before those that would take anything for it."""
        found = [Operation(m, template) for template, item in self._paths.items() for m in _METHODS if m in item]
        return tuple(sorted(found, key=lambda operation: operation.template.count("{")))

    def operation(self, method: str, path: str) -> Operation | None:
        """Return the route of a request, or None where Discord has no such route."""
        parts = path.split("/")
        return next((operation for operation in self.operations if operation.fits(method, parts)), None)

    def request_problems(self, operation: Operation, body: Json) -> list[str]:
        """Return what Discord would not take of a request's body, each with its place in it."""
        content = self._paths[operation.template][operation.method].get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return [] if body in (None, {}) else ["body: this route takes none"]
        return self._problems(operation, ("requestBody", "content", "application/json", "schema"), body)

    def response_problems(self, operation: Operation, status: int, body: Json) -> list[str]:
        """Return what a client of Discord would not expect of an answer."""
        responses = self._paths[operation.template][operation.method]["responses"]
        if str(status) not in responses:
            return [] if 400 <= status < 500 else [f"status: {status} is none of {', '.join(responses)}"]
        if "application/json" not in responses[str(status)].get("content", {}):
            return []
        where = ("responses", str(status), "content", "application/json", "schema")
        return self._problems(operation, where, body)

    def _problems(self, operation: Operation, where: Sequence[str], body: Json) -> list[str]:
        pointer = "/".join(_escaped(step) for step in ("paths", operation.template, operation.method, *where))
        if pointer not in self._validators:
            schema = {"$ref": f"{_NAME}#/{pointer}"}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        return [told for error in self._validators[pointer].iter_errors(body) for told in _told(error)]


def _loosened(schema: Json) -> Json:
    if isinstance(schema, list):
        return [_loosened(part) for part in schema]
    if isinstance(schema, dict):
        return {("anyOf" if key == "oneOf" else key): _loosened(part) for key, part in schema.items()}
    return schema


def _escaped(step: str) -> str:
    """Return a step of a JSON pointer as it stands in an address (RFC 6901, section 6)."""
    return step.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _told(error: ValidationError) -> Iterator[str]:
    """Tell an error by its innermost cause, in the variant that was meant."""
    variants: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        variants.setdefault(inner.schema_path[0], []).append(inner)
    meant = [errors for errors in variants.values() if not any(_is_other_kind(inner) for inner in errors)]
    if error.validator == "anyOf" and meant:
        for inner in max(meant, key=lambda errors: max(len(inner.absolute_path) for inner in errors)):
            yield from _told(inner)
        return
    place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    yield f"body{place}: {error.message[:200]}"


def _is_other_kind(error: ValidationError) -> bool:
    """Tell whether an error only says that a variant is not the one: another `type`, or not even of that sort."""
    if error.validator == "type":
        return not error.relative_path
    return error.validator in ("const", "enum") and list(error.relative_path) == ["type"]
