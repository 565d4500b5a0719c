"""Discord's limits on components: rows of buttons and selects, layouts (V2), modals."""

from collections.abc import Callable, Iterator

from bot.pocket.codes import SELECTS, Component, Json
from bot.pocket.limits.problems import Path, Problems

MAX_LAYOUT_COMPONENTS = 40
MAX_LAYOUT_TEXT = 4000
_LINK, _PREMIUM = 5, 6
_IN_LAYOUT = frozenset(
    {
        Component.ACTION_ROW,
        Component.SECTION,
        Component.TEXT_DISPLAY,
        Component.MEDIA_GALLERY,
        Component.FILE,
        Component.SEPARATOR,
    }
)
_AT_TOP_OF_LAYOUT = _IN_LAYOUT | {Component.CONTAINER}
_IN_MODAL = frozenset({Component.ACTION_ROW, Component.LABEL, Component.TEXT_DISPLAY})


def walk(components: object) -> Iterator[Json]:
    """Yield every component of a tree, parents first."""
    if isinstance(components, dict):
        components = [components]
    for each in components if isinstance(components, list) else []:
        if isinstance(each, dict):
            yield each
            for key in ("components", "component", "accessory"):
                yield from walk(each.get(key))


def check_rows(problems: Problems, path: Path, components: object) -> None:
    """Check the components of an ordinary message: up to five rows."""
    for where, row in problems.objects(path, components, 0, 5, required=False):
        if problems.choice((*where, "type"), row.get("type"), {Component.ACTION_ROW}):
            _check_row(problems, where, row)
    _check_ids(problems, path, components)


