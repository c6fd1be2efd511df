"""The decision of IAM, in examples of its own pages."""

import pytest

from tests.iam import Keys, Statement, allows

RUN: Statement = {
    "Effect": "Allow",
    "Action": ["ecs:Run*"],
    "Resource": ["arn:aws:ecs:*:*:task-definition/shop-*"],
    "Condition": {"ArnLike": {"ecs:cluster": "arn:aws:ecs:eu-west-1:1:cluster/shop-*"}},
}
DENY: Statement = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Null": {"tag": "false"}, "StringNotEquals": {"tag": "shop"}},
}
ASK: Statement = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Resource": "*",
    "Condition": {"StringEqualsIfExists": {"account": "1"}},
}
SHOP = "arn:aws:ecs:eu-west-1:1:task-definition/shop-web:1"
HERE: Keys = {"ecs:cluster": "arn:aws:ecs:eu-west-1:1:cluster/shop-a"}


@pytest.mark.parametrize(
    ("action", "resource", "keys", "expected"),
    [
        ("ecs:RunTask", SHOP, HERE, True),
        ("ecs:runtask", SHOP, HERE, True),
        ("ecs:StopTask", SHOP, HERE, False),
        ("ecs:RunTask", SHOP.replace("shop", "other"), HERE, False),
        ("ecs:RunTask", SHOP, {}, False),
        ("ecs:RunTask", SHOP, {"ecs:cluster": "arn:aws:ecs:eu-west-1:1:cluster/other"}, False),
        # A statement on an ARN allows nothing of what has no resource.
        ("ecs:RunTask", "*", HERE, False),
        ("ecs:RunTask", SHOP, {**HERE, "tag": "other"}, False),
        ("ecs:RunTask", SHOP, {**HERE, "tag": "shop"}, True),
        ("sts:AssumeRole", "*", {}, True),
        ("sts:AssumeRole", "*", {"account": ["1"]}, True),
        ("sts:AssumeRole", "*", {"account": ["2"]}, False),
    ],
)
def test_a_request_is_allowed_by_a_statement_and_denied_by_none(
    *, action: str, resource: str, keys: Keys, expected: bool
) -> None:
    """Patterns, missing keys, negated and optional tests, and what is denied whatever allows it."""
    assert allows([RUN, DENY, ASK], action, resource, keys) is expected
