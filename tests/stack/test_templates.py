"""Every template of every environment: it renders, and the linters are content."""

import json

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from slipway.image.build import cache_options
from slipway.templates import checks
from slipway.templates.checks.body import Body, of_type, walk
from tests.stack.environments import FUNCTIONS, VARIABLES, body, template

REGIONS = ["eu-west-1", "us-east-1"]
# The one template whose database the linter takes for old: stack/postgres.py says why.
POSTGRES = ("staging", "application")
# A reason is more than a word.
FEWEST_WORDS = 3
BOTH = [(environment, stack) for environment in VARIABLES for stack in FUNCTIONS]
every_template = pytest.mark.parametrize(("environment", "stack"), BOTH)


@pytest.fixture
def web() -> Body:
    """The application template of staging."""
    return body("staging", "application")


@every_template
def test_cfn_lint_finds_nothing(environment: str, stack: str) -> None:
    """The linter is content in two regions; what it is not asked stands beside its resource."""
    text = template(environment, stack).to_json()
    assert [str(match) for match in lint(text, config=ManualArgs(regions=REGIONS))] == []


def test_cfn_lint_would_find_something() -> None:
    """The check above can fail: the linter does look at the templates' resources."""
    broken = template("staging", "application")
    broken.resources["Vpc"].properties["CidrBlock"] = "10.0.0.0/99"
    found = lint(broken.to_json(), config=ManualArgs(regions=REGIONS))
    assert any("10.0.0.0/99" in str(match) for match in found)


@every_template
def test_our_own_checks_find_nothing(environment: str, stack: str) -> None:
    """tests/templates/checks shows that each of them would."""
    assert checks.problems(body(environment, stack)) == []


@every_template
def test_two_renderings_are_equal(environment: str, stack: str) -> None:
    """Rule 8: nothing is kept from one call to the next."""
    assert body(environment, stack) == body(environment, stack)


@every_template
def test_the_body_fits_into_a_call(environment: str, stack: str) -> None:
    """CloudFormation takes 51,200 bytes in TemplateBody; more would go through S3."""
    assert checks.notes(body(environment, stack)) == []


