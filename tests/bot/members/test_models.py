"""What members are told of models: the server's word on what it loaded, the catalogue's on licences, else nothing."""

from bot.members.models import Told, told_of_drafts, told_of_language
from bot.settings import EMBEDDED
from models.catalog import EMBEDDED_DRAFTS, EMBEDDED_LANGUAGE
from models.drafting import ModelAbilities


def test_the_server_knows_best_what_it_has_loaded() -> None:
    told = told_of_drafts(ModelAbilities("z-image-turbo", ("draft",), revision="abc123"))
    assert told == Told("z-image-turbo", "abc123", "Apache-2.0", "Tongyi-MAI/Z-Image-Turbo")


def test_of_a_model_that_nobody_knows_nothing_is_told() -> None:
    assert told_of_drafts(ModelAbilities("somebody-elses", ("draft",))) == Told("somebody-elses")
    assert told_of_language("somebody/elses") == Told("somebody/elses")


def test_what_comes_with_colophon_has_a_licence_that_was_read() -> None:
    drafts = told_of_drafts(ModelAbilities(EMBEDDED_DRAFTS.name, ("draft",)))
    language = told_of_language(EMBEDDED)
    assert (drafts.revision, drafts.licence, drafts.verified, drafts.embedded) == ("0.2.0", "Apache-2.0", True, True)
    assert (language.name, language.licence, language.embedded) == (EMBEDDED_LANGUAGE.name, "Apache-2.0", True)
