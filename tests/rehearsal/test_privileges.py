"""Least privilege, shown: a job of GitLab's deploys with its own rights, and can do nothing else.

The account is the emulator's, which looks at rights; fenced.py says where it differs from AWS.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.fenced import ACCOUNT, REGION, Fenced, fenced, is_refused
from tests.rehearsal.project import Project

LONG = """
from stack.services import application


def template(options):
    made = application.template(options)
    made.set_metadata({"Long": "x" * 51_200})
    return made
"""
PAGE = "webapp/templates/index.html"
DATABASE = "slipway/local/database-url"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/other"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
BODY = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
OURS, OTHER = "fenced-Cluster", "other-cluster"

# What a job must not be able to do. Names of nothing, where an administrator's call would hurt.
FORBIDDEN: dict[str, tuple[str, str, dict[str, Any]]] = {
    "look at another stack": ("cloudformation", "describe_stacks", {"StackName": "other"}),
    "read the delivery stack": (
        "cloudformation",
        "get_template",
        {"StackName": "delivery-fenced"},
    ),
    "propose a change of another stack": (
        "cloudformation",
        "create_change_set",
        {
            "StackName": "other",
            "ChangeSetName": "a",
            "TemplateBody": BODY,
            "ChangeSetType": "CREATE",
        },
    ),
    "make a stack": ("cloudformation", "create_stack", {"StackName": "new", "TemplateBody": BODY}),
    "change its stack without a change set": (
        "cloudformation",
        "update_stack",
        {"StackName": "fenced", "UsePreviousTemplate": True},
    ),
    "delete another stack": ("cloudformation", "delete_stack", {"StackName": "other"}),
    "list the stacks": ("cloudformation", "list_stacks", {}),
    "look at another repository": ("ecr", "describe_images", {"repositoryName": "other"}),
    "make a repository": ("ecr", "create_repository", {"repositoryName": "new"}),
    "delete its repository": ("ecr", "delete_repository", {"repositoryName": "fenced"}),
    "delete its images": (
        "ecr",
        "batch_delete_image",
        {"repositoryName": "fenced", "imageIds": [{"imageTag": "none"}]},
    ),
    "let tags be changed": (
        "ecr",
        "put_image_tag_mutability",
        {"repositoryName": "other", "imageTagMutability": "MUTABLE"},
    ),
    "make a user": ("iam", "create_user", {"UserName": "new"}),
    "make an access key": ("iam", "create_access_key", {"UserName": "nobody"}),
    "make a role": (
        "iam",
        "create_role",
        {"RoleName": "fenced-new", "AssumeRolePolicyDocument": TRUST},
    ),
    "give a role rights": (
        "iam",
        "put_role_policy",
        {"RoleName": "fenced-nobody", "PolicyName": "a", "PolicyDocument": TRUST},
    ),
    "give a role AWS's rights": (
        "iam",
        "attach_role_policy",
        {"RoleName": "fenced-nobody", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "trust somebody else": (
        "iam",
        "update_assume_role_policy",
        {"RoleName": "fenced-nobody", "PolicyDocument": TRUST},
    ),
    "list the roles": ("iam", "list_roles", {}),
    "take another role": ("sts", "assume_role", {"RoleArn": OTHER_ROLE, "RoleSessionName": "test"}),
    "read the database's secret": ("secretsmanager", "get_secret_value", {"SecretId": DATABASE}),
    "change the database's secret": (
        "secretsmanager",
        "delete_secret",
        {"SecretId": "nothing"},
    ),
    "list the secrets": ("secretsmanager", "list_secrets", {}),
    "read a parameter": ("ssm", "get_parameter", {"Name": "/nothing"}),
    "delete a database": (
        "rds",
        "delete_db_instance",
        {"DBInstanceIdentifier": "nothing", "SkipFinalSnapshot": True},
    ),
    "look at databases": ("rds", "describe_db_instances", {}),
    "change the service without the stack": (
        "ecs",
        "update_service",
        {"cluster": OURS, "service": "nothing"},
    ),
    "delete the service": ("ecs", "delete_service", {"cluster": OURS, "service": "nothing"}),
    "open a shell": (
        "ecs",
        "execute_command",
        {"cluster": OURS, "task": "nothing", "command": "sh", "interactive": True},
    ),
    "run a task in another cluster": ("ecs", "run_task", {"cluster": OTHER, "taskDefinition": "a"}),
    "list another cluster's tasks": ("ecs", "list_tasks", {"cluster": OTHER}),
    "delete a cluster": ("ecs", "delete_cluster", {"cluster": OTHER}),
    "read another log": ("logs", "filter_log_events", {"logGroupName": "/other"}),
    "delete a log": ("logs", "delete_log_group", {"logGroupName": "/slipway/fenced/nothing"}),
    "write into another bucket": ("s3", "put_object", {"Bucket": "other", "Key": "a"}),
    "read another bucket": ("s3", "get_object", {"Bucket": "other", "Key": "a"}),
    "list the buckets": ("s3", "list_buckets", {}),
    "look at machines": ("ec2", "describe_instances", {}),
    "delete a network": ("ec2", "delete_vpc", {"VpcId": "vpc-nothing"}),
    "look at keys": ("kms", "list_keys", {}),
    "look at tables": ("dynamodb", "list_tables", {}),
    "list functions": ("lambda", "list_functions", {}),
    "delete a load balancer": (
        "elbv2",
        "delete_load_balancer",
        {
            "LoadBalancerArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
            ":loadbalancer/app/nothing/1"
        },
    ),
    "send a message": (
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:other", "Message": "a"},
    ),
}
# One call for each statement of the policy, which needs it.
NEEDED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Login": ("ecr", "get_authorization_token", {}),
    "Images": ("ecr", "describe_images", {"repositoryName": "fenced"}),
    "LookAtStack": ("cloudformation", "describe_stack_events", {"StackName": "fenced"}),
    "LookAtDelivery": ("cloudformation", "describe_stacks", {"StackName": "delivery-fenced"}),
    "Propose": (
        "cloudformation",
        "create_change_set",
        {"StackName": "fenced", "ChangeSetName": "a", "UsePreviousTemplate": True},
    ),
    "Change": (
        "cloudformation",
        "delete_change_set",
        {"StackName": "fenced", "ChangeSetName": "nothing"},
    ),
    "Templates": (
        "s3",
        "put_object",
        {"Bucket": "the stack's", "Key": "fenced/a.json", "Body": b"{}"},
    ),
    "Definitions": ("ecs", "describe_task_definition", {"taskDefinition": "fenced-migrate"}),
    "Migrate": ("ecs", "run_task", {"cluster": OURS, "taskDefinition": "nothing"}),
    "ListTasks": ("ecs", "list_tasks", {"cluster": OURS}),
    "LookAtTasks": ("ecs", "describe_tasks", {"cluster": OURS, "tasks": ["nothing"]}),
    "LookAtService": ("ecs", "describe_services", {"cluster": OURS, "services": ["web"]}),
    "LookAtTargets": (
        "elbv2",
        "describe_target_health",
        {
            "TargetGroupArn": f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
            ":targetgroup/nothing/1"
        },
    ),
    "Logs": ("logs", "filter_log_events", {"logGroupName": "/slipway/fenced/tasks"}),
}
# The emulator does not ask for them; tests/stack/test_delivery.py looks at their conditions.
NOT_ASKED = {"PassServiceRole", "PassTaskRoles"}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fenced]:
    """An environment that an administrator has bootstrapped, and a job that may deploy to it."""
    folder, state = (tmp_path_factory.mktemp(each) for each in ("fenced", "fenced-state"))
    with fenced(Project(folder, state, port=4599, images="slipway/fenced")) as made:
        yield made


def test_a_job_deploys_with_its_own_rights(job: Fenced) -> None:
    """The first deploy, its migration included, without an access key anywhere."""
    output = job.job("invoke", "deploy")

    assert output.code == 0
    assert output.stages == [
        "build",
        "test",
        "push",
        "infrastructure",
        "migrate",
        "release",
        "proof",
    ]
    assert "proven: 2 tasks" in output.text


def test_a_job_deploys_the_next_commit(job: Fenced) -> None:
    """An update needs other calls than a creation."""
    job.project.write(PAGE, job.project.read(PAGE) + "\n")
    job.project.commit("a line more")

    assert "proven: 2 tasks" in job.job("invoke", "deploy").text
    assert "nothing to do" in job.job("invoke", "deploy").text


def test_a_template_that_is_too_long_for_a_call_goes_through_the_bucket(job: Fenced) -> None:
    """The stack's own, made longer: the job puts it there, CloudFormation takes it from there."""
    job.project.write("long_stack.py", LONG)
    job.project.commit("a long template")

    long = {"FENCED_STACK_TEMPLATE": "long_stack.template"}
    output = replace(job, settings={**job.settings, **long}).job("invoke", "deploy")

    assert output.code == 0
    kept = job.administrator("s3").list_objects_v2(Bucket=job.output("TemplatesBucket"))
    (found,) = kept["Contents"]
    assert found["Key"].startswith("fenced/")
    assert found["Size"] > 51_200


