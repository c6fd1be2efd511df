"""A session of nox ends as the task that runs it: with the same exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from slipway.cli.sessions import failure
from slipway.errors import ConfigurationError, Failed, RecoveryNeeded, Refused

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(1, Failed), (2, ConfigurationError), (3, RecoveryNeeded), (4, Refused), (77, Failed)],
)
def test_a_session_s_code_is_the_task_s(code: int, kind: type[Exception]) -> None:
    """A code that is none of ours is a plain failure."""
    assert type(failure("tests", code)) is kind


def test_what_a_user_has_to_correct_is_code_2_through_nox(tmp_path: Path) -> None:
    """`invoke test` on a machine without docker ends as `invoke build` does there."""
    (tmp_path / "git").symlink_to(str(shutil.which("git")))
    done = subprocess.run(
        [sys.executable, "-m", "invoke", "test"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "error: docker is not installed" in done.stderr
    assert "error: nox -s tests failed" in done.stderr
    assert done.returncode == 2
