"""The checks that no linter makes: each reads a rendered template and says what is wrong in it."""

from collections.abc import Callable, Iterator

from stack.checks import names, rights, services
from stack.checks.body import Body

CHECKS: tuple[Callable[[Body], Iterator[str]], ...] = (
    names.dangling,
    names.tags,
    services.switches,
    services.capacity,
    services.targets,
    services.containers,
    rights.stars,
    rights.tokens,
    rights.secrets,
)


def problems(body: Body) -> list[str]:
    """List what is wrong with a template, a sentence for each thing."""
    return [problem for check in CHECKS for problem in check(body)]