@pytest.mark.parametrize("task", ["status", "outputs", "logs", "migrate", "recover", "push"])
def test_a_job_runs_every_task_that_talks_to_aws(job: Fenced, task: str) -> None:
    """What a pipeline shows after a deploy, it may read."""
    assert job.job("invoke", task).code == 0


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_job_cannot(job: Fenced, what: str) -> None:
    """It is refused, and an administrator is not: it is the right that is missing."""
    service, call, given = FORBIDDEN[what]
    assert is_refused(getattr(job.client(service), call), **given)
    assert not is_refused(getattr(job.administrator(service), call), **given)


def test_every_statement_is_looked_at(job: Fenced) -> None:
    """A statement that no test needs does not stay in the policy."""
    assert {each["Sid"] for each in job.policy()["Statement"]} == set(NEEDED) | NOT_ASKED


@pytest.mark.parametrize("sid", NEEDED)
def test_a_statement_is_needed(job: Fenced, sid: str) -> None:
    """With it a call is not refused; without it, it is."""
    service, call, given = NEEDED[sid]
    if "Bucket" in given:
        given = {**given, "Bucket": job.output("TemplatesBucket")}
    whole = job.policy()
    assert not is_refused(getattr(job.client(service), call), **given)
    rest = [each for each in whole["Statement"] if each["Sid"] != sid]
    try:
        job.put_policy({**whole, "Statement": rest})
        assert is_refused(getattr(job.client(service), call), **given)
    finally:
        job.put_policy(whole)


@pytest.mark.parametrize(
    "claims",
    [
        {"audience": "https://elsewhere.example"},
        {"subject": "project_path:group/other:ref_type:branch:ref:main"},
        {"subject": "project_path:group/shop:ref_type:branch:ref:feature"},
        {"subject": "project_path:group/shop:ref_type:tag:ref:main"},
    ],
)
def test_another_token_takes_no_role(job: Fenced, claims: dict[str, str]) -> None:
    """One for somebody else, of another project, of another branch, or of a tag."""
    with pytest.raises(ClientError, match="AccessDenied"):
        job.client("sts", **claims)
