"""Any combination of options: its templates are right, or it is refused with reasons."""

from collections.abc import Mapping

from cfnlint.api import lint
from cfnlint.config import ManualArgs
from hypothesis import given, settings
from hypothesis import strategies as st

from slipway.templates import checks, options
from tests.stack.environments import FUNCTIONS, SECRET, VARIABLES, body
from tests.stack.test_local import REFUSED, types
from tests.stack.texts import (
    CONFLICTS,
    TEXTS,
    WRONG,
    combinations,
    problems_of,
    refusal,
    repeatable,
    slips,
    without_conflicts,
)

GOLDEN = {
    title for name in VARIABLES for each in FUNCTIONS for title in body(name, each)["Resources"]
}


def test_every_option_is_tried() -> None:
    """A new option without texts that it takes, and texts that it refuses, is not overlooked."""
    names = [each.metadata["name"] for each in options.declared()]
    assert sorted(TEXTS) == sorted(WRONG) == sorted(names)


@settings(repeatable, max_examples=500)
@given(combinations)
def test_each_conflict_is_listed_with_its_variables(variables: Mapping[str, str]) -> None:
    """As many messages as there are conflicts, each with names and reason; without one, none."""
    found = [each for each in CONFLICTS if each.in_(variables)]
    problems = problems_of(variables)
    assert len(problems) == len(found)
    for each in found:
        (problem,) = [one for one in problems if each.reason in one]
        assert all(name in problem for name in each.names)


@settings(repeatable, max_examples=200)
@given(slips, st.sets(st.sampled_from(["STACK_WAFF", "STACK_", "ZONES"])))
def test_all_that_is_malformed_is_listed_at_once(slips: dict[str, str], unknown: set[str]) -> None:
    """Each with its name, its text and what is allowed; a name that nobody knows is one of them."""
    problems = problems_of({**slips, **dict.fromkeys(unknown, "yes")})
    assert len(problems) == len(slips) + len(unknown)
    for name, text in slips.items():
        (problem,) = [each for each in problems if each.startswith(f"{name}:")]
        assert problem.startswith(refusal(name, text))
        assert WRONG[name][1] in problem
    listed = {each.split()[0] for each in problems if "is not an option" in each}
    assert listed == unknown


@settings(repeatable, max_examples=200)
@given(combinations)
def test_what_is_not_refused_is_right(variables: Mapping[str, str]) -> None:
    """Our own checks are content, and there is no resource that no golden file has."""
    chosen = without_conflicts(variables)
    for stack in FUNCTIONS:
        made = FUNCTIONS[stack](options.read("staging", chosen)).to_dict()
        assert checks.problems(made) == []
        assert made["Resources"].keys() <= GOLDEN


@settings(repeatable, max_examples=100)
@given(combinations)
def test_the_local_account_takes_any_combination(variables: Mapping[str, str]) -> None:
    """What is set for all environments is switched off there, where the emulator cannot hold it."""
    for stack in FUNCTIONS:
        made = body("local", stack, **{**variables, "DATABASE_SECRET_ARN": SECRET})
        assert checks.problems(made) == []
        assert types(made) & REFUSED == set()


@settings(repeatable, max_examples=12)
@given(combinations)
def test_what_is_not_refused_passes_the_linter(variables: Mapping[str, str]) -> None:
    """A second for each, so fewer of them."""
    chosen = options.read("staging", without_conflicts(variables))
    for function in FUNCTIONS.values():
        found = lint(function(chosen).to_json(), config=ManualArgs(regions=["eu-west-1"]))
        assert [str(match) for match in found] == []
