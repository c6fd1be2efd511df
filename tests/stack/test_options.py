"""The options: what is read, and how what is wrong is listed."""

import pytest

from slipway.errors import ConfigurationError
from slipway.templates import options
from tests.stack.environments import SECRET
from tests.stack.texts import (
    CONFLICTS,
    DEFAULTS,
    TEXTS,
    WRONG,
    Conflict,
    problems_of,
    refusal,
)

MALFORMED = [(name, text) for name, (texts, _) in WRONG.items() for text in texts]


def test_an_option_that_is_not_set_has_its_default() -> None:
    """An empty variable is one that is not set: CI has no way to unset one."""
    assert options.read("staging", {}) == options.read("staging", dict.fromkeys(TEXTS, ""))
    assert problems_of(DEFAULTS) == []


@pytest.mark.parametrize(("name", "text"), MALFORMED)
def test_a_malformed_text_is_refused_with_what_is_allowed(name: str, text: str) -> None:
    """The message has the name, the text and what it should have been."""
    (problem,) = problems_of({name: text})
    assert problem.startswith(refusal(name, text))
    assert WRONG[name][1] in problem


@pytest.mark.parametrize(
    "variables",
    [
        {"STACK_SECRETS": "SECRET_KEY=hunter2"},
        {"DATABASE_SECRET_ARN": "postgres://app:hunter2@host/app"},
    ],
)
def test_a_secret_in_the_place_of_its_arn_is_not_repeated(variables: dict[str, str]) -> None:
    """The message goes to the log of a job, which more people read than the secret."""
    (problem,) = problems_of(variables)
    assert "hunter2" not in problem
    assert "ARN" in problem


@pytest.mark.parametrize("conflict", CONFLICTS, ids=lambda each: "-".join(each.names))
def test_a_conflict_is_refused_with_its_variables(conflict: Conflict) -> None:
    """With the reason; the other variables have what they have when nobody sets them."""
    assert [each for each in CONFLICTS if each.in_(conflict.example)] == [conflict]
    (problem,) = problems_of(conflict.example)
    assert conflict.reason in problem
    assert all(name in problem for name in conflict.names)


def test_the_error_has_every_problem() -> None:
    """Printing it loses none."""
    with pytest.raises(ConfigurationError) as caught:
        options.read("staging", {"STACK_ZONES": "9", "STACK_WAFF": "yes"})
    assert caught.value.what.splitlines() == [
        "2 settings of 'staging' are wrong:",
        "  STACK_ZONES: '9' is not a whole number from 2 to 3",
        "  STACK_WAFF is not an option; did you mean STACK_WAF?",
    ]


def test_local_takes_what_the_emulator_can_hold() -> None:
    """Whatever is set for all environments: it is switched off there, and nothing is refused."""
    wide = {name: texts[-1] for name, texts in TEXTS.items()}
    found = options.read("local", wide)
    assert (found.egress, found.database, found.deployment) == ("public", "external", "rolling")
    assert not any([found.waf, found.assets, found.domain, found.autoscaling])


def test_several_texts_are_parted_by_commas() -> None:
    """With or without a blank behind each."""
    found = options.read("staging", {"STACK_SECRETS": f"A={SECRET},  B={SECRET}"})
    assert found.secrets == (f"A={SECRET}", f"B={SECRET}")
