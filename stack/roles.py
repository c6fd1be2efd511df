"""The two roles of a task: what ECS may do to start it, and what its code may do."""

from dataclasses import dataclass

import awacs.logs
import awacs.secretsmanager
from awacs.aws import Allow, PolicyDocument, Principal, Statement
from awacs.sts import AssumeRole
from troposphere import GetAtt, Parameter, Ref, Sub, Template, iam, logs

# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
EXECUTION_POLICY = (
    "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
)


@dataclass(frozen=True)
class Roles:
    """`execution` starts the task; `task` is what its code runs as."""

    execution: iam.Role
    task: iam.Role


def add(template: Template, database_url: Parameter, log_group: logs.LogGroup) -> Roles:
    """Add both roles; the first may read the one secret, the second may do nothing yet."""
    execution = template.add_resource(
        iam.Role(
            "ExecutionRole",
            AssumeRolePolicyDocument=_trust(),
            ManagedPolicyArns=[Sub(EXECUTION_POLICY)],
            Policies=[
                iam.Policy(PolicyName="start", PolicyDocument=_start(database_url, log_group))
            ],
        )
    )
    task = template.add_resource(iam.Role("TaskRole", AssumeRolePolicyDocument=_trust()))
    return Roles(execution, task)


def _trust() -> PolicyDocument:
    service = Principal("Service", "ecs-tasks.amazonaws.com")
    return PolicyDocument(
        Version="2012-10-17",
        Statement=[Statement(Effect=Allow, Principal=service, Action=[AssumeRole])],
    )


def _start(database_url: Parameter, log_group: logs.LogGroup) -> PolicyDocument:
    return PolicyDocument(
        Version="2012-10-17",
        Statement=[
            Statement(
                Effect=Allow,
                Action=[awacs.secretsmanager.GetSecretValue],
                Resource=[Ref(database_url)],
            ),
            Statement(
                Effect=Allow,
                Action=[awacs.logs.CreateLogStream, awacs.logs.PutLogEvents],
                Resource=[GetAtt(log_group, "Arn")],
            ),
        ],
    )
