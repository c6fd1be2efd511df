"""The delivery stack: who may deploy, and with which rights."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from slipway.templates.checks.body import Body, of_type, statements, walk
from stack.delivery import permissions
from tests.stack.environments import VARIABLES, body

SLIPWAY = Path(permissions.__file__).parents[2] / "slipway"
# What a deploy and the tasks around it run; bootstrap is an administrator's.
OF_A_JOB = ("cli/*.py", "image/*.py", "release/*.py", "aws/*.py")
CLIENT = re.compile(r'client\((?:self\.)?settings, "(\w+)"\)')
# What is asked for without a call of that name.
WITHOUT_A_CALL = {
    *(
        f"ecr:{each}" for each in (*permissions.PULL, *permissions.PUSH) if each != "DescribeImages"
    ),  # docker
    "iam:PassRole",  # by a call that names a role
    "s3:GetObject",  # CloudFormation reads a template with the rights of who names it
}
# What is called in the local account alone.
OF_THE_EMULATOR = {"elasticloadbalancing:DescribeLoadBalancers"}
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
WITHOUT_A_PERMISSION = {"sts:GetCallerIdentity"}
# A shell in production is a person's, with credentials of their own, and never a job's.
OF_A_PERSON = {
    "ecs:ExecuteCommand",
    # invoke bootstrap is an administrator's; an access key of the deployment user is read by it.
    "secretsmanager:GetSecretValue",
    # invoke secrets.set and secrets.list.
    *(f"secretsmanager:{verb}" for verb in ("CreateSecret", "ListSecrets", "PutSecretValue")),
    "ecr:DescribeRepositories",
    *(f"iam:{verb}" for verb in ("CreateServiceLinkedRole", "GetRole")),
    *(
        f"iam:{verb}"
        for verb in (
            *("AddClientIDToOpenIDConnectProvider", "CreateOpenIDConnectProvider"),
            *("GetOpenIDConnectProvider", "ListOpenIDConnectProviders"),
        )
    ),
}
# Why a statement of CloudFormation's role has no resource of its own.
ON_EVERYTHING = {
    "DenyOtherStacks": "it refuses",
    "Services": "AWS names it when it makes it; or it knows no resource, or reads",
    "Certificates": "AWS names it when it makes it",
    "Keys": "the keys that AWS has for RDS; it reads",
    "KeyGrants": "the same, for AWS's own services alone",
}
# The prefix of IAM's actions, where it is not the service's part of a resource's type.
PREFIXES = {
    "applicationautoscaling": "application-autoscaling",
    "certificatemanager": "acm",
    "elbv2": "elasticloadbalancing",
    "elasticloadbalancingv2": "elasticloadbalancing",
}
SHAPES = (
    {"STACK_DEPLOYMENT": "blue_green", "STACK_BREAKER_COUNT": ""},
    {"STACK_EGRESS": "endpoints", "STACK_EXEC": "yes", "STACK_ACCESS_LOGS": "no"},
)


def named(found: Body, title: str) -> dict[str, Body]:
    """List the statements of a role's or a user's policies, by their names."""
    return {
        each["Sid"]: each for owner, each in statements(found) if owner == title and "Sid" in each
    }


def text(node: object, **parameters: str) -> str:
    """Write a resource of a policy as AWS reads it; what only AWS knows is `known-to-aws`."""
    if isinstance(node, dict):
        node = node.get("Fn::Sub", "known-to-aws")
    values = {"AWS::Partition": "aws", "AWS::StackName": "delivery-shop", **parameters}
    return re.sub(r"\$\{([^}]+)\}", lambda it: values.get(it[1], "known-to-aws"), str(node))


def applications() -> Iterator[Body]:
    """Make the application template of every environment, and of shapes that none of them has."""
    yield from (body(each, "application") for each in VARIABLES)
    yield from (body("staging", "application", **each) for each in SHAPES)


def called() -> Iterator[str]:
    """List the actions that the code of a job calls, read from its text."""
    session = botocore.session.get_session()
    for file in (each for pattern in OF_A_JOB for each in SLIPWAY.glob(pattern)):
        code = file.read_text()
        words = set(re.findall(r"\w+", code))
        # slipway/aws/ecr.py makes that client in the region of the repository.
        regional = {"ecr"} if "ecr.client(" in code else set()
        for service in set(CLIENT.findall(code)) | regional:
            for name in session.get_service_model(service).operation_names:
                if xform_name(name) in words:
                    yield f"{PREFIXES.get(service, service)}:{name}"


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
    provider = "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/gitlab.com"
    assert trust["Principal"] == {"Federated": {"Fn::Sub": provider}}


def test_the_provider_is_the_account_s_and_no_environment_s(role: Body) -> None:
    """The removal of one environment would take GitLab's login from the others."""
    assert not list(of_type(role, "AWS::IAM::OIDCProvider"))


