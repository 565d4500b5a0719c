"""Find how much each sign tells whether a question is covered, by logistic regression on the tuning questions.

    python -m tests.knowledge.fit

Prints the numbers for `_COVERED` in bot/ask/retrieval.py, and what they decide on questions left out of the fit.
"""

from dataclasses import astuple

import numpy as np
from numpy.typing import NDArray

from bot.ask.facts import Language, load_facts
from bot.ask.retrieval import FactIndex
from tests.knowledge.questions import TUNING, Sort, read_questions

PARTS = 5
RIDGE = 1e-3
STEPS = 20_000
Numbers = NDArray[np.float64]


def fitted(signs: Numbers, covered: Numbers) -> Numbers:
    """Return a weight for each sign and a constant; covered and other questions count the same in all."""
    middle, spread = signs.mean(0), signs.std(0) + 1e-9
    rows = np.c_[(signs - middle) / spread, np.ones(len(signs))]
    share = np.where(covered == 1, 0.5 / covered.sum(), 0.5 / (1 - covered).sum())
    weights = np.zeros(rows.shape[1])
    for _ in range(STEPS):
        slope = rows.T @ ((1 / (1 + np.exp(-rows @ weights)) - covered) * share)
        weights -= slope + RIDGE * np.r_[weights[:-1], 0]
    plain = weights[:-1] / spread
    return np.asarray(np.r_[plain, weights[-1] - plain @ middle], float)


def decided(signs: Numbers, weights: Numbers) -> NDArray[np.bool_]:
    """Tell for each row whether it is taken for covered."""
    return np.asarray(signs @ weights[:-1] + weights[-1] >= 0)


def main() -> None:
    """Fit both languages."""
    index = FactIndex.build(load_facts())
    for language in Language:
        questions = [question for question in read_questions(TUNING) if question.language is language]
        ranked = [index.rank(question.ask, language, before=question.before) for question in questions]
        signs = np.array([astuple(ranking.signs) for ranking in ranked], float)
        covered = np.array([question.sort is not Sort.OUT_OF_SCOPE for question in questions], float)
        order = np.random.default_rng(0).permutation(len(questions))
        right = np.zeros(len(questions), bool)
        for part in range(PARTS):
            apart = order[part::PARTS]
            rest = np.setdiff1d(order, apart)
            right[apart] = decided(signs[apart], fitted(signs[rest], covered[rest])) == covered[apart].astype(bool)
        print(language.code, ", ".join(f"{weight:.2f}" for weight in fitted(signs, covered)))
        answered, declined = right[covered == 1].mean(), right[covered == 0].mean()
        print(f"  answered {answered:.3f}, declined {declined:.3f} (left out of the fit)")


if __name__ == "__main__":
    main()
