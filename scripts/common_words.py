"""Make the lists of common words that the search counts less: bot/ask/common/{en,zh}.txt.

    python scripts/common_words.py WORDNET_DICT_FOLDER JIEBA_DICT_TXT

English words are counted in the glosses of WordNet 3.1 (Princeton University, WordNet licence), pairs of Chinese
characters in the word frequencies of jieba's dictionary (Sun Junyi, MIT licence). A line has a step of the Zipf scale
(log10 of occurrences in a thousand million words; van Heuven and others, 2014), then the words of that step.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

from bot.ask.words import COMMON, is_han, pairs, pieces, stem

STEPS = (5.0, 4.5, 4.0, 3.5)


def english(folder: Path) -> Counter[str]:
    """Count the words of all glosses by their stems; the most frequent form of a stem counts."""
    words: Counter[str] = Counter()
    for file in sorted(folder.glob("data.*")):
        for line in file.read_text(encoding="utf-8").splitlines():
            _, mark, gloss = line.partition("|")
            if mark and not line.startswith(" "):
                words.update(pieces(gloss))
    stems: Counter[str] = Counter()
    for word, count in words.items():
        stems[stem(word)] = max(stems[stem(word)], count)
    return Counter({word: count for word, count in stems.items() if len(word) > 1 and not re.search(r"\d", word)})


def chinese(file: Path) -> Counter[str]:
    """Count the pairs of characters inside words."""
    found: Counter[str] = Counter()
    for line in file.read_text(encoding="utf-8").splitlines():
        word, count, _ = line.split(" ")
        if is_han(word) and len(word) > 1:
            for pair in pairs(word):
                found[pair] += int(count)
    return found


def write(counts: Mapping[str, int], total: int, path: Path) -> None:
    """Write the words of each step, in their own order."""
    rows: dict[float, list[str]] = defaultdict(list)
    for word, count in counts.items():
        zipf = math.log10(count / total * 1e9)
        step = next((step for step in STEPS if zipf >= step), None)
        if step is not None:
            rows[step].append(word)
    lines = [" ".join((str(step), *sorted(rows[step]))) for step in STEPS]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Write both lists."""
    wordnet, jieba = map(Path, sys.argv[1:])
    words, found = english(wordnet), chinese(jieba)
    COMMON.mkdir(exist_ok=True)
    write(words, sum(words.values()), COMMON / "en.txt")
    write(found, sum(found.values()), COMMON / "zh.txt")


if __name__ == "__main__":
    main()
