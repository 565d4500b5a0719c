"""Fixtures of the model tests."""

from tests.fixtures_language import real_language_server

__all__ = ["real_language_server"]
