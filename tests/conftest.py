"""Settings of all tests."""

from hypothesis import settings

# Takes its variable out of the environment before anything reads settings there.
import tests.pocket.specification  # noqa: F401

# How long an example takes says how busy the machine is, and no test is about that.
settings.register_profile("colophon", deadline=None)
settings.load_profile("colophon")
