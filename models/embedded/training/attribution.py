"""Write who is to be credited for what the model learned from, with licences and versions.

python -m models.embedded.training.attribution --packages DIR --art art.npz --out ATTRIBUTION.md
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Final

from models.embedded.training.art import Art
from models.embedded.training.sources import DRAWN, SETS, Packages
from models.embedded.training.words import sources

_ART_HEAD: Final = """\
# What the embedded draft model was made from

## Art

| style | package | upstream | author | licence | pictures |
| --- | --- | --- | --- | --- | --- |
"""

_ART_FOOT: Final = """
Changes: rendered to pixels on white, colours reduced, mirrored, moved, recoloured, turned into line art; used to train.
From the sets without a style of their own only the autoencoder learned.

## Words

| package | licence | used for |
| --- | --- | --- |
"""

_NOTICES: Final = Path(__file__).with_name("notices.md")


def attribution(folder: Path, art: Art) -> str:
    """Return the text that names each source, its licence and its version."""
    packages, counts = Packages(folder), Counter(art.style.tolist())
    pictures = [
        f"| {each.style if each.style in DRAWN else '-'} | @iconify-json/{each.package} "
        f"{packages.version(f'@iconify-json/{each.package}')} | {each.upstream} | {each.author} | {each.licence} "
        f"| {counts[number]} |"
        for number, each in enumerate(SETS)
    ]
    words = [f"| {each.package} {each.version} | {each.licence} | {each.what} |" for each in sources(folder)]
    return (
        _ART_HEAD
        + "\n".join(pictures)
        + "\n"
        + _ART_FOOT
        + "\n".join(words)
        + "\n\n"
        + _NOTICES.read_text(encoding="utf-8")
    )


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, help="a folder with node_modules of the npm packages")
    parser.add_argument("--art", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    given.out.write_text(attribution(given.packages, Art.load(given.art)), encoding="utf-8")


if __name__ == "__main__":
    main()
