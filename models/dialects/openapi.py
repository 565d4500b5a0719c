"""What a server's own OpenAPI 3 document says about the Images API: which routes it has and which fields they take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_JSON, _FORM = "application/json", "multipart/form-data"
_MOST_REFERENCES = 8


@dataclass(frozen=True, slots=True)
class Routes:
    """The fields that each route takes; None where the server does not have the route."""

    generations: frozenset[str] | None
    edits: frozenset[str] | None


OPENAI: Final = Routes(frozenset({"prompt", "model", "n", "size", "output_format", "stream", "partial_images"}), None)
"""What OpenAI's API reference lets one ask of every model of the GPT Image family; edits are left to those who say."""
VLLM_OMNI: Final = Routes(
    frozenset(
        {
            *("prompt", "model", "n", "size", "response_format", "output_format"),
            *("negative_prompt", "num_inference_steps", "guidance_scale", "seed"),
        }
    ),
    None,
)
"""The fields of vLLM-Omni's ImageGenerationRequest, for a server that was told to keep its document to itself."""


def read_routes(document: Mapping[str, Any]) -> Routes | None:
    """Read an OpenAPI document; None where it describes no way to make pictures."""
    generations = _fields(document, "/images/generations", _JSON)
    if generations is None:
        return None
    return Routes(generations, _fields(document, "/images/edits", _FORM))


def _fields(document: Mapping[str, Any], route: str, media_type: str) -> frozenset[str] | None:
    for path, item in _mapping(document.get("paths")).items():
        if str(path).endswith(route):
            body = _resolved(document, _dig(item, "post", "requestBody"))
            schema = _dig(body, "content", media_type, "schema")
            return frozenset(_properties(document, schema, _MOST_REFERENCES)) or None
    return None


def _properties(document: Mapping[str, Any], schema: object, depth: int) -> Iterator[str]:
    """Yield the names that a schema allows, those of the schemas it is put together from included."""
    if not depth:  # a document may refer to itself
        return
    found = _resolved(document, schema)
    yield from (str(name) for name in _mapping(found.get("properties")))
    for kind in ("allOf", "anyOf", "oneOf"):
        parts = found.get(kind)
        for part in parts if isinstance(parts, list) else ():
            yield from _properties(document, part, depth - 1)


def _resolved(document: Mapping[str, Any], value: object) -> Mapping[str, Any]:
    """Follow a reference within the document; references elsewhere lead nowhere."""
    found = _mapping(value)
    for _ in range(_MOST_REFERENCES):
        reference = found.get("$ref")
        if not isinstance(reference, str):
            return found
        found = _dig(document, *reference.removeprefix("#/").split("/"))
    return {}


def _dig(value: object, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = _mapping(value).get(key)
    return _mapping(value)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
