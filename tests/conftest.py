"""Settings of all tests."""

from hypothesis import settings

# How long an example takes says how busy the machine is, and no test is about that.
settings.register_profile("colophon", deadline=None)
settings.load_profile("colophon")
