"""Which AWS credentials an environment has: one kind, whole, from one source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

ID_TOKEN = "AWS_ID_TOKEN"  # noqa: S105 - a variable's name
# botocore takes a role of its own accord by this file; AWS_ROLE_ARN is then not for Slipway.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
TOKEN_FILE = "AWS_WEB_IDENTITY_TOKEN_FILE"  # noqa: S105 - a variable's name


class Kind(Enum):
    """A kind of credentials: the variables it needs, and those that it may have beside them."""

    def __init__(self, required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        self.required = required
        self.optional = optional

    KEY = (("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SESSION_TOKEN",))
    PROFILE = (("AWS_PROFILE",), ())
    ROLE = (("AWS_ROLE_ARN", ID_TOKEN), ())


NAMES = tuple(name for kind in Kind for name in (*kind.required, *kind.optional))


@dataclass(frozen=True)
class Credentials:
    """The chosen values by plain name, the variables they came from, and what is wrong.

    Without values and problems, boto3 looks for credentials by itself.
    """

    values: Mapping[str, str]
    names: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def choose(prefix: str, *sources: Mapping[str, str]) -> Credentials:
    """Choose an environment's credentials from `sources`, the first of which counts most.

    `prefix` is the environment's, such as "STAGING_". Names with the prefix beat plain names,
    whatever kind of credentials they are for. The first source that has any decides alone:
    nothing is added to it from another one, except that a job's AWS_ID_TOKEN is for every role.
    """
    for start in (prefix, ""):
        for variables in sources:
            kinds = [kind for kind in Kind if _is_given(kind, start, variables)]
            if len(kinds) > 1:
                return Credentials({}, problems=(_conflict(kinds, start, variables),))
            if kinds:
                token = next(_tokens(start, variables, *sources), None)
                return _read(kinds[0], start, variables, token)
    return Credentials({})


def _is_given(kind: Kind, start: str, variables: Mapping[str, str]) -> bool:
    """Whether a source names this kind; a job's plain token alone names no role."""
    names = _given(kind, start, variables)
    if kind is Kind.ROLE and not start:
        own_token = variables.get(ID_TOKEN) or not variables.get(TOKEN_FILE)
        return "AWS_ROLE_ARN" in names and bool(own_token)
    return bool(names)


def _given(kind: Kind, start: str, variables: Mapping[str, str]) -> list[str]:
    return [name for name in (*kind.required, *kind.optional) if variables.get(start + name)]


def _tokens(start: str, *sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """List the tokens of a job with their variables, the one that counts most first."""
    for name in (start + ID_TOKEN, ID_TOKEN):
        for variables in sources:
            if text := variables.get(name):
                yield name, text


def _read(
    kind: Kind, start: str, variables: Mapping[str, str], token: tuple[str, str] | None
) -> Credentials:
    chosen = {
        name: (start + name, variables[start + name]) for name in _given(kind, start, variables)
    }
    if kind is Kind.ROLE and token:
        chosen.setdefault(ID_TOKEN, token)
    names = tuple(name for name, _ in chosen.values())
    problems = [_missing(start + name, names) for name in kind.required if name not in chosen]
    values = {name: text for name, (_, text) in chosen.items()}
    return Credentials({} if problems else values, names, tuple(problems))


def _missing(name: str, names: tuple[str, ...]) -> str:
    """Say which half of a kind is missing, and for a role's token where it comes from."""
    if name.endswith(ID_TOKEN):
        return (
            f"{names[0]} is set without {ID_TOKEN}: a GitLab job gets one from id_tokens in "
            f".gitlab-ci.yml; elsewhere unset {names[0]}"
        )
    return f"{name} is missing: {' and '.join(names)} cannot be used without it"


def _conflict(kinds: list[Kind], start: str, variables: Mapping[str, str]) -> str:
    """Name the first variable of each kind that one source has."""
    names = [start + _given(kind, start, variables)[0] for kind in kinds]
    return f"{' and '.join(names)} are different credentials: unset all but one"
