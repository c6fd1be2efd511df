"""AWS's answers, and botocore's Stubber to give them."""

from collections.abc import Iterator

import pytest
from botocore.stub import Stubber

from pipeline import aws
from pipeline.release import changes, watch
from pipeline.settings import Settings


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once: a scripted answer needs no time."""
    for module in (changes, watch):
        monkeypatch.setattr(module, "POLL_SECONDS", 0)


@pytest.fixture
def cloudformation(staging: Settings) -> Iterator[Stubber]:
    """Answer for CloudFormation in this order, and insist that every answer is asked for."""
    with Stubber(aws.client(staging, "cloudformation")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def ecs(staging: Settings) -> Iterator[Stubber]:
    """Answer for ECS in this order, and insist that every answer is asked for."""
    with Stubber(aws.client(staging, "ecs")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()
