"""The AWS boundary, against a server of the test's own."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import HTTPClientError

from slipway.aws import calls, session
from slipway.errors import SlipwayError
from slipway.settings import Settings

THROTTLED = (400, "<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>")
RESULT = "<DescribeStacksResult><Stacks/></DescribeStacksResult>"
NO_STACKS = (200, f"<DescribeStacksResponse>{RESULT}</DescribeStacksResponse>")


SESSION = {
    "AccessKeyId": "key of a job",
    "SecretAccessKey": "half of a job",
    "SessionToken": "token of a job",
    "Expiration": "2100-01-01T00:00:00Z",
}
CREDENTIALS = "".join(f"<{name}>{text}</{name}>" for name, text in SESSION.items())
TAKEN = f"""<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult>
<Credentials>{CREDENTIALS}</Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"""


@contextmanager
def answering(
    answers: list[tuple[int, str]], asked: list[tuple[str, str]] | None = None
) -> Iterator[HTTPServer]:
    """Serve these answers, each once, in their order; keep what was `asked`, and by whom."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if asked is not None:
                asked.append((question, self.headers.get("Authorization", "")))
            code, body = answers.pop(0)
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing: the test's output is not the server's log."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_a_throttled_call_is_tried_again(settings: Settings, allowed_ports: set[int]) -> None:
    """AWS slows down a client that asks much, and a deploy asks every second."""
    answers = [THROTTLED, NO_STACKS]
    with answering(answers) as server:
        allowed_ports.add(server.server_port)
        there = replace(settings, endpoint_url=f"http://127.0.0.1:{server.server_port}")
        found = session.client(there, "cloudformation").describe_stacks()
    assert found["Stacks"] == []
    assert answers == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a fraction of a second where the boundary waits for many."""
    monkeypatch.setattr(session, "READ_SECONDS", 0.5)
    monkeypatch.setattr(session, "ATTEMPTS", 1)
    monkeypatch.setattr(calls, "NOTICE_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "body",
    [
        "<html><body>Please log in</body></html>",
        "{}",
        "garbage",
        "",
        "<DescribeStacksResponse/>",
        f"<DescribeStacksResponse>{RESULT.replace('<Stacks/>', '')}</DescribeStacksResponse>",
    ],
)
@pytest.mark.parametrize("status", [200, 403])
def test_an_answer_that_is_not_aws_s_is_explained(
    settings: Settings, allowed_ports: set[int], body: str, status: int
) -> None:
    """A proxy's page, another server, half an answer: one line that says so, and no traceback."""
    with answering([(status, body)] * 4) as server:
        allowed_ports.add(server.server_port)
        there = replace(settings, endpoint_url=f"http://127.0.0.1:{server.server_port}")
        with pytest.raises((Exception,)) as caught:
            session.client(there, "cloudformation").describe_stacks()["Stacks"][0]
    found = session.explain_call_error(caught.value)
    assert isinstance(found, SlipwayError)
    assert "not from AWS" in found.what
    assert found.hint


def drop(server: socket.socket) -> None:
    """Accept one connection, and close it."""
    server.accept()[0].close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("closes", [True, False])
def test_silence_and_a_dropped_connection_are_explained(
    settings: Settings,
    allowed_ports: set[int],
    capsys: pytest.CaptureFixture[str],
    closes: bool,  # noqa: FBT001
) -> None:
    """No answer, from which endpoint, to which call; a silent one is shown meanwhile."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        allowed_ports.add(port)
        if closes:
            Thread(target=drop, args=(server,), daemon=True).start()
        there = replace(settings, endpoint_url=f"http://127.0.0.1:{port}")
        with pytest.raises(HTTPClientError) as caught:
            session.client(there, "cloudformation").describe_stacks()
    found = session.explain_call_error(caught.value)
    assert found is not None
    assert found.what.startswith(f"no answer (cloudformation DescribeStacks at 127.0.0.1:{port})")
    if not closes:
        shown = f"  waiting for AWS: cloudformation DescribeStacks at 127.0.0.1:{port}\n"
        assert capsys.readouterr().err == shown


def test_a_call_has_limits(settings: Settings) -> None:
    """No call waits for ever: the promise of the boundary's docstring."""
    config: Any = session.client(settings, "cloudformation").meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries == {"mode": "standard", "total_max_attempts": 4}


def test_a_client_is_made_once(settings: Settings) -> None:
    """Making one costs more than a call of it."""
    assert session.client(settings, "ecs") is session.client(replace(settings), "ecs")


def of_a_job(staging: Settings, endpoint: str) -> Settings:
    """Return the settings of a GitLab job that takes a role at an endpoint."""
    return replace(
        staging,
        access_key_id=None,
        secret_access_key=None,
        role_arn="arn:aws:iam::123456789012:role/deploy",
        id_token="token-of-gitlab",
        endpoint_url=endpoint,
    )


def test_a_job_takes_its_role_again_when_the_session_ends(
    staging: Settings, allowed_ports: set[int]
) -> None:
    """A deploy that bakes for hours outlives a session of one: the token lives with the job."""
    soon = datetime.now(UTC) + timedelta(minutes=1)
    ends = re.sub("<Expiration>.*</Expiration>", f"<Expiration>{soon:%FT%TZ}</Expiration>", TAKEN)
    asked = list[tuple[str, str]]()
    answers = [(200, ends), NO_STACKS, (200, TAKEN), NO_STACKS]
    with answering(answers, asked) as server:
        allowed_ports.add(server.server_port)
        cloudformation = session.client(
            of_a_job(staging, f"http://127.0.0.1:{server.server_port}"), "cloudformation"
        )
        cloudformation.describe_stacks()
        cloudformation.describe_stacks()
    taken = [question for question, _ in asked if "Action=AssumeRoleWithWebIdentity" in question]
    assert len(taken) == 2
    assert all("WebIdentityToken=token-of-gitlab" in question for question in taken)


def test_a_job_takes_its_role_by_its_token(staging: Settings, allowed_ports: set[int]) -> None:
    """GitLab's token becomes the role's credentials at the first call, and signs nothing itself."""
    answers, asked = [(200, TAKEN), NO_STACKS], list[tuple[str, str]]()
    with answering(answers, asked) as server:
        allowed_ports.add(server.server_port)
        there = f"http://127.0.0.1:{server.server_port}"
        job = of_a_job(staging, there)
        session.client(job, "cloudformation").describe_stacks()

    (taking, unsigned), (_, signed) = asked
    assert "Action=AssumeRoleWithWebIdentity" in taking
    assert "WebIdentityToken=token-of-gitlab" in taking
    assert "role%2Fdeploy" in taking
    assert unsigned == ""
    assert "Credential=key of a job/" in signed
    assert "token-of-gitlab" not in repr(job)
