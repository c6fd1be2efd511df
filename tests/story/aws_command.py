"""The `aws` command line as far as the pages use it: one call by botocore, as `aws` makes it.

https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-commandstructure.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jmespath
from botocore import xform_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Of the command line itself, not of the call.
QUERY, OUTPUT = "--query", "--output"


def run(client: Callable[[str], Any], words: list[str]) -> str:
    """Run `aws SERVICE OPERATION --NAME VALUE ...`; return what `--query` chooses, as text.

    `client` makes the client of a service. Raises botocore's errors for what AWS refuses, and
    AssertionError for an option that the operation does not have.
    """
    service, operation, *rest = words
    if operation == "wait":
        waiter, *options = rest
        _wait(client(service), waiter.replace("-", "_"), dict(_pairs(options)))
        return ""
    method = operation.replace("-", "_")
    given = dict(_pairs(rest))
    query = given.pop(QUERY, "")
    given.pop(OUTPUT, None)
    own = client(service)
    answer = getattr(own, method)(**_parameters(own, method, given))
    return str(jmespath.search(query, answer)) if query else ""


def _wait(client: Any, name: str, options: dict[str, str]) -> None:
    """Wait as `aws ... wait` does, whose waiters are botocore's."""
    waiter = client.get_waiter(name)
    waiter.wait(**{_camel(option): value for option, value in options.items()})


def _camel(option: str) -> str:
    return "".join(word.capitalize() for word in option.removeprefix("--").split("-"))


def _parameters(client: Any, method: str, options: dict[str, str]) -> dict[str, Any]:
    """Return the arguments of a call: each option is a member of its input, or `no-` and one."""
    operation = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    members = {xform_name(name).replace("_", "-"): name for name in operation.input_shape.members}
    arguments: dict[str, Any] = {}
    for option, value in options.items():
        name = option.removeprefix("--")
        if value:
            arguments[members[name]] = value
        else:
            arguments[members[name.removeprefix("no-")]] = not name.startswith("no-")
    return arguments


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield each option with its value, "" for one that has none."""
    for place, word in enumerate(words):
        if word.startswith("--"):
            following = words[place + 1 : place + 2]
            yield word, following[0] if following and not following[0].startswith("--") else ""