def test_a_body_that_does_not_fit_is_noted_and_no_problem(web: Body) -> None:
    """It goes through the delivery stack's bucket, so it is no fault."""
    web["Description"] = "é" * (checks.BODY_BYTES // 2)
    assert checks.problems(web) == []
    (note,) = checks.notes(web)
    assert "above 51200 it goes through the delivery stack's bucket" in note


@every_template
def test_what_a_linter_is_not_asked_is_known(environment: str, stack: str) -> None:
    """One rule of cfn-lint at one resource; and each finding of checkov's says why it is none."""
    asked = body(environment, stack)["Resources"]
    metadata = {title: each.get("Metadata", {}) for title, each in asked.items()}
    unasked = {title: each["cfn-lint"] for title, each in metadata.items() if "cfn-lint" in each}
    rule = {"config": {"ignore_checks": ["W3691"]}}
    assert unasked == ({"Database": rule} if (environment, stack) == POSTGRES else {})
    skipped = [
        skip for each in metadata.values() for skip in each.get("checkov", {"skip": []})["skip"]
    ]
    assert [skip["id"] for skip in skipped if len(skip["comment"].split()) < FEWEST_WORDS] == []


def test_only_what_runs_a_revision_waits_for_one(web: Body) -> None:
    """The condition Deploy lets all the rest exist before there is an image."""
    conditional = {title for title, each in web["Resources"].items() if "Condition" in each}
    scaling = {"WebScaling", "WebScalingCpu", "WebScalingRequests"}
    assert conditional == {"WebService", "WebTaskDefinition", *scaling}


def test_the_names_that_people_know(web: Body) -> None:
    """The article's parameters, condition and outputs are there."""
    worker = {f"WebWorker{each}" for each in ("CPU", "Memory", "DesiredCount", "Port")}
    assert {"WebAppRevision", "MaxScale", *worker} <= set(web["Parameters"])
    assert "Deploy" in web["Conditions"]
    assert {"LoadBalancerDNSName", "WebLogsGroup"} <= set(web["Outputs"])

    delivery = body("staging", "delivery")
    assert "ApplicationRepository" in delivery["Resources"]
    assert "RepositoryURL" in delivery["Outputs"]


def test_a_new_revision_touches_nothing_but_task_definitions(web: Body) -> None:
    """A deploy rolls the service; network, load balancer and roles stay as they are."""
    named = {"Ref": "WebAppRevision"}
    touched = {title for title, each in web["Resources"].items() if named in list(walk(each))}
    assert touched == {"WebTaskDefinition", "MigrateTaskDefinition"}


def test_groups_let_in_groups_and_only_the_balancer_the_internet(web: Body) -> None:
    """No address range but that of the load balancer's own port."""
    open_to_all = {
        title
        for title, group in of_type(web, "AWS::EC2::SecurityGroup")
        for rule in group["SecurityGroupIngress"]
        if "SourceSecurityGroupId" not in rule
    }
    assert open_to_all == {"LoadBalancerSecurityGroup"}
    database = dict(of_type(web, "AWS::EC2::SecurityGroup"))["DatabaseSecurityGroup"]
    (rule,) = database["SecurityGroupIngress"]
    assert rule["SourceSecurityGroupId"] == {"Ref": "TaskSecurityGroup"}


def test_autoscaling_keeps_its_number_over_a_deploy(web: Body) -> None:
    """With a DesiredCount in the template, each deploy would throw away what the load asked for."""
    assert "DesiredCount" not in web["Resources"]["WebService"]["Properties"]
    assert web["Resources"]["WebScaling"]["Properties"]["MinCapacity"] == {
        "Ref": "WebWorkerDesiredCount"
    }


def test_without_autoscaling_the_number_is_the_parameter_s() -> None:
    """The parameter means the same: how many tasks serve."""
    fixed = body("staging", "application", STACK_AUTOSCALING="no")
    service = fixed["Resources"]["WebService"]["Properties"]
    assert service["DesiredCount"] == {"Ref": "WebWorkerDesiredCount"}


@pytest.mark.parametrize("database", ["postgres", "aurora"])
def test_a_database_is_safe(database: str) -> None:
    """Encrypted, backed up, private; gone only with a snapshot, and not while something runs."""
    made = body("staging", "application", STACK_DATABASE=database)["Resources"]["Database"]
    found = made["Properties"]
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert found["DeletionProtection"] == {"Fn::If": ["Deploy", True, False]}
    assert found["StorageEncrypted"] is True
    assert found["BackupRetentionPeriod"] >= 14
    assert found.get("PubliclyAccessible", False) is False


@pytest.mark.parametrize("database", ["postgres", "aurora", "external"])
def test_no_container_s_environment_has_a_password(database: str) -> None:
    """The template has references; a container gets the values from Secrets Manager."""
    given = {"STACK_DATABASE": database}
    if database == "external":
        given["DATABASE_SECRET_ARN"] = VARIABLES["local"]["DATABASE_SECRET_ARN"]
    made = body("staging", "application", **given)
    for _, definition in of_type(made, "AWS::ECS::TaskDefinition"):
        (container,) = definition["ContainerDefinitions"]
        secrets = {each["Name"] for each in container["Secrets"]}
        assert secrets in ({"DATABASE_URL"}, {"DATABASE_USER", "DATABASE_PASSWORD"})
        assert not secrets & {each["Name"] for each in container["Environment"]}
    assert "MasterUserPassword" not in json.dumps(made).replace("ManageMasterUserPassword", "")


def test_a_domain_is_served_with_https_and_http_sent_there() -> None:
    """With today's policy for encryption, and a certificate that a record proves."""
    made = dict(of_type(body("production", "application"), "AWS::ElasticLoadBalancingV2::Listener"))
    assert made["HttpsListener"]["SslPolicy"].startswith("ELBSecurityPolicy-TLS13-1-2")
    assert made["HttpListener"]["DefaultActions"][0]["Type"] == "redirect"


def test_a_tag_never_comes_to_mean_another_image() -> None:
    """What was tested and pushed under a commit's name stays that, and is never expired.

    The cache's tag alone may move, by the name that the build gives it.
    """
    repository = body("staging", "delivery")["Resources"]["ApplicationRepository"]
    assert repository["Properties"]["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    (free,) = repository["Properties"]["ImageTagMutabilityExclusionFilters"]
    assert f":{free['ImageTagMutabilityExclusionFilterValue']}" in str(cache_options("host/app"))
    assert repository["DeletionPolicy"] == "RetainExceptOnCreate"
    rules = json.loads(repository["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert {each["selection"]["tagStatus"] for each in rules} == {"untagged"}
