"""The front door: what the printed address answers to this machine."""

import http.client
import ssl
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from slipway import polling
from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.settings import Settings

READY_PATH = "/health/ready"
TRY_SECONDS, PAUSE_SECONDS, ASK_SECONDS = 30.0, 2.0, 5.0
# A name that is new may be unknown at first. A private address stays out of reach.
UNREACHABLE_TRIES = 2
REDIRECTS = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}


class DoorError(Exception):
    """The address was reached, and gave no HTTP answer; the text says why."""


def ready_url(stack: Stack, url: str) -> str:
    """Return the address of the stack's readiness path; `url` ends with a slash, maybe of a path.

    A template that has no output for it has the path READY_PATH.
    """
    path = contract.outputs(stack).ready_path or READY_PATH
    return urljoin(url, path.removeprefix("/"))


def wait(ready_url: str, seconds: float = TRY_SECONDS) -> tuple[bool, str]:
    """Ask the readiness path until it answers 200, for so long; at least once.

    Return whether the door is good, and a sentence about it. An address that this machine
    cannot reach at all, such as a private one, is as good as the targets' health behind it,
    which is known by then; the sentence says so.
    """
    answer: int | str | None = None
    unreachable = 0
    for _ in polling.attempts(seconds, PAUSE_SECONDS):
        try:
            answer = ask(ready_url)
        except DoorError as error:
            answer = str(error)
        unreachable = unreachable + 1 if answer is None else 0
        if answer == HTTPStatus.OK or unreachable == UNREACHABLE_TRIES:
            break
    return judge(ready_url, answer)


def judge(ready_url: str, answer: int | str | None) -> tuple[bool, str]:
    """Decide about an answer: a status, an error's text, or None when nothing was reached."""
    path = urlsplit(ready_url).path
    if answer is None:
        host = urlsplit(ready_url).hostname
        return True, f"this machine cannot reach {host}: the load balancer's health checks count"
    if isinstance(answer, str):
        return False, f"GET {path}: {answer}"
    return answer == HTTPStatus.OK, f"GET {path} answers {answer}"


def ask(url: str) -> int | None:
    """Return the status of a GET, or None when the address cannot be reached.

    A redirect from HTTP to HTTPS of the same host is followed. No proxy is used and nothing of
    the environment is sent. Raises DoorError when something is reached that gives no answer:
    a refused connection, a certificate that does not hold, silence.
    """
    status, location = _get(url)
    if status in REDIRECTS and _is_same_door(url, location):
        status, _ = _get(location)
    return status


def _is_same_door(url: str, location: str) -> bool:
    before, after = urlsplit(url), urlsplit(location)
    return after.scheme == "https" and before.hostname == after.hostname


def _get(url: str) -> tuple[int | None, str]:
    """Send one GET; return its status and Location, or None and "" when there is no way."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ASK_SECONDS)
    try:
        connection.connect()
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or error
        raise DoorError(f"TLS: {reason}") from error
    except ConnectionError as error:
        raise DoorError(f"{error.strerror or error}".lower()) from error
    except OSError:  # no such name, no route, no answer in time
        return None, ""
    try:
        connection.request("GET", parts.path, headers={"User-Agent": "slipway"})
        response = connection.getresponse()
        return response.status, response.getheader("Location") or ""
    except TimeoutError as error:
        raise DoorError(f"no answer within {ASK_SECONDS:.0f} s") from error
    except (OSError, http.client.HTTPException) as error:
        raise DoorError(f"no HTTP answer: {error or type(error).__name__}") from error
    finally:
        connection.close()


def url(settings: Settings, current: Stack) -> str:
    """Return where the service answers; the local account's load balancer shares its port."""
    if not settings.is_local:
        return contract.outputs(current, "url").url
    name = contract.outputs(current, "balancer_host").balancer_host
    # Its first label is the balancer's name, and a number.
    return f"{settings.endpoint_url}/_alb/{name.partition('.')[0].rpartition('-')[0]}/"
