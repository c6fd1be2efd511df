"""A shell in a task, with a program in the place of AWS's plugin."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from slipway.aws import session as aws
from slipway.errors import ConfigurationError, Failed
from slipway.release import shell_session
from slipway.settings import Settings

SESSION = {"sessionId": "s-1", "streamUrl": "wss://stream.example", "tokenValue": "hush"}
TASK: Any = {
    "taskArn": "arn:aws:ecs:eu-west-1:1:task/shop/0123",
    "containers": [
        {"name": "aws-guardduty-agent-1", "runtimeId": "0123-1"},
        {"name": "web", "image": "registry.example/shop@sha256:1", "runtimeId": "0123-2"},
    ],
}
PLUGIN = """#!{python}
import json, os, sys
if "--version" in sys.argv:
    print("{version}")
    sys.exit()
print(json.dumps([sys.argv[1:], json.loads(os.environ[sys.argv[1]]), sys.stdin.read()]))
sys.exit({code})
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is searched for programs before all others."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def install(path: Path, version: str = "1.2.764.0", code: int = 0) -> None:
    """Put a plugin into the folder that shows what it is given, and ends with a code."""
    plugin = path / shell_session.PLUGIN
    plugin.write_text(PLUGIN.format(python=sys.executable, version=version, code=code))
    plugin.chmod(0o755)


def answer(settings: Settings) -> Stubber:
    """Have ECS begin a session in the application's container."""
    stubber = Stubber(aws.client(settings, "ecs"))
    question = {
        "cluster": "shop",
        "task": TASK["taskArn"],
        "container": "web",
        "command": "/bin/sh",
        "interactive": True,
    }
    stubber.add_response("execute_command", {"session": SESSION}, question)
    return stubber


def test_the_plugin_gets_the_session_unseen_and_the_terminal(
    staging: Settings,
    path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The token stands in no argument list, and what is typed reaches the shell."""
    install(path)
    (path / "typed").write_text("ls\n")
    with (path / "typed").open() as typed, answer(staging):
        before = os.dup(0)
        os.dup2(typed.fileno(), 0)
        try:
            shell_session.open_shell(staging, "shop", TASK)
        finally:
            os.dup2(before, 0)
            os.close(before)
    arguments, session, written = json.loads(capfd.readouterr().out)
    assert (session, written) == (SESSION, "ls\n")
    assert "hush" not in str(arguments)
    assert arguments[1:4] == ["eu-west-1", "StartSession", ""]
    assert json.loads(arguments[4]) == {"Target": "ecs:shop_0123_0123-2"}
    assert arguments[5] == "https://ecs.eu-west-1.amazonaws.com"


def test_a_session_that_fails_is_said(
    staging: Settings, path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, with the plugin's code; its own words are on the screen."""
    install(path, code=3)
    with answer(staging), pytest.raises(Failed, match="ended with exit code 3"):
        shell_session.open_shell(staging, "shop", TASK)
    assert capfd.readouterr().out


def test_a_plugin_is_needed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2, and where to get it."""
    monkeypatch.setenv("PATH", str(path))
    with pytest.raises(ConfigurationError, match="is not installed") as caught:
        shell_session.require_plugin()
    assert caught.value.hint.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("version", ["1.2.497.0", "1.2.54.0", "1.1.999.9"])
def test_a_plugin_that_wants_the_token_as_an_argument_is_refused(path: Path, version: str) -> None:
    """Everybody on the machine can read argument lists."""
    install(path, version)
    with pytest.raises(ConfigurationError, match=f"{version} is too old"):
        shell_session.require_plugin()


@pytest.mark.parametrize("version", ["1.2.536.0", "1.2.764.0", "1.10.0.0", "2.0.0.0"])
def test_a_newer_plugin_is_taken(path: Path, version: str) -> None:
    """Versions are numbers, and not text."""
    install(path, version)
    shell_session.require_plugin()


def test_a_task_without_the_repository_s_image_has_a_shell_in_its_first_container() -> None:
    """A template of one's own may run another image."""
    assert shell_session.application_container(TASK, "other/shop")["name"].startswith("aws-")
