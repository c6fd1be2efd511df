"""The nox sessions that check Slipway itself; noxfile.py has those of every project."""

import nox

DEV = ("--require-hashes", "--requirement", "requirements-dev.txt")
WEB = ("--require-hashes", "--requirement", "requirements-web.txt")
LOCAL = ("--require-hashes", "--requirement", "requirements-local.txt")
LOCAL_TEST = ("--require-hashes", "--requirement", "requirements-local-test.txt")


@nox.session
def unit(session: nox.Session) -> None:
    """Run the unit tests and the stories, without Docker and without AWS."""
    session.install(*DEV)
    others = ("rehearsal", "stack", "emulator")
    session.run("pytest", *(f"--ignore=tests/{each}" for each in others), *session.posargs)


@nox.session
def emulator(session: nox.Session) -> None:
    """The local account's server, with the real MiniStack: what its own environment holds."""
    session.install(*LOCAL)
    session.install(*LOCAL_TEST)
    session.run("pytest", "tests/emulator", *session.posargs)


@nox.session
def stack(session: nox.Session) -> None:
    """Render and check the templates with every combination of options; then run checkov."""
    session.install(*DEV)
    session.run("pytest", "tests/stack", *session.posargs)
    session.notify("checkov")


@nox.session
def checkov(session: nox.Session) -> None:
    """Run checkov on the golden templates; each skip has its reason beside the resource."""
    session.install("--require-hashes", "--requirement", "requirements-checkov.txt")
    options = ["--framework", "cloudformation", "--compact", "--quiet", "--skip-download"]
    session.run("checkov", "--directory", "tests/stack/golden", *options)


@nox.session
def lint(session: nox.Session) -> None:
    """Run ruff: the linter, and the formatter in check mode."""
    session.install(*DEV)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Run mypy in strict mode, also on the application, with its libraries installed."""
    session.install(*DEV)
    session.install(*WEB)
    session.run("mypy", ".")


@nox.session
def rehearsal(session: nox.Session) -> None:
    """Run whole deploys with real containers, including their failures, on local accounts."""
    session.install(*DEV)
    story = ["tests/rehearsal", "--verbose", "--maxfail=1"]
    # However long it takes: when it is interrupted, it takes down what it has put up.
    session.run("pytest", *story, *session.posargs, interrupt_timeout=None)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure the ratios of bench/README.md on a local account of its own (minutes)."""
    session.install(*DEV)
    # However long it takes: when it is interrupted, it takes down what it has put up.
    session.run("python", "-m", "bench.run", interrupt_timeout=None)


@nox.session(default=False)
def bench_stack(session: nox.Session) -> None:
    """Measure the template numbers of bench/README.md; needs npm, but no engine and no account."""
    session.install(*DEV)
    # However long it takes: when it is interrupted, it removes what it has installed.
    session.run("python", "-m", "bench.stack", interrupt_timeout=None)


@nox.session(default=False)
def requirements(session: nox.Session) -> None:
    """Compile requirements*.txt from pyproject.toml for all supported Python versions."""
    session.install("uv")
    compiled = {
        "requirements.txt": ["pyproject.toml"],
        "requirements-dev.txt": ["pyproject.toml", "--group", "dev"],
        "requirements-checkov.txt": ["--group", "checkov"],
        "requirements-local.txt": ["--group", "local"],
        "requirements-local-test.txt": ["--group", "local-test", "-c", "requirements-local.txt"],
        "tests/rehearsal/visits/requirements-app.txt": ["--group", "visits"],
        "requirements-web.txt": ["--group", "web"],
        "requirements-web-test.txt": ["--group", "web-test", "-c", "requirements-web.txt"],
    }
    options = ["--universal", "--generate-hashes", "--python-version", "3.11"]
    quiet = ["--quiet", "--no-emit-index-url", "--custom-compile-command", "nox -s requirements"]
    for target, source in compiled.items():
        options_for = [*options, *quiet, *session.posargs, "--output-file", target]
        session.run("uv", "pip", "compile", *source, *options_for)
