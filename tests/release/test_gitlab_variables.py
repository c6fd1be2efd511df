"""GitLab's variables: which there are, and how they are set.

GitLab itself cannot run here; in its place stands a server that keeps what it is sent.
"""

import json
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from slipway.aws import session
from slipway.errors import ConfigurationError, Failed
from slipway.release import gitlab_variables
from slipway.settings import Settings
from slipway.templates import options
from stack.options import Options
from tests.answers import stubbed

OUTPUTS = {"RepositoryURL": "registry.example/shop", "DeploymentRole": "arn:role"}
KEY = {"DeploymentKeySecret": "arn:secret"}
TOKEN = "token of the test"


class GitLab(HTTPServer):
    """The variables of a project by key; every request is refused while `refusing` is a status."""

    refusing = 0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kept: dict[str, dict[str, Any]] = {}
        self.paths: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """GitLab's two calls: a change of what is there, and what is not there yet."""

    server: GitLab

    def do_PUT(self) -> None:
        """Change a variable, or say that there is none."""
        key = urllib.parse.urlsplit(self.path).path.rpartition("/")[2]
        known = self.server.kept.get(key)
        self._answer(200 if known else 404, known)

    def do_GET(self) -> None:
        """List the variables."""
        self.server.paths.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(list(self.server.kept.values())).encode())

    def do_POST(self) -> None:
        """Make a variable."""
        self._answer(201, {})

    def _answer(self, status: int, known: dict[str, Any] | None) -> None:
        data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.paths.append(self.path)
        status = self.server.refusing or status
        if self.headers["PRIVATE-TOKEN"] != TOKEN:
            status = 401
        if known is not None and status < 400:
            self.server.kept[data["key"]] = data
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@pytest.fixture
def gitlab(allowed_ports: set[int]) -> Iterator[GitLab]:
    """A GitLab whose project has no variable."""
    server = GitLab()
    allowed_ports.add(server.server_port)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def given(staging: Settings) -> Settings:
    """Settings with a token, and an option of the stack."""
    return replace(staging, gitlab_token=TOKEN, stack_options=(("STACK_ZONES", "3"),))


def project(server: GitLab) -> Options:
    """Name the project, at this GitLab."""
    found = options.read("staging", {"STACK_GITLAB_PROJECT": "group/shop"})
    return replace(found, gitlab_url=f"http://127.0.0.1:{server.server_port}")


def test_the_lines_are_what_to_set(given: Settings) -> None:
    """Names with the environment's prefix, values as they are; empty ones are left out."""
    assert gitlab_variables.lines(given, OUTPUTS) == [
        "STAGING_AWS_REGION=eu-west-1",
        "STAGING_AWS_STACKNAME=shop-staging",
        "STAGING_ECR_REPOSITORY=registry.example/shop",
        "STAGING_AWS_ROLE_ARN=arn:role",
        "STAGING_STACK_ZONES=3",
    ]


def test_a_job_deploys_what_this_machine_would(given: Settings) -> None:
    """One's own template, base image and endpoint are handed on; defaults are not."""
    own = replace(
        given,
        stack_template="my.stack.template",
        python_image="registry.example/python:3.13",
        endpoint_url="https://vpce.example",
    )
    found = {each.key: each.value for each in gitlab_variables.needed(own, OUTPUTS)}
    assert found["STAGING_STACK_TEMPLATE"] == "my.stack.template"
    assert found["STAGING_PYTHON_IMAGE"] == "registry.example/python:3.13"
    assert found["STAGING_AWS_ENDPOINT_URL"] == "https://vpce.example"
    assert not any("secret of the test" in text for text in found.values())


def test_an_image_of_this_machine_s_engine_is_not_handed_on(given: Settings) -> None:
    """No job could pull what `invoke engine` has built here."""
    local = replace(given, python_image="slipway/python:3.13")
    names = [each.key for each in gitlab_variables.needed(local, OUTPUTS)]
    assert "STAGING_PYTHON_IMAGE" not in names


