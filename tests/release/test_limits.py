"""Sizes that do not go together: found before anything is built."""

import pytest

from slipway.errors import ConfigurationError
from slipway.release import limits, parameters
from tests.stack.environments import body

DECIDED = {"WebAppRevision": "c0ffee", "RepositoryURL": "registry.example/shop"}
STAGING, AURORA = (
    body("staging", "application", STACK_DATABASE=database) for database in ("postgres", "aurora")
)


@pytest.mark.parametrize(
    ("template", "named", "words"),
    [
        (STAGING, {"WebWorkerDesiredCount": "8"}, "WebWorkerDesiredCount is 8 and MaxScale is 6"),
        (STAGING, {"MaxScale": "1"}, "WebWorkerDesiredCount is 2 and MaxScale is 1"),
        (STAGING, {"DatabaseStorage": "200"}, "DatabaseStorage is 200 and DatabaseMaxStorage is"),
        (STAGING, {"DatabaseStorage": "100", "DatabaseMaxStorage": "109"}, "a tenth above"),
        (AURORA, {"DatabaseMinCapacity": "8"}, "is 8 and DatabaseMaxCapacity is 4"),
        (AURORA, {"DatabaseMinCapacity": "0.3"}, "is 0.3: it must be a multiple of 0.5"),
        (STAGING, {"MaxScale": "6.5"}, "MaxScale is 6.5: it must be a multiple of 1"),
    ],
)
def test_a_size_that_aws_would_refuse_is_refused_first(
    template: dict[str, object], named: dict[str, str], words: str
) -> None:
    """Also if one of the two is carried over, or the default."""
    with pytest.raises(ConfigurationError) as caught:
        parameters.require_valid(template, {**DECIDED, **named}, {})
    assert words in caught.value.what
    with pytest.raises(ConfigurationError, match="does not allow"):
        parameters.require_valid(template, DECIDED, named)


@pytest.mark.parametrize(
    ("template", "named"),
    [
        (STAGING, {"WebWorkerDesiredCount": "6"}),
        (STAGING, {"DatabaseStorage": "100", "DatabaseMaxStorage": "110"}),
        (AURORA, {"DatabaseMinCapacity": "4"}),
        (AURORA, {"DatabaseMinCapacity": "0.5"}),
        (STAGING, {}),
    ],
)
def test_a_size_that_aws_takes_is_taken(template: dict[str, object], named: dict[str, str]) -> None:
    """Up to the last that is allowed."""
    parameters.require_valid(template, {**DECIDED, **named}, {})


def test_a_template_of_one_s_own_is_checked_by_its_resources() -> None:
    """Its parameters have other names, or it has none; what is not known is no problem."""
    target = {"MinCapacity": 3, "MaxCapacity": {"Ref": "Most"}}
    kind = "AWS::ApplicationAutoScaling::ScalableTarget"
    template = {"Resources": {"Scaling": {"Type": kind, "Properties": target}}}
    assert list(limits.problems(template, {"Most": "2"})) == [
        "MinCapacity is 3 and Most is 2: autoscaling accepts no minimum above its maximum"
    ]
    assert list(limits.problems(template, {"Most": "3"})) == []
    assert list(limits.problems(template, {})) == []


def test_without_autoscaling_there_is_no_maximum() -> None:
    """Eight tasks are eight tasks."""
    template = body("staging", "application", STACK_AUTOSCALING="no")
    parameters.require_valid(template, {**DECIDED, "WebWorkerDesiredCount": "8"}, {})
