"""How tests are dealt out to processes that run side by side: file by file, and together what shares a server.

A server that is made for a session or a package is made once in each process, and to start vLLM takes a minute of all
cores. So the files that share one go to one process, one after the other.
"""

from collections.abc import Mapping
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.pocket import specification

_OF_THE_STUDIO: Final = (
    "crash",
    "main_job",
    "moderation",
    "page",
    "privacy",
    "project",
    "report",
    "timelapse",
    "watch",
)
_SHARED: Final[Mapping[str, str]] = {
    **{f"tests/e2e/test_{name}.py": "the studio" for name in _OF_THE_STUDIO},
    "tests/models/test_language.py": "the language server",
    "tests/models/test_language_writes.py": "the language server",
}
"""Which files share what."""


class SharedServersTogether(LoadFileScheduling):  # type: ignore[misc]  # xdist is untyped
    """Deals out files, and as one those that share a server."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return _SHARED.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let the processes know where Discord's specification is: in this one, which runs no test, it was taken out."""
    specification.hand_on()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedServersTogether:
    """Deal tests out so, whatever `--dist` says."""
    return SharedServersTogether(config, log)
