"""Where the commands of a comparison run."""

import sys
from pathlib import Path

import pytest

from bench.checkout import ROOT, Place, environment, fill


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place whose folder and state are there, and empty."""
    made = Place(tmp_path / "checkout", tmp_path / "state")
    for folder in (made.folder, made.state):
        folder.mkdir()
    return made


def test_a_command_runs_in_its_place(place: Place) -> None:
    """In its folder, and its output is what the command printed."""
    said = place.run(sys.executable, "-c", "import os; print(os.getcwd())")

    assert said.strip() == str(place.folder.resolve())


def test_a_command_that_fails_ends_the_run(place: Place) -> None:
    """A time of it would be the time of something else; all that it said is shown."""
    words = "import sys; print('out'); sys.exit('because')"

    with pytest.raises(SystemExit, match=r"(?s)out.*because.*exit code 1"):
        place.run(sys.executable, "-c", words)


def test_the_account_is_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the shell says of AWS is left out, and what a command is given comes after that."""
    monkeypatch.setenv("AWS_PROFILE", "of a user")
    show = "import os; print(os.environ.get('AWS_PROFILE'), os.environ.get('AWS_REGION'))"
    place = Place(tmp_path, tmp_path)

    assert environment(tmp_path)["XDG_STATE_HOME"] == str(tmp_path)
    said = place.run(sys.executable, "-c", show, env={"AWS_REGION": "eu-west-1"})
    assert said.split() == ["None", "eu-west-1"]


def test_what_stands_here_is_one_commit_there(place: Place) -> None:
    """A build takes what is committed, and nothing is left over as an edit."""
    fill(place)

    assert place.run("git", "status", "--porcelain") == ""
    assert (place.folder / "tasks.py").read_text() == (ROOT / "tasks.py").read_text()
