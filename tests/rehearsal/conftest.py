"""The checkout and the account of the rehearsal."""

import signal
from collections.abc import Iterator

import pytest

from tests.rehearsal.project import Project, standing

# An application with tests of its own, which run in its image.
collect_ignore = ["visits"]


@pytest.fixture(scope="session", autouse=True)
def _interrupts_arrive() -> None:
    """Let commands get Ctrl-C, also when a shell that ignores it runs this in the background.

    A signal that is ignored stays so in every process that is started.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A clean checkout of what stands here, and at the end nothing of it."""
    made = Project(tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("state"))
    with standing(made):
        yield made
