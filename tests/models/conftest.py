"""Fixtures of the model tests."""

from tests.fixtures_drafts import real_drafts_server
from tests.fixtures_language import real_language_server

__all__ = ["real_drafts_server", "real_language_server"]
