"""Words that are not drawn: caught in disguise, and harmless ones let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.draft.terms import Rule, Terms

TERMS = Terms(["Acme", "某品牌"])


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("a nude schoolgirl", Rule.MINORS),
        ("ＮＵＤＥ ｃｈｉｌｄ", Rule.MINORS),
        ("nu\u200bde teen\u00adager", Rule.MINORS),
        ("未成年人的色情画", Rule.MINORS),
        ("hentai", Rule.AGE_RESTRICTED),
        ("全裸的人", Rule.AGE_RESTRICTED),
        ("a mug with ACME on it", Rule.OPERATOR),
        ("某品牌的杯子", Rule.OPERATOR),
    ],
)
def test_what_breaks_a_rule_is_caught(words: str, rule: Rule) -> None:
    found = TERMS.check(words)
    assert found is not None and found.rule is rule


@pytest.mark.parametrize(
    "words",
    [
        "a child with a kite",
        "少女在樱花树下",
        "Sussex and Essex at dusk",
        "a sextant, a unisexual flower",
        "a kidney bean",
        "acmeology",
        "红苹果",
        "",
    ],
)
def test_harmless_words_pass(words: str) -> None:
    assert TERMS.check(words) is None


@given(st.text())
def test_any_text_is_judged_alike_in_any_case(words: str) -> None:
    assert TERMS.check(words) == TERMS.check(words.casefold())
