"""What is removed of an account is its own, and nothing else in the engine."""

import pytest

from slipway.local import leftovers
from slipway.shell import Completed

DIGEST = f"localhost:4566/slipway@sha256:{'0' * 64}"


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that are run; a list has two rows."""
    ran: list[list[str]] = []
    rows = f"localhost:4566/slipway:1 {DIGEST}\nlocalhost:4566/slipway:<none> {DIGEST}\n"
    answers = {"ps": "1\n2\n", "images": rows}

    def run(command: list[str], **_: object) -> Completed:
        ran.append(command)
        return Completed(tuple(command), 0, answers.get(command[1], ""))

    monkeypatch.setattr(leftovers, "run", run)
    return ran


def test_containers_go_by_their_server_s_label(commands: list[list[str]]) -> None:
    """With their anonymous volumes."""
    leftovers.remove_containers("slipway-0123456789ab:4566")

    assert commands[0][-1] == "label=ministack.instance=slipway-0123456789ab:4566"
    assert commands[1] == ["docker", "rm", "--force", "--volumes", "1", "2"]


def test_an_image_without_a_tag_goes_by_its_digest(commands: list[list[str]]) -> None:
    """It was pulled by it for a task."""
    leftovers.remove_image_names("localhost:4566/*")

    assert commands[0][-1] == "reference=localhost:4566/*"
    assert commands[1] == ["docker", "rmi", "--force", "localhost:4566/slipway:1", DIGEST]
