"""From an order to a way of drawing it: which pipeline, with which arguments, and what is done to its picture after.

Everything here works on pictures and words, in any thread; no network is run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from PIL import Image

from models.drafts.craft import canvas, colouring, flats, lines
from models.drafts.loaded import LoadedModel, Start, Words
from models.drafts.order import Operation, Order
from models.drafts.problems import Problem
from models.drafts.sizes import near_size
from models.drafts.steps.flow import PLAIN, Setup

Finish = Callable[[Image.Image], Image.Image]

_STRENGTHS: Final = {
    Operation.REDRAW: 0.6,
    Operation.SKETCH: 0.75,
    Operation.COLOUR: 0.9,
    Operation.RESTYLE: 0.65,
    Operation.VARY: 0.4,
    Operation.BLEND: 0.6,
    Operation.INPAINT: 1.0,
    Operation.OUTPAINT: 1.0,
}
_STROKES: Final = {Operation.SKETCH: ("scribble", "lineart"), Operation.COLOUR: ("lineart", "scribble")}

_UNION_MODES: Final = {"scribble": 2, "lineart": 3}
"""How a control net for everything is told what it reads (the order in which diffusers' union nets were trained)."""


@dataclass(frozen=True, slots=True)
class Method:
    """How an order is drawn by a model.

    `arguments` go to the pipeline's call, besides the seed and what `each` candidate has of its own. `about` says in
    the record what was done. `finish` is applied to each picture. `start` None means that no network takes part and
    `finish` does it all, to `source`.
    """

    start: Start | None
    size: tuple[int, int]
    arguments: Mapping[str, Any]
    control: str | None = None
    setup: Setup = PLAIN
    scheduler: str | None = None
    finish: tuple[Finish, ...] = ()
    source: Image.Image | None = None
    each: tuple[Mapping[str, Any], ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    def call(self, candidate: int) -> Mapping[str, Any]:
        """Return the arguments of one candidate's call, besides the seed."""
        return {**self.arguments, **(self.each[candidate] if self.each else {})}


def offered(model: LoadedModel) -> tuple[Operation, ...]:
    """Return what a model can be asked for."""
    found = [Operation.DRAFT]
    if _picture_start(model) is not None:
        found += [Operation.REDRAW, Operation.SKETCH, Operation.COLOUR, Operation.RESTYLE, Operation.VARY]
        found += [Operation.BLEND, Operation.INPAINT, Operation.OUTPAINT]
    drawn = [operation for operation in found if operation not in model.lacks]
    return (*drawn, Operation.LINES, Operation.UPSCALE)


def method_of(model: LoadedModel, order: Order) -> Method:
    """Find out how to draw an order; raise Problem where the model cannot, or where something is missing."""
    if order.operation not in offered(model):
        raise Problem(422, "cannot", f"this model cannot {order.operation.value}", param="operation")
    _check_names(model, order)
    match order.operation:
        case Operation.DRAFT:
            return _from_words(model, order)
        case Operation.SKETCH | Operation.COLOUR:
            return _from_strokes(model, order)
        case Operation.BLEND:
            return _blended(model, order)
        case Operation.INPAINT:
            image = _needed(order.image, "image")
            return _masked(model, order, image, _mask(order, image.size))
        case Operation.OUTPAINT:
            return _outpainted(model, order)
        case Operation.LINES:
            source = _needed(order.image, "image")
            return Method(None, source.size, {}, source=source, finish=(lines.extract_lines,), about={"method": "xdog"})
        case Operation.UPSCALE:
            return Method(None, _needed(order.image, "image").size, {}, source=_needed(order.image, "image"))
        case _:
            return _from_picture(model, order, _needed(order.image, "image"))


def _check_names(model: LoadedModel, order: Order) -> None:
    """Refuse what the model does not have, by name."""
    named = [("style", order.style, model.styles), ("scheduler", order.scheduler, model.schedulers)]
    named += [("loras", name, tuple(model.adapters)) for name, _ in order.loras]
    named += [("control", order.control, tuple(model.controls))]
    for param, name, known in named:
        if name is not None and name not in known:
            there = ", ".join(known) or "none"
            raise Problem(422, f"unknown-{param.removesuffix('s')}", f"this model has: {there}", param=param)


def _needed(image: Image.Image | None, param: str) -> Image.Image:
    if image is None:
        raise Problem(422, "picture-needed", f"this operation needs the field {param}", param=param)
    return image


def _picture_start(model: LoadedModel) -> Start | None:
    """Return how the model begins from a picture: by a pipeline of its own, or by its usual one."""
    if model.can(Start.PICTURE):
        return Start.PICTURE
    return Start.WORDS if model.takes("image") else None


def _size(model: LoadedModel, order: Order, like: Image.Image | None = None) -> tuple[int, int]:
    """Return the size to draw at: the asked one, else the picture's shape at the number of pixels the model knows."""
    family = model.family
    if order.width and order.height:
        width, height = (
            max(family.multiple, side // family.multiple * family.multiple) for side in (order.width, order.height)
        )
        return (min(width, height),) * 2 if family.square else (width, height)
    if like is None and order.aspect is not None and not family.square:
        return canvas.sizes_for(order.aspect, family.side**2, family.multiple)
    if like is None or family.square:
        return family.side, family.side
    return near_size(like.size, family.side**2, family.multiple)


def _fitted(model: LoadedModel, image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return canvas.fit(image, *size, pad=model.family.square)


def _common(model: LoadedModel, order: Order, words: Words) -> dict[str, Any]:
    """Return the arguments that every way of drawing has."""
    family = model.family
    guidance = family.guidance if order.guidance is None else order.guidance
    given: dict[str, Any] = {
        "prompt": words.prompt,
        "num_inference_steps": order.steps or family.steps,
        family.guidance_name: guidance,
    }
    if words.negative and family.negative and guidance > 1:
        given["negative_prompt"] = words.negative
    return given | dict(words.arguments)


def _method(
    model: LoadedModel, order: Order, start: Start, size: tuple[int, int], given: Mapping[str, Any], **rest: Any
) -> Method:
    control: str | None = rest.pop("control", None)
    about: dict[str, Any] = dict(rest.pop("about", {}))
    words = model.read(order)
    arguments = _common(model, order, words) | dict(given)
    sides = {"width": size[0], "height": size[1]}
    arguments |= {n: v for n, v in sides.items() if model.takes(n, start, control)}
    share = 0.0
    if model.reads_pictures:
        # A pipeline with a picture prompt wants one in every call; a share of 0 leaves it without effect.
        arguments["ip_adapter_image"] = order.reference or Image.new("RGB", (224, 224), "grey")
        share = 0.6 if order.reference is not None else 0.0
        about["picture_prompt"] = share
    elif order.reference is not None:
        raise Problem(422, "cannot", "this model takes no picture as a reference for style", param="reference")
    return Method(
        start,
        size,
        arguments,
        control=control,
        setup=Setup(tuple(sorted(order.loras)), share),
        scheduler=order.scheduler,
        each=words.each,
        about={**words.about, **about},
        **rest,
    )


def _from_words(model: LoadedModel, order: Order) -> Method:
    control = order.control
    if control is None or order.image is None:
        return _method(model, order, Start.WORDS, _size(model, order), {}, about={"method": "words"})
    size = _size(model, order, order.image)
    given = _control(model, order, control, _fitted(model, order.image, size))
    return _method(model, order, Start.WORDS, size, given, control=control, about={"method": f"control {control}"})


def _control(model: LoadedModel, order: Order, control: str, strokes: Image.Image) -> dict[str, Any]:
    """Return what a pipeline with a control net is given besides words."""
    name = "control_image" if model.takes("control_image", Start.WORDS, control) else "image"
    given: dict[str, Any] = {name: lines.control_lines(strokes), "controlnet_conditioning_scale": order.control_scale}
    if model.takes("control_mode", Start.WORDS, control):
        given["control_mode"] = _UNION_MODES[control]
    return given


def _from_picture(model: LoadedModel, order: Order, image: Image.Image, **rest: Any) -> Method:
    start = _picture_start(model)
    assert start is not None
    size = _size(model, order, image)
    given: dict[str, Any] = {"image": _fitted(model, image, size)}
    about: dict[str, Any] = {"method": "edit" if model.family.edits else "redraw"}
    if model.takes("strength", start):
        given["strength"] = about["strength"] = _strength(model, order)
    return _method(model, order, start, size, given, about=about, **rest)


def _strength(model: LoadedModel, order: Order) -> float:
    """Return the share of the steps to take, raised to one step where rounding would leave none."""
    wanted = _STRENGTHS[order.operation] if order.strength is None else order.strength
    return max(wanted, 1 / (order.steps or model.family.steps))


def _from_strokes(model: LoadedModel, order: Order) -> Method:
    """Draw from strokes: by a control net, by a network with an input for lines, or else over the strokes."""
    colours = order.operation is Operation.COLOUR
    strokes = _needed(order.line if order.line is not None else order.image, "line" if colours else "image")
    size = _size(model, order, strokes)
    fitted = _fitted(model, strokes, size)
    art = fitted if lines.is_line_art(fitted) else lines.extract_lines(fitted)
    finish: tuple[Finish, ...] = (lambda drawn: colouring.keep_lines(drawn, art),) if colours else ()
    wanted = (order.control,) if order.control else _STROKES[order.operation]
    control = next((kind for kind in wanted if kind in model.controls), None)
    if control is not None:
        given = _control(model, order, control, fitted)
        about = {"method": f"control {control}", "control_scale": order.control_scale}
        return _method(model, order, Start.WORDS, size, given, control=control, about=about, finish=finish)
    if model.takes("line"):
        evened: tuple[Finish, ...] = (lambda drawn: flats.flatted(drawn, art),) if colours else ()
        about = {"method": "line input"}
        return _method(model, order, Start.WORDS, size, {"line": art}, about=about, finish=(*evened, *finish))
    return _from_picture(model, order, strokes, finish=finish)


def _blended(model: LoadedModel, order: Order) -> Method:
    images = (*((order.image,) if order.image is not None else ()), *order.images)
    if len(images) < 2:
        raise Problem(422, "picture-needed", "at least two pictures are needed to blend", param="images")
    size = _size(model, order, images[0])
    mixed = _fitted(model, images[0], size)
    for count, image in enumerate(images[1:], start=2):
        mixed = Image.blend(mixed, _fitted(model, image, size), 1 / count)
    return _from_picture(model, replace(order, width=size[0], height=size[1]), mixed)


def _masked(model: LoadedModel, order: Order, image: Image.Image, mask: Image.Image) -> Method:
    """Draw the masked part anew, at the model's size, and put everything else back from the original.

    Picture and mask are stretched alike by the little that the model's size differs in shape, and back again.
    """
    size = _size(model, order, image)
    stretched = canvas.on_white(image).resize(size, Image.Resampling.LANCZOS)

    def put_back(drawn: Image.Image) -> Image.Image:
        return canvas.paste_back(image, drawn.resize(image.size, Image.Resampling.LANCZOS), mask)

    if not model.can(Start.MASK):
        sized = replace(order, width=size[0], height=size[1])
        return _from_picture(model, sized, stretched, finish=(put_back,))
    given: dict[str, Any] = {"image": stretched, "mask_image": mask.resize(size, Image.Resampling.NEAREST)}
    about: dict[str, Any] = {"method": "inpaint"}
    if model.takes("strength", Start.MASK):
        given["strength"] = about["strength"] = _strength(model, order)
    return _method(model, order, Start.MASK, size, given, about=about, finish=(put_back,))


def _mask(order: Order, size: tuple[int, int]) -> Image.Image:
    """Return where to draw anew: what was painted, or fields of a grid."""
    if order.mask is None and order.regions:
        return canvas.region_mask(size, order.regions)
    return canvas.edit_mask(_needed(order.mask, "mask"), size)


def _outpainted(model: LoadedModel, order: Order) -> Method:
    margins = order.margins
    grown = canvas.outpaint_canvas(
        _needed(order.image, "image"), (margins.left, margins.top, margins.right, margins.bottom)
    )
    return _masked(model, order, grown.image, grown.mask)
