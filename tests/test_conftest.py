"""The fixture that keeps unit tests on this machine."""

import os
import shutil
import socket
import sys
from pathlib import Path

import pytest

from slipway.aws import session
from slipway.settings import Settings
from slipway.shell import run, start_detached

Forbidden = pytest.fail.Exception


def test_docker_cannot_be_run() -> None:
    """A unit test that reaches for the engine fails, even where one is installed."""
    with pytest.raises(Forbidden, match="runs docker"):
        run(["docker", "version"])


def test_docker_cannot_be_started_detached(tmp_path: Path) -> None:
    """The second way to start a process is closed, too."""
    with pytest.raises(Forbidden, match="runs docker"):
        start_detached(["docker", "version"], log=tmp_path / "log")


def test_aws_cannot_be_called(settings: Settings) -> None:
    """A call of a real client fails at once: boto3 does not swallow it, nor try again."""
    with pytest.raises(Forbidden, match="connects to"):
        session.client(settings, "sts").get_caller_identity()


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
def test_a_socket_cannot_leave(method: str) -> None:
    """No address is reachable, this machine's own among them."""
    with socket.socket() as one, pytest.raises(Forbidden, match="connects to"):
        getattr(one, method)(("127.0.0.1", 4566))


def test_a_socket_may_reach_the_tests_own_server(allowed_ports: set[int]) -> None:
    """What a test itself listens on, and names, is reachable."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        allowed_ports.add(port)
        with socket.create_connection(("127.0.0.1", port)) as one:
            assert one.getpeername() == ("127.0.0.1", port)


@pytest.mark.parametrize(("folder", "code"), [("rehearsal", 0), ("image", 1)])
def test_only_the_rehearsal_is_exempt(tmp_path: Path, folder: str, code: int) -> None:
    """The same test, under the same conftest.py, may run docker in one folder and in no other."""
    tools, tests = tmp_path / "bin", tmp_path / "tests"
    (tests / folder).mkdir(parents=True)
    tools.mkdir()
    (tools / "docker").write_text("#!/bin/sh\n")
    (tools / "docker").chmod(0o755)
    shutil.copy(Path(__file__).with_name("conftest.py"), tests)
    (tests / folder / "test_docker.py").write_text(
        "import subprocess\ndef test_docker():\n    subprocess.run(['docker'], check=True)\n"
    )
    root = Path(__file__).parents[1]
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": str(root), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tests)]
    done = run(command, env=env, cwd=tmp_path, check=False)
    assert done.code == code, done.stdout
    assert ("a unit test runs docker" in done.stdout) is bool(code)
