"""Rights, trusts and secrets: what would be given to too many."""

from typing import Any

import pytest
from cfnlint.data import AdditionalSpecs
from cfnlint.helpers import load_resource

from slipway.templates.checks import permissions
from slipway.templates.checks.body import listed, statements
from tests.stack.environments import FUNCTIONS, VARIABLES, body
from tests.templates.checks.broken import Case, at, output

LOGIN = "ExecutionRole, statement Login,"


def login(found: Any) -> Any:
    """Find the first statement of the execution role: a login to ECR, which has no resource."""
    return at(found, "ExecutionRole", "Policies", 0, "PolicyDocument", "Statement", 0)


def trust(found: Any) -> Any:
    """Find the conditions under which GitLab's jobs take the deployment role."""
    return at(found, "DeploymentRole", "AssumeRolePolicyDocument", "Statement", 0, "Condition")


def allowing(words: str, **statement: Any) -> Case:
    """Let the execution role's first statement be another."""
    return Case(f"{LOGIN} {words}", lambda it: login(it).update(statement))


def trusting(claim: str, condition: Any) -> Case:
    """Let the deployment role look at tokens in another way."""
    words = f"DeploymentRole trusts every token, whatever its {claim}"

    def replace(found: Any) -> None:
        own = trust(found)
        tests = {key: test for test, value in own.items() for key in value}
        del own[next(test for key, test in tests.items() if key.endswith(f":{claim}"))]
        own.update(condition)

    return Case(words, replace, stack="delivery")


def shown(value: object) -> Case:
    """Let an output show something."""
    return Case("the output Shown shows a secret", lambda it: output(it, value))


def hidden(value: object, no_echo: object) -> Case:
    """Let an output show a parameter that is not echoed."""

    def breaks(found: Any) -> None:
        found["Parameters"]["RepositoryURL"]["NoEcho"] = no_echo
        output(found, value)

    return Case("the output Shown shows a secret", breaks)


WRONG = {
    "a right to everything": Case(
        f"{LOGIN} allows everything", lambda it: login(it).update(Action=["*"])
    ),
    "a right to everything, as one text": allowing("allows everything", Action="*"),
    "a whole service": allowing("allows kms:*", Action=["kms:*"]),
    "a whole service on one thing": allowing("allows s3:*", Action="s3:*", Resource="arn:one"),
    "rights by their beginning": allowing("allows iam:Put*", Action=["iam:Put*"]),
    "a right on everything": allowing("allows s3:GetObject on everything", Action=["s3:GetObject"]),
    "a right on everything, as one text": allowing(
        "allows s3:GetObject on everything", Action="s3:GetObject", Resource="*"
    ),
    "a list that nothing binds": allowing(
        "allows ecs:ListTasks on everything", Action=["ecs:ListTasks"]
    ),
    "the name of a statement that is meant elsewhere": Case(
        "ExecutionRole, statement Services, allows ecs:*",
        lambda it: login(it).update(Sid="Services", Action=["ecs:*"]),
    ),
    "all but some": Case(
        f"{LOGIN} allows everything except what it names",
        lambda it: login(it).update(NotAction=login(it).pop("Action")),
    ),
    "everything, where a star is meant": Case(
        "DeliveryServiceRole, statement Keys, allows everything",
        lambda it: at(it, "DeliveryServiceRole", "Policies", 0, "PolicyDocument", "Statement")[
            -1
        ].update(Action=["*"]),
        stack="delivery",
    ),
    "a bucket for everybody": Case(
        "AccessLogsPolicy, statement without Sid, allows every principal",
        lambda it: at(it, "AccessLogsPolicy", "PolicyDocument", "Statement")[0].update(
            Principal={"AWS": "*"}
        ),
    ),
    "a token for somebody else": trusting("aud", {}),
    "a token of any project": trusting("sub", {}),
    "a token that need not say whose it is": trusting(
        "sub", {"StringLikeIfExists": {"gitlab.com:sub": "project_path:group/shop:*"}}
    ),
    "a token of whomever": trusting("sub", {"StringLike": {"gitlab.com:sub": ["*"]}}),
    "a key": shown({"Fn::GetAtt": ["DeploymentKey", "SecretAccessKey"]}),
    "a secret by reference": shown("{{resolve:secretsmanager:database}}"),
    "a secure parameter by reference": shown("{{resolve:ssm-secure:database}}"),
    "a parameter without echo": hidden({"Ref": "RepositoryURL"}, no_echo=True),
    "a parameter without echo, in a text": hidden(
        {"Fn::Sub": "https://${RepositoryURL}"}, no_echo="true"
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_given_to_too_many_is_found(what: str) -> None:
    """One thing is broken in a good template; the finding has its name."""
    assert WRONG[what].words in WRONG[what].problems()


def test_a_refusal_of_everything_is_no_right() -> None:
    """Buckets refuse everybody who comes without encryption."""
    found = body("staging", "application")
    refusals = [each for _, each in statements(found) if each["Effect"] == "Deny"]
    assert {"Action": ["s3:*"], "Principal": "*"}.items() <= refusals[0].items()
    assert list(permissions.stars(found)) == []


def test_aws_says_of_each_listed_action_that_it_knows_no_resource() -> None:
    """By AWS's own list, as the linter carries it."""
    known = load_resource(AdditionalSpecs, "Policies.json")
    for action in permissions.WITHOUT_RESOURCE:
        service, _, name = action.partition(":")
        assert "Resources" not in known[service]["Actions"][name.lower()], action


def test_nothing_is_listed_that_no_template_has() -> None:
    """What nobody needs any more is taken off the lists."""
    both = [(name, stack) for name in VARIABLES for stack in FUNCTIONS]
    found = [each for name, stack in both for each in statements(body(name, stack))]
    assert permissions.MEANT.keys() <= {(title, each.get("Sid")) for title, each in found}
    actions = {action for _, each in found for action in listed(each["Action"])}
    assert {*permissions.WITHOUT_RESOURCE, *permissions.BOUND_BY} <= actions