def test_role_and_user_have_the_same_rights(role: Body) -> None:
    """Only the way to log in differs."""
    user = body("staging", "delivery", STACK_IDENTITY="user")
    assert named(user, "DeploymentPolicy") == named(role, "DeploymentPolicy")
    of_role, of_user = (
        each["Resources"]["DeploymentPolicy"]["Properties"] for each in (role, user)
    )
    assert (of_role["Roles"], of_user["Users"]) == (
        [{"Ref": "DeploymentRole"}],
        [{"Ref": "DeploymentUser"}],
    )


def test_an_access_key_is_in_a_secret_and_in_no_output() -> None:
    """The article's fault: everyone who could describe the stack could deploy."""
    made = body("staging", "delivery", STACK_IDENTITY="user")
    assert made["Outputs"]["DeploymentKeySecret"]["Value"] == {"Ref": "DeploymentKeySecret"}
    assert "SecretAccessKey" not in json.dumps(made["Outputs"])
    kept = made["Resources"]["DeploymentKeySecret"]["Properties"]["SecretString"]["Fn::Sub"]
    assert set(json.loads(kept)) == {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_the_deployment_identity_changes_no_stack_without_the_service_role(role: Body) -> None:
    """Nor imports: what another stack made would become this one's, to change and to delete."""
    propose = named(role, "DeploymentPolicy")["Propose"]
    service = {"Fn::GetAtt": ["DeliveryServiceRole", "Arn"]}
    assert propose["Condition"] == {
        "StringEquals": {"cloudformation:RoleArn": service},
        "Null": {"cloudformation:ImportResourceTypes": "true"},
    }


def test_the_deployment_identity_writes_no_permissions(role: Body) -> None:
    """Of IAM it may hand on two kinds of role, each to one service."""
    found = named(role, "DeploymentPolicy")
    of_iam = {sid: each for sid, each in found.items() if "iam:" in json.dumps(each["Action"])}
    assert set(of_iam) == {"PassServiceRole", "PassTaskRoles"}
    assert all(each["Action"] == ["iam:PassRole"] and each["Condition"] for each in of_iam.values())


def test_the_deployment_identity_may_make_every_call_of_the_code_and_no_other(role: Body) -> None:
    """A call that is added needs its right, and a right whose call is gone goes, too."""
    found = named(role, "DeploymentPolicy").values()
    allowed = {action for each in found for action in each["Action"]}
    asked = set(called()) - WITHOUT_A_PERMISSION - OF_THE_EMULATOR - OF_A_PERSON
    assert allowed - WITHOUT_A_CALL == asked


def test_the_rights_name_what_the_application_s_template_makes() -> None:
    """Its cluster and the roles of its tasks bear these titles, in every shape."""
    for made in applications():
        kinds = {title: each["Type"] for title, each in made["Resources"].items()}
        assert kinds[permissions.CLUSTER] == "AWS::ECS::Cluster"
        assert {kinds[each] for each in permissions.TASK_ROLES} == {"AWS::IAM::Role"}
        handed = {
            each[name]["Fn::GetAtt"][0]
            for _, each in of_type(made, "AWS::ECS::TaskDefinition")
            for name in ("ExecutionRoleArn", "TaskRoleArn")
        }
        assert handed == set(permissions.TASK_ROLES)


def test_the_rights_of_an_environment_end_where_another_s_name_goes_on(role: Body) -> None:
    """The identity of `shop` has no permission for what `shop-production` made."""
    found = [
        each
        for statement in named(role, "DeploymentPolicy").values()
        for each in (*statement["Resource"], *walk(statement.get("Condition", {})))
        if "ApplicationStack" in json.dumps(each) and (isinstance(each, str) or "Fn::Sub" in each)
    ]
    ours = [text(each, ApplicationStack="shop") for each in found]
    theirs = [text(each, ApplicationStack="shop-production").replace("*", "x") for each in found]
    assert len(ours) >= 9
    assert [(a, b) for a in ours for b in theirs if fnmatchcase(b, a)] == []


def test_cloudformation_makes_roles_of_the_stack_alone(role: Body) -> None:
    """Its rights over IAM end with the name of the application stack, and with the boundary."""
    found = named(role, "DeliveryServiceRole")
    of_iam = {sid for sid, each in found.items() if "iam:" in json.dumps(each["Action"])}
    assert of_iam == {"GiveRights", "Roles", "PassTasks", "PassService", "PassSchedule"} | {
        "LinkedRoles"
    }
    own = "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${ApplicationStack}-*"
    for sid in of_iam - {"LinkedRoles"}:
        assert found[sid]["Resource"] == [{"Fn::Sub": own}]
    assert found["GiveRights"]["Condition"] == {
        "StringEquals": {"iam:PermissionsBoundary": {"Ref": "ApplicationBoundary"}}
    }


def test_cloudformation_hands_its_roles_to_the_services_that_take_them(role: Body) -> None:
    """Each role of a template trusts one of them."""
    found = named(role, "DeliveryServiceRole")
    passed = {
        found[sid]["Condition"]["StringEquals"]["iam:PassedToService"]
        for sid in ("PassTasks", "PassService", "PassSchedule")
    }
    trusted = {
        statement["Principal"]["Service"]
        for made in applications()
        for _, each in of_type(made, "AWS::IAM::Role")
        for statement in each["AssumeRolePolicyDocument"]["Statement"]
    }
    assert passed == trusted


def test_cloudformation_is_far_from_an_administrator(role: Body) -> None:
    """No right to everything; what is on everything stands above, with its reason."""
    found = named(role, "DeliveryServiceRole")
    allowed = [each for each in found.values() if each["Effect"] == "Allow"]
    assert "*" not in [action for each in allowed for action in each["Action"]]
    assert {sid for sid, each in found.items() if "*" in each["Resource"]} == set(ON_EVERYTHING)


def test_nobody_but_cloudformation_takes_its_role(role: Body) -> None:
    """And it does for this account, where it says for which."""
    (trust,) = role["Resources"]["DeliveryServiceRole"]["Properties"]["AssumeRolePolicyDocument"][
        "Statement"
    ]
    assert trust["Principal"] == {"Service": "cloudformation.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_cloudformation_leaves_alone_what_other_stacks_made(role: Body) -> None:
    """Whatever is allowed besides: who has a tag, and another stack's, is not touched."""
    tag = "aws:ResourceTag/aws:cloudformation:stack-name"
    assert named(role, "DeliveryServiceRole")["DenyOtherStacks"] == {
        "Sid": "DenyOtherStacks",
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {
            "Null": {tag: "false"},
            "StringNotEquals": {tag: {"Ref": "ApplicationStack"}},
        },
    }


def test_cloudformation_can_make_what_the_templates_have(role: Body) -> None:
    """Each kind of resource is of a service that it has rights in; and it has no other service."""
    found = named(role, "DeliveryServiceRole").values()
    actions = [action for each in found if each["Effect"] == "Allow" for action in each["Action"]]
    services = {action.partition(":")[0] for action in actions}
    types = {each["Type"] for made in applications() for each in made["Resources"].values()}
    names = {each.split("::")[1].lower() for each in types}
    needed = {PREFIXES.get(name, name) for name in names}
    # RDS keeps its password in the one, encrypted by the other.
    assert services == needed | {"secretsmanager", "kms"}


def test_what_the_application_gives_is_within_the_boundary(role: Body) -> None:
    """A role has no more than its boundary: a right beyond it would be none."""
    within = [
        action for each in named(role, "ApplicationBoundary").values() for action in each["Action"]
    ]
    given: list[tuple[str, Any]] = [
        (title, action)
        for made in applications()
        for title, each in of_type(made, "AWS::IAM::Role")
        for policy in each.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    ]
    assert given
    assert [each for each in given if not any(fnmatchcase(each[1], it) for it in within)] == []


def test_every_role_of_the_application_has_the_boundary() -> None:
    """CloudFormation may make no other."""
    arn = "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/${AWS::StackName}-boundary"
    for made in applications():
        for _, each in of_type(made, "AWS::IAM::Role"):
            assert each["PermissionsBoundary"] == {"Fn::Sub": arn}


def test_without_an_identity_there_is_none() -> None:
    """People with permissions of their own deploy with them."""
    made = body("staging", "delivery", STACK_IDENTITY="none")
    assert not [title for title in made["Resources"] if title.startswith("Deployment")]
