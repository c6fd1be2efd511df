"""The digest behind an image's name, asked of the engine or of a registry."""

import re
from enum import Enum

from slipway import polling
from slipway.docker import login
from slipway.errors import Failed
from slipway.shell import CommandFailed, run

LOOK_SECONDS = 60
TRIES = 3
PAUSE_SECONDS = 2.0
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ABSENT = ("not found", "manifest unknown", "name unknown")
DENIED = re.compile(r"\b40[13]\b|denied|unauthorized|forbidden|insufficient_scope", re.IGNORECASE)


class Answer(Enum):
    """What a registry's words mean."""

    ABSENT = "absent"
    DENIED = "denied"
    UNCLEAR = "unclear"


def in_engine(name: str) -> str | None:
    """Return the digest of an image of the engine; None when the engine has no such image."""
    done = run(["docker", "image", "inspect", "--format", "{{.Id}}", name], check=False)
    if done.code and "No such image" not in done.stderr:
        raise CommandFailed(done, hint="invoke engine")
    return done.stdout.strip() or None


def in_registry(name: str, *, tries: int = TRIES, timeout: float = LOOK_SECONDS) -> str | None:
    """Return the digest of a registry's image; None when the registry has no such image.

    Some registries say 401 or 403 for what they do not have. Where the engine's client has a
    login for the host, that counts as absent: the push decides. No answer at all is asked for
    again, `tries` times with `timeout` seconds for each.

    Raises Failed when the registry gives no answer, or refuses one without a login.
    """
    inspect = ["docker", "buildx", "imagetools", "inspect", "--format", "{{json .Manifest.Digest}}"]
    for left in reversed(range(tries)):
        done = run([*inspect, name], check=False, timeout=timeout)
        if done.code == 0:
            return parse(done.stdout, name)
        if (answer := classify(done.stderr, name)) is not Answer.UNCLEAR or not left:
            break
        polling.sleep(PAUSE_SECONDS)
    host = name.partition("/")[0]
    if answer is Answer.ABSENT or (answer is Answer.DENIED and login.is_known(host)):
        return None
    hint = f"docker login {host}" if answer is Answer.DENIED else f"check the network and {host}"
    raise Failed(f"{name} cannot be looked up: {done.stderr.strip()}", hint=hint)


def parse(text: str, name: str) -> str:
    """Return the digest in the output of `imagetools inspect`.

    buildx before 0.33 takes every format that begins with `{{.Manifest` for the whole manifest,
    and prints it as a list of lines.
    """
    digests = set(DIGEST.findall(text.replace(name, "")))
    if len(digests) != 1:
        raise Failed(
            f"the digest of {name} is not in buildx's answer: {text.strip()[:200]!r}",
            hint="docker buildx version; README.md says which one is needed",
        )
    return str(digests.pop())


def classify(words: str, name: str) -> Answer:
    """Decide what a failed look-up means; the image's own name is no part of the answer."""
    said = words.replace(name, "")
    if DENIED.search(said):
        return Answer.DENIED
    return Answer.ABSENT if any(word in said.lower() for word in ABSENT) else Answer.UNCLEAR
