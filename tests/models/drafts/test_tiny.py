"""The tiny models are what other tests take them for: quick, repeatable, and moved by everything given to them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import peft
import pytest
import torch
import transformers
from numpy.typing import NDArray

from models.drafts.craft.upscale import Swin2SrUpscaler
from models.drafts.provenance import Provenance
from models.drafts.safety import ClassifierChecker
from tests.models.drafts.tiny import extras, flow, pictures, text, unet
from tests.models.drafts.tiny.weights import LOCAL, load, save

pytestmark = [
    pytest.mark.slow,
    # torch 2.13 under numpy 2, in diffusers' Euler scheduler.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    # PEFT asks whether a second adapter is meant; it is.
    pytest.mark.filterwarnings("ignore:Already found a `peft_config`:UserWarning"),
]
WHENCE = Provenance("tiny", "1", "ab", "maker/tiny")
FAMILIES = (
    unet.sd15,
    unet.sdxl,
    flow.sd3,
    flow.flux1,
    flow.flux2_klein,
    flow.zimage,
    flow.qwen_image,
    flow.lumina2,
    flow.sana,
)
SAVERS = (
    (unet.save_sd15, "StableDiffusionPipeline"),
    (unet.save_sdxl, "StableDiffusionXLPipeline"),
    (unet.save_sd_inpaint9, "StableDiffusionInpaintPipeline"),
    (flow.save_sd3, "StableDiffusion3Pipeline"),
    (flow.save_flux1, "FluxPipeline"),
    (flow.save_flux2_klein, "Flux2KleinPipeline"),
    (flow.save_zimage, "ZImagePipeline"),
    (flow.save_qwen_image, "QwenImagePipeline"),
    (flow.save_lumina2, "Lumina2Pipeline"),
    (flow.save_sana, "SanaPipeline"),
)
# A reloaded model may sit differently in memory, and other kernels then sum in another order.
CLOSE = 1e-4
# At least a step of an eight-bit picture.
MOVED = 1 / 255


@pytest.fixture(autouse=True, scope="module")
def single_thread() -> Iterator[None]:
    """Models this small spend their time waiting for a second thread, on a busy machine nearly all of it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def draw(pipeline: Any, seed: int = 1, prompt: str = "a red cat 猫", **more: Any) -> NDArray[np.float32]:
    pipeline.set_progress_bar_config(disable=True)
    asked = {"prompt": prompt, "width": 64, "height": 64, "num_inference_steps": 3, "output_type": "np"} | more
    drawn: NDArray[np.float32] = pipeline(**asked, generator=torch.Generator("cpu").manual_seed(seed)).images[0]
    return drawn


def apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())


@pytest.mark.parametrize("make", FAMILIES, ids=lambda make: make.__name__)
def test_a_family_repeats_itself_and_listens_to_seed_and_words(make: Callable[[], Any]) -> None:
    pipeline = make()
    first = draw(pipeline)
    assert first.shape == (64, 64, 3)
    assert first.std() > 0.02
    assert apart(first, draw(pipeline)) < CLOSE
    assert apart(first, draw(make())) < CLOSE
    assert apart(first, draw(pipeline, seed=2)) > MOVED
    assert apart(first, draw(pipeline, prompt="a blue bird")) > MOVED


@pytest.mark.parametrize(("saver", "kind"), SAVERS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_saved_family_is_what_was_made(saver: Callable[[Path], Path], kind: str, tmp_path: Path) -> None:
    folder = saver(tmp_path / "model")
    pipeline = load(folder)
    assert type(pipeline).__name__ == kind
    assert not [path for path in folder.rglob("*") if path.suffix in {".bin", ".pt", ".pkl"}]
    assert not any(part.training for part in pipeline.components.values() if isinstance(part, torch.nn.Module))


@pytest.mark.parametrize("make", FAMILIES, ids=lambda make: make.__name__)
def test_a_reloaded_family_draws_the_same(make: Callable[[], Any], tmp_path: Path) -> None:
    pipeline = make()
    assert apart(draw(pipeline), draw(load(save(pipeline, tmp_path)))) < CLOSE


def test_making_models_leaves_the_random_numbers_of_the_process_alone() -> None:
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    unet.sd15()
    assert torch.equal(torch.rand(1), expected)


def test_the_inpainting_unet_sees_mask_and_picture() -> None:
    pipeline = unet.sd_inpaint9()
    given: dict[str, Any] = {"image": pictures.photo(), "mask_image": pictures.mask()}
    first = draw(pipeline, **given)
    assert apart(first, draw(pipeline, **given)) < CLOSE
    assert apart(first, draw(pipeline, **given | {"image": pictures.line_drawing()})) > MOVED


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (unet.sd15, diffusers.StableDiffusionControlNetPipeline),
        (unet.sdxl, diffusers.StableDiffusionXLControlNetPipeline),
    ],
    ids=("sd15", "sdxl"),
)
def test_a_control_net_moves_the_picture(make: Callable[[], Any], kind: Any, tmp_path: Path) -> None:
    pipeline = make()
    folder = unet.save_controlnet(pipeline.unet, tmp_path)
    net = diffusers.ControlNetModel.from_pretrained(folder, **LOCAL)
    led = kind.from_pipe(pipeline, controlnet=net)
    line = draw(led, image=pictures.line_drawing())
    assert apart(draw(pipeline), line) > MOVED
    assert apart(line, draw(led, image=pictures.photo())) > MOVED
    assert apart(draw(pipeline), draw(led, image=pictures.line_drawing(), controlnet_conditioning_scale=0.0)) < CLOSE


