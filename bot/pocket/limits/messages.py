"""Discord's limits on messages and their embeds; a body over one is refused as Discord would (50035)."""

from collections.abc import Collection
from typing import Any

from bot.pocket.codes import Json, MessageFlag
from bot.pocket.limits.components import check_layout, check_rows
from bot.pocket.limits.problems import Path, Problems

MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_FILES = 10
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
_EMBED_TEXTS = {"title": 256, "description": 4096}


def check_message(body: Json, uploads: Collection[int], kept: Collection[int] = (), *, v2: bool = False) -> None:
    """Refuse a message body over any limit.

    `uploads` are the indices of the files that came with the body, `kept` the ids of attachments that the
    message already has, `v2` whether it already uses layout components.
    """
    problems = Problems()
    problems.text(("content",), body.get("content"), 0, MAX_CONTENT, required=False)
    nonce = body.get("nonce")
    problems.text(("nonce",), None if nonce is None else str(nonce), 0, MAX_NONCE, required=False)
    problems.whole(("flags",), body.get("flags"), 0, (1 << 31) - 1)
    _check_embeds(problems, body.get("embeds"))
    _check_attachments(problems, body.get("attachments"), uploads, kept)
    _check_mentions(problems, body.get("allowed_mentions"))
    flags = body.get("flags")
    if v2 or (isinstance(flags, int) and flags & MessageFlag.COMPONENTS_V2):
        _refuse_legacy_fields(problems, body)
        if not v2 or "components" in body:
            check_layout(problems, ("components",), body.get("components"))
    else:
        check_rows(problems, ("components",), body.get("components"))
    problems.raise_if_any()


def _refuse_legacy_fields(problems: Problems, body: Json) -> None:
    for key in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(key):
            problems.add(
                (key,),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _check_embeds(problems: Problems, embeds: Any) -> None:
    total = 0
    for path, embed in problems.objects(("embeds",), embeds, 0, MAX_EMBEDS, required=False):
        texts: list[tuple[Path, Any, int]] = [
            ((*path, key), embed.get(key), high) for key, high in _EMBED_TEXTS.items()
        ]
        texts.append(((*path, "footer", "text"), _inner(embed, "footer", "text"), 2048))
        texts.append(((*path, "author", "name"), _inner(embed, "author", "name"), 256))
        for where, value, high in texts:
            problems.text(where, value, 0, high, required=False)
            total += len(str(value or ""))
        for where, field in problems.objects((*path, "fields"), embed.get("fields"), 0, 25, required=False):
            problems.text((*where, "name"), field.get("name"), 1, 256)
            problems.text((*where, "value"), field.get("value"), 1, 1024)
            total += len(str(field.get("name", ""))) + len(str(field.get("value", "")))
    if total > MAX_EMBED_TEXT:
        problems.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}")


def _inner(embed: Json, outer: str, key: str) -> Any:
    value = embed.get(outer)
    return value.get(key) if isinstance(value, dict) else None


def _check_attachments(problems: Problems, attachments: Any, uploads: Collection[int], kept: Collection[int]) -> None:
    listed = problems.objects(("attachments",), attachments, 0, MAX_FILES, required=False)
    if attachments is None and len(kept) + len(uploads) > MAX_FILES:
        problems.add(("attachments",), "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    known = {str(each) for each in (*uploads, *kept)}
    for path, each in listed:
        problems.text((*path, "description"), each.get("description"), 0, 1024, required=False)
        if str(each.get("id")) not in known:
            problems.add((*path, "id"), "ATTACHMENT_NOT_FOUND", f"Attachment {each.get('id')} was not found")


def _check_mentions(problems: Problems, allowed: Any) -> None:
    if not isinstance(allowed, dict):
        return
    parse = problems.sized(("allowed_mentions", "parse"), allowed.get("parse"), 0, 3, required=False)
    for index, each in enumerate(parse):
        problems.choice(("allowed_mentions", "parse", index), each, {"users", "roles", "everyone"})
    for key in ("users", "roles"):
        listed = problems.sized(("allowed_mentions", key), allowed.get(key), 0, 100, required=False)
        if listed and key in parse:
            problems.add(
                ("allowed_mentions",),
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                f'parse:["{key}"] and {key}: [ids...] are mutually exclusive.',
            )
