"""Fixtures: the real drafts server, for what has to be drawn before it can be drawn again."""

from tests.fixtures_drafts import real_drafts_server

__all__ = ["real_drafts_server"]
