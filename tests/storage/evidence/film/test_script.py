"""A film told to another process: every shot comes back as it was."""

from storage.darkroom.darkroom import Darkroom
from storage.evidence.film.making import Making
from storage.evidence.film.script import read, written
from storage.evidence.film.shots import Source, film_shots, pictures_in, sheet_shots
from storage.evidence.film.typeface import Typeface
from tests.storage.evidence.film.stories import Story

SOURCE = Source("colophon.local/log1", 57, bytes(32))


def test_every_kind_of_shot_comes_back_as_it_was(story: Story) -> None:
    shots = film_shots(story.history, SOURCE)
    kinds = {type(shot).__name__ for shot in shots}
    assert kinds == {"Opening", "Words", "Candidates", "Material", "Edit", "Finished", "Closing"}
    assert read(written(shots)) == shots


async def test_the_darkroom_draws_what_is_drawn_here(story: Story, typeface: Typeface, darkroom: Darkroom) -> None:
    making = Making(typeface, "zh-CN", story.where_is)
    film, sheet = film_shots(story.history, SOURCE), sheet_shots(story.history, SOURCE)
    assert await darkroom.film(film, "zh-CN", story.where_is) == making.film(film)
    assert await darkroom.sheet(sheet, "zh-CN", story.where_is) == making.sheet(sheet)


def test_only_pictures_that_are_shown_are_named(story: Story) -> None:
    shots = film_shots(story.history, SOURCE)
    assert pictures_in(shots)
    assert all(story.where_is(digest) for digest in pictures_in(shots))
    assert not pictures_in((shots[0], shots[-1]))
