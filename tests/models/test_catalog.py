"""The catalog: complete, honest about what nobody checked, and helpful with misspelt names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalog import (
    CATALOG,
    EMBEDDED_DRAFTS,
    EMBEDDED_LANGUAGE,
    CatalogEntry,
    CommercialUse,
    ModelRole,
    Operation,
    UnknownModel,
    find,
)
from models.embedded.language import GGUF_BYTES


def test_an_embedded_language_model_may_never_state_facts() -> None:
    assert not EMBEDDED_LANGUAGE.grounded_answers
    assert Operation.ANSWER not in EMBEDDED_LANGUAGE.operations
    assert EMBEDDED_LANGUAGE.size_bytes == GGUF_BYTES


@pytest.mark.parametrize("entry", CATALOG.values(), ids=lambda entry: entry.name)
def test_an_entry_is_consistent(entry: CatalogEntry) -> None:
    assert find(entry.name) is entry
    assert entry.operations
    assert entry.name == entry.name.casefold()
    if entry.repo_id is None:
        assert entry.verified, "what comes from no repository we packaged ourselves"
    else:
        assert find(entry.repo_id.upper()) is entry
        assert not entry.verified or entry.revision is not None
    if entry.grounded_answers:
        assert entry.role is ModelRole.LANGUAGE
        assert Operation.ANSWER in entry.operations
        assert "zh" in entry.languages
    if entry.licence == "unconfirmed":
        assert entry.commercial_use is CommercialUse.UNCONFIRMED


def test_an_unknown_name_names_near_ones() -> None:
    with pytest.raises(UnknownModel, match=r"did you mean .*qwen3\.5-4b") as caught:
        find("qwen3.5-4")
    assert "qwen3.5-4b" in caught.value.near
    assert caught.value.kind == "unknown-model"


def test_a_name_like_none_lists_all() -> None:
    with pytest.raises(UnknownModel, match=EMBEDDED_DRAFTS.name):
        find("!!!!")


@given(st.text())
def test_any_text_is_answered_by_an_entry_or_the_typed_error(name: str) -> None:
    try:
        entry = find(name)
    except UnknownModel as error:
        assert set(error.near) <= set(CATALOG)
    else:
        assert entry in CATALOG.values()
