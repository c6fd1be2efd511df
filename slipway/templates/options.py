"""The options of an environment's stacks: stack/ declares them, the one loader reads them."""

from collections.abc import Mapping

from slipway.settings import loader
from stack.options import Options, conflicts, declared, partitions
from stack.options.values import OWN_VARIABLES

__all__ = ["OWN_VARIABLES", "declared", "read"]


def read(
    environment: str,
    variables: Mapping[str, str],
    region: str = "",
    own: tuple[tuple[str, str], ...] = (),
) -> Options:
    """Read the options of an environment; for `local`, what the emulator cannot hold is off.

    `own` are the application's variables, names and texts. Raises ConfigurationError that lists
    every unknown name and every malformed text, or every conflict and what is impossible in the
    region, if one is given.
    """
    values, malformed = loader.read(declared(), environment, variables)
    loader.require(environment, [*malformed, *loader.unknown(declared(), variables)])
    options = Options(environment=environment, variables=own, **values)
    elsewhere = partitions.problems(options, region) if region else ()
    loader.require(environment, [*conflicts.of(options), *elsewhere])
    return options
