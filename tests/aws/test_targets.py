"""What a load balancer says of its targets."""

import pytest
from botocore.stub import Stubber

from slipway.aws import session, targets
from slipway.aws.targets import Target
from slipway.settings import Settings


def test_the_targets_of_all_groups_are_read(staging: Settings) -> None:
    """Revisions that switch have two groups; one that a deletion removed has no target."""
    balancer = Stubber(session.client(staging, "elbv2"))
    health = {"State": "unhealthy", "Reason": "Target.Timeout", "Description": "Request timed out"}
    there = [
        {"Target": {"Id": "10.0.0.1", "Port": 8000}, "TargetHealth": {"State": "healthy"}},
        {"Target": {"Id": "10.0.0.2", "Port": 8000}, "TargetHealth": health},
    ]
    answer = {"TargetHealthDescriptions": there}
    balancer.add_response("describe_target_health", answer, {"TargetGroupArn": "a"})
    balancer.add_client_error("describe_target_health", "TargetGroupNotFound")
    with balancer:
        found = targets.read(staging, ("a", "b"))
    balancer.assert_no_pending_responses()
    assert found == (
        Target("10.0.0.1", 8000, "healthy"),
        Target("10.0.0.2", 8000, "unhealthy", "Target.Timeout", "Request timed out"),
    )
    assert targets.healthy(found) == {"10.0.0.1"}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            Target(
                "a",
                8000,
                "unhealthy",
                "Target.ResponseCodeMismatch",
                "Health checks failed with these codes: [500]",
            ),
            "GET /health/live answers 500 (Target.ResponseCodeMismatch)",
        ),
        (
            Target("a", 8000, "unhealthy", "Target.ResponseCodeMismatch"),
            "GET /health/live answers an unexpected code (Target.ResponseCodeMismatch)",
        ),
        (
            Target("a", 8000, "unhealthy", "Target.Timeout", "Request timed out"),
            "no answer from port 8000 in time (GET /health/live) (Target.Timeout)",
        ),
        (
            Target("a", 8000, "unhealthy", "Target.FailedHealthChecks", "Health checks failed"),
            "nothing that speaks HTTP listens on port 8000 (Target.FailedHealthChecks)",
        ),
        (
            Target("a", 8000, "initial", "Elb.InitialHealthChecking"),
            (
                "port 8000 has not passed a health check yet (GET /health/live) "
                "(Elb.InitialHealthChecking)"
            ),
        ),
        (
            Target("a", 8000, "unavailable", "Elb.InternalError", "Unavailable"),
            "Unavailable (Elb.InternalError)",
        ),
        (Target("a", 8000, "unavailable"), "the target is unavailable"),
    ],
)
def test_what_the_balancer_sees_is_explained(target: Target, expected: str) -> None:
    """A wrong answer, none in time, and nothing that listens are three mistakes."""
    assert targets.describe_target(target, "/health/live") == expected


def test_a_path_that_the_template_does_not_name_is_not_invented() -> None:
    """A template of a user's own may have no such output."""
    target = Target("a", 80, "unhealthy", "Target.Timeout")
    assert targets.describe_target(target) == (
        "no answer from port 80 in time (the health check) (Target.Timeout)"
    )
