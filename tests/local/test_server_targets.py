"""Targets that fail their health check on the local account."""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from typing import Any

import pytest

DESCRIBED = b"<TargetHealthDescriptions></TargetHealthDescriptions>"


@pytest.mark.parametrize(
    ("answer", "reason", "description"),
    [
        (500, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [500]"),
        (TimeoutError(), "Target.Timeout", "Request timed out"),
        (ConnectionRefusedError(), "Target.FailedHealthChecks", "Health checks failed"),
    ],
)
def test_a_failed_check_has_aws_s_words(
    parts: dict[str, Any], answer: int | OSError, reason: str, description: str
) -> None:
    """A wrong answer, none in time, and no connection."""
    targets = parts["server_targets"]
    assert targets.failure(8000, answer) == targets.Failure(8000, reason, description)


@pytest.mark.parametrize("asked", ["group", ["group"]])
def test_a_target_that_fails_is_listed_until_it_is_forgotten(
    parts: dict[str, Any], ministack: dict[str, Any], asked: str | list[str]
) -> None:
    """MiniStack's own answer has the healthy ones alone."""
    targets = parts["server_targets"]
    ministack["alb"]._ACTION_MAP = {"DescribeTargetHealth": lambda _: (200, {}, DESCRIBED)}
    targets.list_unhealthy_targets()
    describe = ministack["alb"]._ACTION_MAP["DescribeTargetHealth"]
    targets.note("group", "10.0.0.1", targets.failure(8000, 500))
    _, _, body = describe({"TargetGroupArn": asked})
    assert b"<Id>10.0.0.1</Id><Port>8000</Port>" in body
    assert b"<State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason>" in body
    assert describe({"TargetGroupArn": "other"})[2] == DESCRIBED
    targets.note("group", "10.0.0.1", None)
    assert describe({"TargetGroupArn": asked})[2] == DESCRIBED
