"""The images that every other is built on or tested with."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from slipway.bare_engine import debian
from slipway.bare_engine.debian_images import OWN_PREFIX, is_present, make_postgres, make_python
from slipway.docker import machine
from slipway.errors import ConfigurationError, Failed, SlipwayError
from slipway.shell import run

PYTHON_SETTING, POSTGRES_SETTING = "PYTHON_IMAGE", "POSTGRES_IMAGE"
REACH_SECONDS = 20
PULL_SECONDS = 1800
REFUSALS = ("not found", "denied", "unauthorized", "invalid reference", "manifest unknown")
SILENCES = (
    "no such host",
    "name resolution",
    "server misbehaving",
    "connection refused",
    "connection reset",
    "timeout",
    "timed out",
    "deadline exceeded",
    "unreachable",
    "no route to host",
    "eof",
    "proxyconnect",
)

Say = Callable[[str], None]


@dataclass(frozen=True)
class BaseImages:
    """Names of the Python and the Postgres image; `asked` are those that the settings gave."""

    python: str
    postgres: str
    asked: tuple[str, str]

    def stand_ins(self) -> dict[str, str]:
        """Name each setting that must change, with the image that stands in for its own."""
        pairs = zip((PYTHON_SETTING, POSTGRES_SETTING), (self.python, self.postgres), strict=True)
        both = zip(self.asked, pairs, strict=True)
        return {setting: name for asked, (setting, name) in both if name != asked}


class Source(Enum):
    """Where an image comes from that the engine does not have."""

    PULL = "pull"
    MAKE = "make"
    NOWHERE = "nowhere"


def ensure(python_image: str, postgres_image: str, say: Say = print) -> BaseImages:
    """Have both images in the engine and return their names.

    Where no image registry can be reached and this is Debian, with root's rights, they
    are made of Debian's packages, under names of their own.

    Raises ConfigurationError when a name is wrong or there is no such image, Failed
    when a registry answers but the pull does not end well.
    """
    asked = (python_image, postgres_image)
    if is_present(*asked):
        return BaseImages(*asked, asked)
    python = _have(python_image, PYTHON_SETTING, make_python, say)
    postgres = _have(postgres_image, POSTGRES_SETTING, make_postgres, say)
    return BaseImages(python, postgres, asked)


def remember(images: BaseImages, dotenv: Path, say: Say = print) -> None:
    """Write the names that are not those asked for into `.env`, which only its owner reads."""
    from dotenv import set_key

    if stand_ins := images.stand_ins():
        dotenv.touch(mode=0o600)
        dotenv.chmod(0o600)
        for setting, name in stand_ins.items():
            set_key(dotenv, setting, name, quote_mode="never")
            say(f"base images: wrote {setting}={name} into {dotenv}")


def choose(*, own: bool, answers: bool, can_make: bool) -> Source:
    """Decide where a missing image comes from.

    `own` says that it has one of the names that only this machine gives; `answers`
    that its registry does.
    """
    if can_make and (own or not answers):
        return Source.MAKE
    # Not asked whether the registry answers: the engine may have a proxy that we have not.
    return Source.NOWHERE if own else Source.PULL


def _have(name: str, setting: str, make: Callable[[Say], str], say: Say) -> str:
    if is_present(name):
        return name
    own = name.startswith(OWN_PREFIX)
    can_make = machine.is_root() and machine.is_supported()
    answers = can_make and not own and _answers(name)
    source = choose(own=own, answers=answers, can_make=can_make)
    if source is Source.NOWHERE:
        what = f"{name} is not in the engine, and can be built only on a bare Debian machine"
        raise ConfigurationError(what, hint=f"remove {setting} from .env, then: invoke engine")
    if source is Source.PULL:
        return _pull(name, setting, say)
    if not own:
        say(f"base images: no registry answers for {name}")
    with debian.alone():
        return make(say)


def _answers(name: str) -> bool:
    """Ask the registry for the image's name alone: a pull has no time limit of its own."""
    try:
        command = ["docker", "buildx", "imagetools", "inspect", name]
        done = run(command, check=False, timeout=REACH_SECONDS)
    except Failed:
        return False
    return done.code == 0 or not is_silence(done.stderr)


def _pull(name: str, setting: str, say: Say) -> str:
    say(f"base images: pulling {name}")
    command = ["docker", "pull", "--quiet", name]
    done = run(command, check=False, timeout=PULL_SECONDS)
    if done.code:
        raise explain_missing_image(name, setting, done.stderr.strip())
    return name


def explain_missing_image(name: str, setting: str, words: str) -> SlipwayError:
    """Say why a pull failed, from docker's own words."""
    if is_silence(words):
        what = f"{name} is not in the engine, and its registry does not answer: {words}"
        hint = f"check the network, or set {setting} to an image you can pull"
        return ConfigurationError(what, hint=hint)
    if any(refusal in words.lower() for refusal in REFUSALS):
        hint = f"correct {setting}, or docker login to its registry"
        return ConfigurationError(f"the registry does not provide {name}: {words}", hint=hint)
    return Failed(f"{name} cannot be pulled: {words}", hint="to try again: invoke engine")


def is_silence(words: str) -> bool:
    """Whether docker's words mean that the registry did not answer, not that it said no.

    A registry's no names the image, and that name may hold such a word itself.
    """
    refused = any(refusal in words.lower() for refusal in REFUSALS)
    return not refused and any(silence in words.lower() for silence in SILENCES)
