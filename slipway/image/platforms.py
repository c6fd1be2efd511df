"""The platform that an image is built for, and whether this machine can run it."""

import platform

from slipway.errors import ConfigurationError
from slipway.settings import Settings
from slipway.shell import run

OPTION, DEFAULT = "STACK_ARCHITECTURE", "x86_64"
PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
# What Python and engines call the two.
MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}


def target(settings: Settings) -> str:
    """Return the platform of the environment's tasks: linux/amd64 or linux/arm64.

    It is that of STACK_ARCHITECTURE. Without that option, the local account runs what this
    machine runs, and every other environment x86_64.

    Raises ConfigurationError for an architecture that ECS does not have:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html
    """
    named = dict(settings.stack_options).get(OPTION)
    architecture = named or (_of_this_machine() if settings.is_local else DEFAULT)
    if architecture not in PLATFORMS:
        known = " or ".join(PLATFORMS)
        raise ConfigurationError(f"{OPTION}: {architecture!r} is not {known}")
    return PLATFORMS[architecture]


def require(wanted: str) -> bool:
    """Return whether the engine emulates this platform, with its own as the first choice.

    Raises ConfigurationError when the engine cannot run the platform at all: neither the steps
    of a build nor the suite could be started.
    """
    version = ["docker", "version", "--format", "{{.Server.Os}}/{{.Server.Arch}}"]
    if (own := run(version).stdout.strip()) == wanted:
        return False
    if wanted in supported(run(["docker", "buildx", "inspect"], check=False).stdout):
        return True
    raise ConfigurationError(
        f"the image is for {wanted}, which this engine ({own}) can neither run nor emulate",
        hint="docker run --privileged --rm tonistiigi/binfmt --install all; or use a machine of"
        f" that architecture; or set {OPTION}",
    )


def supported(inspected: str) -> set[str]:
    """Return the platforms in the output of `docker buildx inspect`.

    A preferred platform is marked by an asterisk.
    """
    lines = (line.partition(":") for line in inspected.splitlines())
    listed = [text for name, _, text in lines if name.strip() == "Platforms"]
    return {word.strip(" *") for text in listed for word in text.split(",")} - {""}


def _of_this_machine() -> str:
    machine = platform.machine().lower()
    return MACHINES.get(machine, machine)
