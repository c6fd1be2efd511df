"""The checkout and the account of the rehearsal."""

from collections.abc import Iterator

import pytest

from tests.rehearsal.project import Project, standing


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A clean checkout of what stands here, and at the end nothing of it."""
    made = Project(tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("state"))
    with standing(made):
        yield made
