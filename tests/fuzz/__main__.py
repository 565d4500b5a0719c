"""Fuzz one parser by coverage: `python -m tests.fuzz NAME [options of libFuzzer]`; without a name it lists them.

A crash is what is neither read nor refused by the parser's own error. libFuzzer writes the bytes that did it into the
folder where it runs; they belong into the parser's samples when it is mended.
"""

import sys
from pathlib import Path

try:
    import atheris
except ImportError:
    sys.exit("colophon: atheris is not installed; `pip install -e .[fuzz]` adds it.")

with atheris.instrument_imports(include=["bot", "storage"]):
    from tests.fuzz.parsers import PARSERS

CORPUS = Path("build") / "fuzz"


def main() -> None:
    """Fuzz until libFuzzer is told to stop."""
    if len(sys.argv) < 2 or sys.argv[1] not in PARSERS:
        sys.exit(f"usage: python -m tests.fuzz NAME [-max_total_time=60 ...]\nNAME is one of: {', '.join(PARSERS)}")
    name = sys.argv.pop(1)
    # What libFuzzer finds stays here, and the next run goes on from it.
    corpus = CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, sample in enumerate(PARSERS[name].samples):
        (corpus / f"sample-{number}").write_bytes(sample)
    atheris.Setup([*sys.argv, str(corpus)], PARSERS[name].feed)
    atheris.Fuzz()


main()
