"""The delivery stack: who may deploy, and with which rights."""

import json

import pytest

from stack.checks.body import Body, statements
from tests.stack.environments import body


def rights(found: Body, title: str) -> dict[str, Body]:
    """List the statements of a role's or a user's policies, by their names."""
    return {
        each["Sid"]: each for owner, each in statements(found) if owner == title and "Sid" in each
    }


@pytest.fixture
def role() -> Body:
    """The delivery template whose identity is a role."""
    return body("staging", "delivery", STACK_GITLAB_BRANCHES="main, release/*")


def test_a_job_of_this_project_s_branches_takes_the_role_and_no_other(role: Body) -> None:
    """The token's audience and its subject are both looked at."""
    (trust,) = role["Resources"]["DeploymentRole"]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert trust["Condition"] == {
        "StringEquals": {"gitlab.com:aud": "https://gitlab.com"},
        "StringLike": {
            "gitlab.com:sub": [
                "project_path:group/shop:ref_type:branch:ref:main",
                "project_path:group/shop:ref_type:branch:ref:release/*",
            ]
        },
    }
    assert trust["Principal"] == {"Federated": {"Ref": "GitLab"}}


def test_a_provider_that_the_account_has_is_not_made_again() -> None:
    """An account has one for a GitLab."""
    arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
    made = body("staging", "delivery", STACK_OIDC_PROVIDER_ARN=arn)
    assert "GitLab" not in made["Resources"]
    trust = made["Resources"]["DeploymentRole"]["Properties"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Federated": arn}


def test_role_and_user_have_the_same_rights(role: Body) -> None:
    """Only the way to log in differs."""
    user = body("staging", "delivery", STACK_IDENTITY="user")
    assert rights(user, "DeploymentUser") == rights(role, "DeploymentRole")


def test_an_access_key_is_in_a_secret_and_in_no_output() -> None:
    """The article's fault: whoever could describe the stack could deploy."""
    made = body("staging", "delivery", STACK_IDENTITY="user")
    assert made["Outputs"]["DeploymentKeySecret"]["Value"] == {"Ref": "DeploymentKeySecret"}
    assert "SecretAccessKey" not in json.dumps(made["Outputs"])
    kept = made["Resources"]["DeploymentKeySecret"]["Properties"]["SecretString"]["Fn::Sub"]
    assert set(json.loads(kept)) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_whoever_deploys_changes_no_stack_without_the_service_role(role: Body) -> None:
    """Else the change would be tried with rights of one's own, and stacks change their owner."""
    propose = rights(role, "DeploymentRole")["Propose"]
    service = {"Fn::GetAtt": ["DeliveryServiceRole", "Arn"]}
    assert propose["Condition"] == {"StringEquals": {"cloudformation:RoleArn": service}}


def test_whoever_deploys_writes_no_rights(role: Body) -> None:
    """Of IAM it may hand on two kinds of role, each to one service."""
    found = rights(role, "DeploymentRole")
    of_iam = {sid: each for sid, each in found.items() if "iam:" in json.dumps(each["Action"])}
    assert set(of_iam) == {"PassServiceRole", "PassTaskRoles"}
    assert all(each["Action"] == ["iam:PassRole"] and each["Condition"] for each in of_iam.values())


def test_cloudformation_makes_roles_of_the_stack_alone(role: Body) -> None:
    """Its rights over IAM end with the name of the application stack."""
    found = rights(role, "DeliveryServiceRole")
    own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ApplicationStack}-*"
    for sid in ("Roles", "Pass0", "Pass1", "Pass2"):
        assert found[sid]["Resource"] == [{"Fn::Sub": own}]


def test_without_an_identity_there_is_none() -> None:
    """Whoever has rights of their own deploys with them."""
    made = body("staging", "delivery", STACK_IDENTITY="none")
    assert not [title for title in made["Resources"] if title.startswith("Deployment")]
