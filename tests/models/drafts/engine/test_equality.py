"""The engine's latents are those of diffusers' own pipelines, alone and in mixed batches at different steps."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from models.drafts.loaded import LoadedModel, Start
from models.drafts.provenance import Provenance
from models.drafts.steps.flow import Setup
from tests.models.drafts.engine.companies import Call, Company, alone, difference, model_of
from tests.models.drafts.tiny import extras, flow, unet
from tests.models.drafts.tiny.pictures import line_drawing, mask, photo

pytestmark = [
    pytest.mark.slow,
    # diffusers announces changes of its own interfaces to those who call them; only its pipelines do here.
    pytest.mark.filterwarnings("ignore::FutureWarning:diffusers"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    # peft warns of a second adapter in one network, which is what is wanted here.
    pytest.mark.filterwarnings("ignore:Already found a `peft_config`:UserWarning"),
]

TOLERANCE = 1e-4
SIDE = 64
SIZE = (SIDE, SIDE)


def relative(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return the largest difference over the largest value, where that is more than 1."""
    return difference(one, other) / max(1.0, float(other.abs().max()))


def words(steps: int, guidance: float, **more: Any) -> dict[str, Any]:
    return {
        "prompt": f"a boat in {steps} steps",
        "negative_prompt": "rain",
        "num_inference_steps": steps,
        "guidance_scale": guidance,
        "height": SIDE,
        "width": SIDE,
        **more,
    }


def picture_calls() -> list[Call]:
    """Return everything a UNet can be asked for: all ways to begin, all schedulers, with and without control."""
    base, stroke, hole = photo(SIZE), line_drawing(SIZE), mask(SIZE)

    def without_size(steps: int, guidance: float, **more: Any) -> dict[str, Any]:
        return {k: v for k, v in words(steps, guidance, **more).items() if k not in ("height", "width")}

    return [
        Call(words(5, 7.5), scheduler="ddim", seed=1),
        Call(words(6, 1.0), scheduler="euler", seed=2, arrives=1),
        Call(words(7, 3.0), scheduler="euler-ancestral", seed=3, arrives=2),
        Call(words(4, 5.0), scheduler="dpm++-2m", seed=4, arrives=4),
        Call(words(6, 2.0), scheduler="unipc", seed=5, arrives=3),
        Call(words(6, 4.0), scheduler="dpm++-2m-karras", seed=6, arrives=7),
        Call(words(4, 1.0), scheduler="lcm", seed=7),
        Call(words(5, 3.0), scheduler="dpm++-sde", seed=8, arrives=5),
        Call(words(6, 4.0, image=stroke, controlnet_conditioning_scale=0.7), control="lineart", scheduler="unipc"),
        Call(
            words(5, 1.0, image=stroke, controlnet_conditioning_scale=1.0),
            control="lineart",
            scheduler="euler",
            arrives=2,
        ),
        Call(without_size(8, 3.0, image=base, strength=0.6), Start.PICTURE, scheduler="ddim", seed=9),
        Call(
            without_size(8, 3.0, image=base, control_image=stroke, strength=0.7),
            Start.PICTURE,
            "lineart",
            "dpm++-2m",
            seed=10,
        ),
        Call(words(8, 3.0, image=base, mask_image=hole, strength=0.9), Start.MASK, scheduler="euler", seed=11),
        Call(
            words(6, 3.0, image=base, mask_image=hole, control_image=stroke, strength=1.0),
            Start.MASK,
            "lineart",
            "unipc",
            seed=12,
            arrives=6,
        ),
    ]


def unet_model(make: Callable[[], Any]) -> LoadedModel:
    pipeline = make()
    return model_of(pipeline, controls={"lineart": unet.controlnet(pipeline.unet)})


@pytest.mark.parametrize("make", [unet.sd15, unet.sdxl], ids=["sd15", "sdxl"])
def test_a_unet_in_mixed_company_is_as_it_is_alone(make: Callable[[], Any]) -> None:
    model, calls = unet_model(make), picture_calls()
    expected = [alone(model, call) for call in calls]
    company = Company(model)
    for call, found, wanted in zip(calls, company.run(calls), expected, strict=True):
        assert relative(found, wanted) <= TOLERANCE, call
    # Together, or this proves nothing.
    assert company.forwards < sum(len(rooms) for rooms in company.rooms.values()) / 2


