"""A stack remembers the function that made its template."""

import json
from dataclasses import replace
from typing import Any

import pytest

from slipway.errors import Refused
from slipway.settings import Settings
from slipway.settings.declared import DEFAULT_TEMPLATE
from slipway.templates import blueprint, origin

OWN = "own_stack.template"


def made_by(function: str) -> dict[str, Any]:
    """Make a deployed template of a function."""
    return {"Metadata": {"Slipway": {"Template": function}}}


def test_a_template_says_which_function_made_it(staging: Settings) -> None:
    """In its own metadata, which CloudFormation keeps with it."""
    body = json.loads(blueprint.application(staging).body)
    assert body["Metadata"]["Slipway"] == {"Template": DEFAULT_TEMPLATE}


def test_the_default_does_not_replace_a_template_of_one_s_own(staging: Settings) -> None:
    """Exit 4: a job without STACK_TEMPLATE does not know that there is one."""
    with pytest.raises(Refused, match=f"was made by {OWN}, and STACK_TEMPLATE is not") as caught:
        origin.require_same(staging, made_by(OWN))
    assert caught.value.hint.startswith(f"set STACK_TEMPLATE={OWN}; or, to replace the template: ")


@pytest.mark.parametrize("deployed", [{}, {"Metadata": {}}, made_by(DEFAULT_TEMPLATE)])
def test_the_default_goes_on_with_its_own(staging: Settings, deployed: dict[str, Any]) -> None:
    """And with a stack that remembers nothing yet."""
    origin.require_same(staging, deployed)


@pytest.mark.parametrize("function", [OWN, DEFAULT_TEMPLATE])
def test_a_function_that_is_named_is_meant(staging: Settings, function: str) -> None:
    """Who sets STACK_TEMPLATE changes it on purpose, and back."""
    origin.require_same(replace(staging, stack_template=function), made_by("another.template"))
