"""Whatever bytes a parser of ours gets, it reads them or raises the one error that it is documented to raise."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.parsers import MOST_BYTES, PARSERS

EXAMPLES = 25


@pytest.mark.parametrize("name", PARSERS)
def test_sound_samples_are_read(name: str) -> None:
    for sample in PARSERS[name].samples:
        PARSERS[name].feed(sample)


@pytest.mark.parametrize("name", PARSERS)
def test_no_bytes_break_it(name: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.binary(max_size=300))
    def anything(data: bytes) -> None:
        PARSERS[name].feed(data)

    anything()


@pytest.mark.parametrize("name", [name for name, parser in PARSERS.items() if parser.samples])
def test_no_damage_to_a_sound_sample_breaks_it(name: str) -> None:
    @settings(max_examples=EXAMPLES)
    @given(st.data())
    def damaged(data: st.DataObject) -> None:
        sample = bytearray(data.draw(st.sampled_from(PARSERS[name].samples)))
        for _ in range(data.draw(st.integers(1, 5))):
            data.draw(st.sampled_from([flip, drop, double, lengthen]))(sample, data)
        PARSERS[name].feed(bytes(sample[:MOST_BYTES]))

    damaged()


def flip(sample: bytearray, data: st.DataObject) -> None:
    if sample:
        sample[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))


def drop(sample: bytearray, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample)))
    del sample[at : at + data.draw(st.integers(1, 40))]


def double(sample: bytearray, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sample)))
    sample[at:at] = sample[at : at + data.draw(st.integers(1, 40))]


def lengthen(sample: bytearray, data: st.DataObject) -> None:
    """Write a number of four bytes as large as it can be, where a length may stand."""
    at = data.draw(st.integers(0, len(sample)))
    sample[at : at + 4] = b"\xff\xff\xff\xff"


KINDS: tuple[Callable[[int], bytes], ...] = (
    lambda n: b"[" * n,
    lambda n: b'{"a":' * n,
    lambda n: b"9" * n,
    lambda n: b"\xff" * n,
    lambda n: b"\x00" * n,
    lambda n: b"<a>" * n,
    lambda n: b"\n" * n,
    lambda n: "\u202e\u0301".encode() * n,
)


@pytest.mark.parametrize("name", PARSERS)
def test_much_of_the_same_does_not_break_it_either(name: str) -> None:
    """Deep nesting, endless numbers, and nothing but marks that combine."""
    for make in KINDS:
        for head in (b"", *(sample[:16] for sample in PARSERS[name].samples)):
            PARSERS[name].feed(head + make(20_000))