def test_an_access_key_is_told_by_where_it_is_kept(given: Settings) -> None:
    """It is not read, so it cannot be shown."""
    assert gitlab_variables.lines(given, KEY)[-1] == (
        "STAGING_AWS_ACCESS_KEY_ID and STAGING_AWS_SECRET_ACCESS_KEY: in the secret arn:secret;"
        " set them masked and protected"
    )


def test_variables_are_made_protected_and_for_their_environment(
    given: Settings, gitlab: GitLab
) -> None:
    """No job of another branch or environment sees them."""
    names = gitlab_variables.set_all(given, project(gitlab), OUTPUTS)

    assert set(gitlab.kept) == set(names)
    made = gitlab.kept["STAGING_AWS_ROLE_ARN"]
    assert made["value"] == "arn:role"
    assert (made["protected"], made["masked"], made["environment_scope"]) == (
        True,
        False,
        "staging",
    )


def test_what_is_there_is_brought_to_its_value(given: Settings, gitlab: GitLab) -> None:
    """A second time, nothing is made twice; the change names the environment."""
    gitlab_variables.set_all(given, project(gitlab), OUTPUTS)
    gitlab.paths.clear()
    gitlab_variables.set_all(given, project(gitlab), {**OUTPUTS, "DeploymentRole": "arn:other"})

    assert gitlab.kept["STAGING_AWS_ROLE_ARN"]["value"] == "arn:other"
    assert all("environment_scope" in path for path in gitlab.paths)


def test_an_access_key_is_masked(given: Settings, gitlab: GitLab) -> None:
    """It goes from Secrets Manager to GitLab, and nowhere else."""
    kept = json.dumps({"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "half"})
    with stubbed(session.client(given, "secretsmanager")) as stubber:
        answer = {"SecretString": kept}
        stubber.add_response("get_secret_value", answer, {"SecretId": "arn:secret"})
        gitlab_variables.set_all(given, project(gitlab), {**OUTPUTS, **KEY})

    assert gitlab.kept["STAGING_AWS_SECRET_ACCESS_KEY"]["value"] == "half"
    assert gitlab.kept["STAGING_AWS_SECRET_ACCESS_KEY"]["masked"] is True


@pytest.mark.parametrize("text", ["hush", "[]", '{"AWS_ACCESS_KEY_ID": "hush"}'])
def test_a_secret_without_a_key_is_named_and_not_shown(given: Settings, text: str) -> None:
    """Somebody may have edited it."""
    with stubbed(session.client(given, "secretsmanager")) as stubber:
        stubber.add_response("get_secret_value", {"SecretString": text}, {"SecretId": "arn:secret"})
        with pytest.raises(Failed, match="the secret arn:secret holds no access key") as caught:
            gitlab_variables._key(given, KEY)  # noqa: SLF001 - what is sent needs a GitLab
    assert "hush" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("status", "kind"), [(403, ConfigurationError), (404, ConfigurationError), (400, Failed)]
)
def test_a_refusal_is_explained(
    given: Settings, gitlab: GitLab, status: int, kind: type[Exception]
) -> None:
    """A wrong token or name is the user's; anything else may be tried again."""
    gitlab.refusing = status
    with pytest.raises(kind, match=rf"127.0.0.1.*{status}"):
        gitlab_variables.set_all(given, project(gitlab), OUTPUTS)


def test_without_a_token_nothing_is_asked(staging: Settings, gitlab: GitLab) -> None:
    """Exit 2, and which kind of token."""
    with pytest.raises(ConfigurationError, match="GITLAB_TOKEN") as caught:
        gitlab_variables.set_all(staging, project(gitlab), OUTPUTS)
    assert "Maintainer" in caught.value.hint
    assert gitlab.paths == []


def test_the_variables_of_an_environment_are_read(given: Settings, gitlab: GitLab) -> None:
    """Those of another environment are not; GitLab does not show what is hidden."""
    for key, value, scope in (
        ("A", "1", "staging"),
        ("B", "2", "*"),
        ("C", "3", "production"),
        ("D", None, "staging"),
    ):
        gitlab.kept[key] = {"key": key, "value": value, "environment_scope": scope}
    assert gitlab_variables.read_all(given, project(gitlab)) == {"A": "1", "B": "2", "D": ""}
