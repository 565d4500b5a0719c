"""Hearing each message once, with a memory that does not grow."""

from bot.chat.once import Once


def test_what_is_told_again_is_not_new() -> None:
    once = Once()
    assert [once.first(id_) for id_ in (1, 2, 1, 2, 3)] == [True, True, False, False, True]


def test_the_oldest_are_forgotten() -> None:
    once = Once(kept=2)
    assert all(once.first(id_) for id_ in (1, 2, 3))
    assert not once.first(3)
    assert once.first(1)
