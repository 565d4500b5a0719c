"""The multipart form of `/v1/images/edits`, as OpenAI's client sends it."""

from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from models.drafts.pictures import MAX_BYTES
from models.drafts.problems import Problem
from models.drafts.wire import MAX_PICTURES, ImageRequest

_FILES: Final = 8
_FIELDS: Final = 64
_MANY: Final = frozenset({"images"})


async def read_form(request: Request) -> ImageRequest:
    """Read a form into a request; raise Problem or pydantic's ValidationError.

    Several files under `image` or `image[]` are one picture to edit and, after it, pictures to blend it with.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise Problem(415, "invalid", "edits are sent as multipart/form-data")
    async with request.form(max_files=_FILES, max_fields=_FIELDS) as form:
        return ImageRequest.model_validate(await _fields(form))


async def _fields(form: FormData) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in form.multi_items():
        key = name.removesuffix("[]")
        known = await _bytes(value) if isinstance(value, UploadFile) else value
        if key == "image" and key in given:
            given.setdefault("images", []).append(known)
        elif key in _MANY:
            given.setdefault(key, []).append(known)
        else:
            given[key] = known
    if len(given.get("images", ())) > MAX_PICTURES:
        raise Problem(422, "invalid", f"up to {MAX_PICTURES} pictures can be blended", param="images")
    return given


async def _bytes(file: UploadFile) -> bytes:
    """Return a file's bytes; its size is known before it is read."""
    if (file.size or 0) > MAX_BYTES:
        raise Problem(413, "too-large", f"the picture is larger than {MAX_BYTES // 2**20} MiB")
    return await file.read()