@pytest.mark.parametrize("index", range(14))
def test_a_unet_alone_in_the_loop_is_as_it_is_outside(index: int) -> None:
    model, call = unet_model(unet.sd15), picture_calls()[index]
    (found,) = Company(model).run([call])
    assert difference(found, alone(model, call)) <= TOLERANCE


def test_a_network_for_inpainting_with_nine_channels_takes_part() -> None:
    model = model_of(unet.sd_inpaint9())
    given = words(5, 4.0, image=photo(SIZE), mask_image=mask(SIZE), strength=1.0)
    calls = [Call(given, seed=seed, arrives=seed) for seed in range(3)]
    for call, found in zip(calls, Company(model).run(calls), strict=True):
        assert relative(found, alone(model, call)) <= TOLERANCE


FLOWS: dict[str, tuple[Callable[[], Any], list[dict[str, Any]]]] = {
    "sd3": (flow.sd3, [words(5, 5.0), words(4, 1.0), words(6, 3.0, prompt="another")]),
    "flux1": (flow.flux1, [{**words(n, 3.5)} | {"negative_prompt": None} for n in (5, 4, 6)]),
    "flux2-klein": (
        flow.flux2_klein,
        [{k: v for k, v in words(n, g).items() if k != "negative_prompt"} for n, g in ((4, 1.0), (6, 4.0), (5, 1.0))],
    ),
    "z-image": (flow.zimage, [words(5, 0.0), words(4, 4.0), words(6, 0.0, prompt="a much longer brief " * 9)]),
    "qwen-image": (
        flow.qwen_image,
        [
            {k: v for k, v in words(n, 1.0, prompt=p, true_cfg_scale=g).items() if k != "guidance_scale"}
            for n, g, p in ((5, 4.0, "a boat"), (4, 1.0, "a boat on a very long river"), (6, 2.5, "船 " * 40))
        ],
    ),
}


@pytest.mark.parametrize("family", FLOWS)
def test_a_flow_matching_transformer_in_company_is_as_it_is_alone(family: str) -> None:
    make, given = FLOWS[family]
    model = model_of(make())
    calls = [Call(each, seed=index, arrives=index) for index, each in enumerate(given)]
    expected = [alone(model, call) for call in calls]
    company = Company(model)
    for call, found, wanted in zip(calls, company.run(calls), expected, strict=True):
        assert relative(found, wanted) <= TOLERANCE, call
    assert max(room.bucket for rooms in company.rooms.values() for room in rooms) > 1


@pytest.mark.parametrize("family", ["sd3", "flux1", "z-image", "qwen-image"])
def test_flow_matching_pictures_and_masks_are_as_they_are_alone(family: str) -> None:
    make, given = FLOWS[family]
    model = model_of(make())
    first = given[0]
    calls = [Call(given[1], seed=1)]
    for start, extra in (
        (Start.PICTURE, {"image": photo(SIZE), "strength": 0.7}),
        (Start.MASK, {"image": photo(SIZE), "mask_image": mask(SIZE), "strength": 0.8}),
    ):
        assert model.can(start)
        arguments = {k: v for k, v in (first | extra).items() if model.takes(k, start)}
        calls.append(Call(arguments, start, seed=len(calls), arrives=1))
    expected = [alone(model, call) for call in calls]
    for call, found, wanted in zip(calls, Company(model).run(calls), expected, strict=True):
        assert relative(found, wanted) <= TOLERANCE, call.start


def test_a_transformer_that_edits_takes_pictures_along() -> None:
    model = model_of(flow.flux2_klein())
    given = {"prompt": "as a boat", "num_inference_steps": 4, "guidance_scale": 1.0, "height": SIDE, "width": SIDE}
    calls = [
        Call(given, seed=1),
        Call(given | {"image": photo(SIZE)}, seed=2),
        Call(given | {"image": photo(SIZE)}, seed=3),
    ]
    expected = [alone(model, call) for call in calls]
    for found, wanted in zip(Company(model).run(calls), expected, strict=True):
        assert relative(found, wanted) <= TOLERANCE