@pytest.mark.parametrize("make", FAMILIES, ids=lambda make: make.__name__)
def test_a_lora_moves_the_picture_and_can_be_switched_off(make: Callable[[], Any], tmp_path: Path) -> None:
    pipeline = make()
    plain = draw(pipeline)
    folders = [extras.lora(pipeline, tmp_path / str(seed), seed) for seed in (1, 2)]
    for seed, folder in enumerate(folders, 1):
        assert (folder / "pytorch_lora_weights.safetensors").exists()
        pipeline.load_lora_weights(folder, adapter_name=f"style{seed}", **LOCAL)
    pipeline.set_adapters(["style1"], [1.0])
    first = draw(pipeline)
    assert apart(plain, first) > MOVED
    pipeline.set_adapters(["style2"], [1.0])
    assert apart(first, draw(pipeline)) > MOVED
    pipeline.disable_lora()
    assert apart(plain, draw(pipeline)) < CLOSE


def test_both_lora_layouts_hold_the_same(tmp_path: Path) -> None:
    pipeline = flow.flux1()
    plain = draw(pipeline)
    peft_folder = extras.peft_lora(pipeline, tmp_path / "peft", seed=3)
    assert {path.name for path in peft_folder.iterdir()} >= {"adapter_model.safetensors", "adapter_config.json"}
    ours = extras.lora(pipeline, tmp_path / "diffusers", seed=3)
    assert apart(plain, draw(pipeline)) < CLOSE
    wrapped = flow.flux1()
    wrapped.transformer = peft.PeftModel.from_pretrained(wrapped.transformer, peft_folder).base_model.model
    pipeline.load_lora_weights(ours, adapter_name="style", **LOCAL)
    assert apart(plain, draw(wrapped)) > MOVED
    assert apart(draw(pipeline), draw(wrapped)) < CLOSE


@pytest.mark.parametrize("make", [unet.sd15, unet.sdxl], ids=("sd15", "sdxl"))
def test_a_reference_picture_moves_the_picture(make: Callable[[], Any], tmp_path: Path) -> None:
    pipeline = make()
    plain = draw(pipeline)
    folder = extras.ip_adapter(pipeline, tmp_path)
    pipeline.load_ip_adapter(folder, subfolder="", weight_name="ip-adapter.safetensors", local_files_only=True)
    pipeline.set_ip_adapter_scale(1.0)
    first = draw(pipeline, ip_adapter_image=pictures.photo())
    assert apart(plain, first) > MOVED
    assert apart(first, draw(pipeline, ip_adapter_image=pictures.line_drawing())) > MOVED
    pipeline.set_ip_adapter_scale(0.0)
    assert apart(plain, draw(pipeline, ip_adapter_image=pictures.photo())) < CLOSE


def test_the_upscaler_enlarges(tmp_path: Path) -> None:
    upscaler = Swin2SrUpscaler.load(extras.swin2sr(tmp_path), device=torch.device("cpu"), provenance=WHENCE)
    assert upscaler.enlarge(pictures.photo((24, 16)), 2).size == (48, 32)


@pytest.mark.parametrize(("says", "allowed"), [("normal", True), ("nsfw", False)])
def test_the_classifier_says_what_it_was_told_to(says: str, allowed: bool, tmp_path: Path) -> None:
    folder = extras.vit_classifier(tmp_path, says=says)
    checker = ClassifierChecker.load(folder, device=torch.device("cpu"), provenance=WHENCE)
    verdicts = checker.check([pictures.photo(), pictures.line_drawing()])
    assert [verdict.allowed for verdict in verdicts] == [allowed, allowed]


def test_the_classifier_keeps_its_labels(tmp_path: Path) -> None:
    folder = extras.vit_classifier(tmp_path, ("drawing", "porn", "hentai"))
    model = transformers.AutoModelForImageClassification.from_pretrained(folder, **LOCAL)
    assert model.config.id2label == {0: "drawing", 1: "porn", 2: "hentai"}


def test_tokenizers_take_any_language() -> None:
    for tokenizer in (text.clip_tokenizer(), text.t5_tokenizer(), text.qwen_tokenizer()):
        numbers = tokenizer("ein Kätzchen, 一只猫").input_ids
        assert len(set(numbers)) > 10
        assert max(numbers) < len(tokenizer)


def test_pictures_are_the_same_at_each_call_and_have_the_size_asked_for() -> None:
    for make, mode in ((pictures.line_drawing, "RGB"), (pictures.photo, "RGB"), (pictures.mask, "L")):
        image = make((96, 64))
        assert (image.size, image.mode) == ((96, 64), mode)
        assert image.tobytes() == make((96, 64)).tobytes()
        assert image.getextrema() != make((96, 64)).point(lambda _: 0).getextrema()
