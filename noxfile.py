"""The sessions: `nox` runs them all, `nox -s NAME` one."""

import importlib
import sys
from pathlib import Path

import nox

# nox, unlike invoke, does not look for modules beside its file.
sys.path.insert(0, str(Path(__file__).parent))

from slipway.cli import sessions

nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"


@nox.session(python=False)
def tests(_: nox.Session) -> None:
    """Run the application's tests inside the image of this commit, against Postgres."""
    sessions.test_image()


@nox.session(default=False)
def cfn_lint(session: nox.Session) -> None:
    """Run cfn-lint on the files after `--`."""
    session.install("--require-hashes", "--requirement", "requirements-dev.txt")
    session.run("cfn-lint", *session.posargs)


# The checks of Slipway's own repository; a project that uses Slipway has none of them.
if Path(__file__).with_name("tests").joinpath("slipway_sessions.py").exists():
    importlib.import_module("tests.slipway_sessions")