def test_a_network_nobody_described_goes_one_by_one_and_is_exact() -> None:
    model = model_of(flow.sd3())
    for network in model.networks.values():
        network.shape = type(network.shape)(rows="", merges=False)
    calls = [Call(each, seed=index) for index, each in enumerate(FLOWS["sd3"][1])]
    for call, found in zip(calls, Company(model).run(calls), strict=True):
        assert torch.equal(found, alone(model, call))


def test_in_one_fixed_batch_size_the_order_of_arrival_changes_no_bit() -> None:
    model, calls = unet_model(unet.sd15), picture_calls()
    first = Company(model, ladder=(16,)).run(calls)
    turned = calls[::-1]
    moved = [
        Call(c.arguments, c.start, c.control, c.scheduler, c.setup, arrives=3 * i, seed=c.seed)
        for i, c in enumerate(turned)
    ]
    second = Company(model, ladder=(16,)).run(moved)[::-1]
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


def test_a_replay_in_the_recorded_batch_sizes_gives_the_same_bits() -> None:
    model, calls = unet_model(unet.sd15), picture_calls()[:6]
    company = Company(model)
    drawn = company.run(calls)
    for index in (0, 2, 5):
        again = Company(model)
        (found,) = again.run([calls[index]], replay={0: company.rooms[index]})
        assert again.rooms[0] == company.rooms[index]
        assert torch.equal(found, drawn[index])


@pytest.mark.parametrize("make", [unet.sd15, flow.flux1], ids=["sd15", "flux1"])
def test_adapters_change_only_those_who_asked_for_them(make: Callable[[], Any], tmp_path: Path) -> None:
    pipeline = make()
    plain = alone(model_of(pipeline), Call(words_for(pipeline), seed=1))
    folders = {name: extras.lora(make(), tmp_path / name, seed=len(name)) for name in ("ink", "wash")}
    for name, folder in folders.items():
        pipeline.load_lora_weights(folder, adapter_name=name)
    pipeline.disable_lora()
    adapters = {name: Provenance(name, "1", "0" * 64) for name in ("ink", "wash")}
    model = model_of(pipeline, adapters=adapters)
    setups = [Setup(), Setup((("ink", 1.0),)), Setup((("ink", 0.5), ("wash", 1.0))), Setup(), Setup((("ink", 1.0),))]
    calls = [Call(words_for(pipeline), seed=1, setup=setup, arrives=i) for i, setup in enumerate(setups)]
    found = Company(model).run(calls)
    assert relative(found[0], plain) <= TOLERANCE and relative(found[3], plain) <= TOLERANCE
    assert relative(found[1], found[4]) <= TOLERANCE
    assert difference(found[1], plain) > 1e-3 and difference(found[1], found[2]) > 1e-3
    pipeline.enable_lora()
    pipeline.set_adapters(["ink"], [1.0])
    assert relative(found[1], alone(model, Call(words_for(pipeline), seed=1))) <= TOLERANCE


def words_for(pipeline: Any) -> dict[str, Any]:
    given = words(4, 3.0)
    if type(pipeline).__name__.startswith("Flux"):
        del given["negative_prompt"]
    return given


def test_a_reference_picture_speaks_to_its_own_candidate_alone(tmp_path: Path) -> None:
    pipeline = unet.sd15()
    plain = alone(model_of(pipeline), Call(words(4, 3.0), seed=1))
    folder = extras.ip_adapter(pipeline, tmp_path)
    weights = next(folder.glob("*.safetensors"))
    pipeline.load_ip_adapter(folder, subfolder="", weight_name=weights.name, local_files_only=True)
    model = model_of(pipeline, reads_pictures=True)
    calls = [
        Call(words(4, 3.0, ip_adapter_image=photo((224, 224))), seed=1, setup=Setup((), share), arrives=index)
        for index, share in enumerate((0.0, 0.8, 0.0))
    ]
    found = Company(model).run(calls)
    assert relative(found[0], plain) <= TOLERANCE and relative(found[2], plain) <= TOLERANCE
    assert difference(found[1], plain) > 1e-3
