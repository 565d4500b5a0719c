"""The command lines of the model servers."""

from pathlib import Path

import pytest

from models import serve
from models.serve import Device, cpu_dtype, language_argv


@pytest.mark.parametrize(
    ("said", "dtype"),
    [
        ("flags\t\t: fpu avx2 fma\n", "float32"),
        ("flags\t\t: fpu avx2 avx512f avx512_bf16 fma\n", "bfloat16"),
        ("flags\t\t: avx512f amx_bf16 amx_tile\n", "bfloat16"),
        ("Features\t: fp asimd bf16 i8mm\n", "bfloat16"),
        ("Features\t: fp asimd svebf16\n", "float32"),
        ("", "float32"),
    ],
)
def test_a_processor_computes_in_what_it_has_instructions_for(tmp_path: Path, said: str, dtype: str) -> None:
    (tmp_path / "cpuinfo").write_text(said)
    assert cpu_dtype(tmp_path / "cpuinfo") == dtype


def test_what_no_processor_tells_is_taken_for_nothing(tmp_path: Path) -> None:
    assert cpu_dtype(tmp_path / "cpuinfo") == "float32"


@pytest.mark.parametrize(
    ("device", "model", "dtype"),
    [(Device.CPU, None, "float32"), (Device.CPU, "some/large-model", "bfloat16"), (Device.GPU, None, "bfloat16")],
)
def test_only_the_embedded_model_on_a_processor_has_a_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: Device, model: str | None, dtype: str
) -> None:
    monkeypatch.setattr(serve, "_CPU_INFO", tmp_path / "cpuinfo")
    command = language_argv(
        socket=tmp_path / "language.sock", api_key="key", device=device, cache_dir=tmp_path, model=model
    )
    assert command.argv[command.argv.index("--dtype") + 1] == dtype