def check_layout(problems: Problems, path: Path, components: object) -> None:
    """Check the components of a V2 message: what may nest where, how many, how much text."""
    for where, each in problems.objects(path, components, 1, MAX_LAYOUT_COMPONENTS):
        if problems.choice((*where, "type"), each.get("type"), _AT_TOP_OF_LAYOUT):
            _check_layout_part(problems, where, each)
    everything = list(walk(components))
    if len(everything) > MAX_LAYOUT_COMPONENTS:
        problems.add(
            path,
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
            f"Total components exceed {MAX_LAYOUT_COMPONENTS}",
        )
    text = sum(len(str(e.get("content", ""))) for e in everything if e.get("type") == Component.TEXT_DISPLAY)
    if text > MAX_LAYOUT_TEXT:
        problems.add(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", f"Text exceeds {MAX_LAYOUT_TEXT} characters")
    _check_ids(problems, path, components)


def check_modal(modal: Json) -> None:
    """Refuse a form whose title, fields or the limits of a field break a limit."""
    problems, path = Problems(), ("data",)
    _check_form(problems, path, modal)
    problems.raise_if_any()


def _check_form(problems: Problems, path: Path, modal: Json) -> None:
    problems.text((*path, "title"), modal.get("title"), 1, 45)
    problems.text((*path, "custom_id"), modal.get("custom_id"), 1, 100)
    components = modal.get("components")
    for where, each in problems.objects((*path, "components"), components, 1, 5):
        if not problems.choice((*where, "type"), each.get("type"), _IN_MODAL):
            continue
        match each["type"]:
            case Component.ACTION_ROW:
                for inner_path, field in problems.objects((*where, "components"), each.get("components"), 1, 1):
                    problems.text((*inner_path, "label"), field.get("label"), 1, 45)
                    _check_field(problems, inner_path, field)
            case Component.LABEL:
                problems.text((*where, "label"), each.get("label"), 1, 45)
                problems.text((*where, "description"), each.get("description"), 0, 100, required=False)
                _check_field(problems, (*where, "component"), each.get("component"))
            case _:
                problems.text((*where, "content"), each.get("content"), 1, MAX_LAYOUT_TEXT)
    _check_ids(problems, (*path, "components"), components)


def _check_ids(problems: Problems, path: Path, components: object) -> None:
    custom, numbers = set[str](), set[int]()
    for each in walk(components):
        custom_id, number = each.get("custom_id"), each.get("id")
        if isinstance(custom_id, str) and custom_id in custom:
            problems.add(path, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        if isinstance(number, int) and number and number in numbers:
            problems.add(path, "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        custom.add(str(custom_id))
        numbers.add(number if isinstance(number, int) else 0)


def _check_row(problems: Problems, path: Path, row: Json) -> None:
    inside = problems.objects((*path, "components"), row.get("components"), 1, 5)
    for where, each in inside:
        if not problems.choice((*where, "type"), each.get("type"), {Component.BUTTON} | SELECTS):
            continue
        if each["type"] == Component.BUTTON:
            _check_button(problems, where, each)
        else:
            _check_select(problems, where, each)
            if len(inside) > 1:
                problems.add(
                    path,
                    "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                    "The specified component exceeds the maximum width",
                )


def _check_button(problems: Problems, path: Path, button: Json) -> None:
    style = button.get("style")
    if not problems.choice((*path, "style"), style, range(1, 7)):
        return
    has_face = bool(button.get("emoji")) or style == _PREMIUM
    problems.text((*path, "label"), button.get("label"), 0 if has_face else 1, 80, required=not has_face)
    if style == _LINK:
        problems.text((*path, "url"), button.get("url"), 1, 512)
    elif style != _PREMIUM:
        problems.text((*path, "custom_id"), button.get("custom_id"), 1, 100)
    if style == _LINK and button.get("custom_id"):
        problems.add(
            (*path, "custom_id"),
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        )


def _check_select(problems: Problems, path: Path, select: Json) -> None:
    problems.text((*path, "custom_id"), select.get("custom_id"), 1, 100)
    problems.text((*path, "placeholder"), select.get("placeholder"), 0, 150, required=False)
    problems.whole((*path, "min_values"), select.get("min_values"), 0, 25)
    problems.whole((*path, "max_values"), select.get("max_values"), 1, 25)
    if select["type"] == Component.STRING_SELECT:
        _check_options(problems, path, select, 1, 25)


def _check_options(problems: Problems, path: Path, holder: Json, low: int, high: int) -> None:
    seen: set[str] = set()
    for where, option in problems.objects((*path, "options"), holder.get("options"), low, high):
        problems.text((*where, "label"), option.get("label"), 1, 100)
        problems.text((*where, "value"), option.get("value"), 1, 100)
        problems.text((*where, "description"), option.get("description"), 0, 100, required=False)
        value = str(option.get("value"))
        if value in seen:
            problems.add(
                (*where, "value"),
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
        seen.add(value)


def _check_layout_part(problems: Problems, path: Path, part: Json) -> None:
    match part["type"]:
        case Component.ACTION_ROW:
            _check_row(problems, path, part)
        case Component.TEXT_DISPLAY:
            problems.text((*path, "content"), part.get("content"), 1, MAX_LAYOUT_TEXT)
        case Component.MEDIA_GALLERY:
            for where, item in problems.objects((*path, "items"), part.get("items"), 1, 10):
                _check_media(problems, (*where, "media"), item.get("media"))
                problems.text((*where, "description"), item.get("description"), 0, 1024, required=False)
        case Component.FILE:
            _check_media(problems, (*path, "file"), part.get("file"))
        case Component.SECTION:
            _check_section(problems, path, part)
        case Component.CONTAINER:
            for where, inner in problems.objects((*path, "components"), part.get("components"), 1, 40):
                if problems.choice((*where, "type"), inner.get("type"), _IN_LAYOUT):
                    _check_layout_part(problems, where, inner)


def _check_section(problems: Problems, path: Path, section: Json) -> None:
    for where, text in problems.objects((*path, "components"), section.get("components"), 1, 3):
        if problems.choice((*where, "type"), text.get("type"), {Component.TEXT_DISPLAY}):
            problems.text((*where, "content"), text.get("content"), 1, MAX_LAYOUT_TEXT)
    accessory = section.get("accessory")
    if not isinstance(accessory, dict):
        problems.add((*path, "accessory"), "BASE_TYPE_REQUIRED", "This field is required")
    elif accessory.get("type") == Component.BUTTON:
        _check_button(problems, (*path, "accessory"), accessory)
    elif problems.choice((*path, "accessory", "type"), accessory.get("type"), {Component.BUTTON, Component.THUMBNAIL}):
        _check_media(problems, (*path, "accessory", "media"), accessory.get("media"))


def _check_media(problems: Problems, path: Path, media: object) -> None:
    url = media.get("url") if isinstance(media, dict) else None
    problems.text((*path, "url"), url, 1, 2048)


def _check_field(problems: Problems, path: Path, field: object) -> None:
    if not isinstance(field, dict):
        problems.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        return
    kind = field.get("type")
    if not problems.choice((*path, "type"), kind, _FIELDS.keys()):
        return
    problems.text((*path, "custom_id"), field.get("custom_id"), 1, 100)
    _FIELDS[Component(field["type"])](problems, path, field)


def _check_text_input(problems: Problems, path: Path, field: Json) -> None:
    problems.choice((*path, "style"), field.get("style"), {1, 2})
    problems.text((*path, "value"), field.get("value"), 0, 4000, required=False)
    problems.text((*path, "placeholder"), field.get("placeholder"), 0, 100, required=False)
    problems.whole((*path, "min_length"), field.get("min_length"), 0, 4000)
    problems.whole((*path, "max_length"), field.get("max_length"), 1, 4000)


def _check_file_upload(problems: Problems, path: Path, field: Json) -> None:
    problems.whole((*path, "min_values"), field.get("min_values"), 0, 10)
    problems.whole((*path, "max_values"), field.get("max_values"), 1, 10)


def _check_radio_group(problems: Problems, path: Path, field: Json) -> None:
    _check_options(problems, path, field, 2, 10)


def _check_checkbox_group(problems: Problems, path: Path, field: Json) -> None:
    _check_options(problems, path, field, 1, 10)


def _check_nothing_more(problems: Problems, path: Path, field: Json) -> None:
    """Accept a checkbox, which has no limits beyond its custom id."""


_FIELDS: dict[Component, Callable[[Problems, Path, Json], None]] = {
    Component.TEXT_INPUT: _check_text_input,
    Component.FILE_UPLOAD: _check_file_upload,
    Component.RADIO_GROUP: _check_radio_group,
    Component.CHECKBOX_GROUP: _check_checkbox_group,
    Component.CHECKBOX: _check_nothing_more,
    **dict.fromkeys(SELECTS, _check_select),
}
