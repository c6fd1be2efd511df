"""The scheduled task: the application's cron."""

from awacs.aws import ArnEquals, StringEquals
from troposphere import (
    AWS_ACCOUNT_ID,
    AWS_STACK_NAME,
    GetAtt,
    Output,
    Ref,
    Sub,
    Template,
    iam,
    scheduler,
)

from stack import permissions_boundary
from stack.alarms import Alarms
from stack.parameters import DEPLOY
from stack.policies import allow, document, pass_role, trust
from stack.schedule_alarms import add_schedule_alarms
from stack.tasks import SCHEDULED, Tasks, add_deployed
from stack.web import Room

# A start that fails, because ECS is busy, is tried again for so long; then the next one is due.
# A queue for what could not be started would keep orders that nobody should carry out later.
RETRIES, RETRY_SECONDS = 5, 600


def add_schedule(
    template: Template, tasks: Tasks, room: Room, expression: str, alarms: Alarms | None
) -> scheduler.Schedule:
    """Add the schedule, which starts one task of the deployed revision at each time.

    It is in a group of its own, because the scheduler has metrics for groups alone. A schedule
    cannot change its group, so another group needs another logical ID:
    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
    """
    task = add_deployed(template, tasks, "ScheduledTaskDefinition", SCHEDULED)
    template.add_output(
        Output(
            "ScheduledTaskDefinition",
            Condition=DEPLOY,
            Description="The task definition that the schedule starts",
            Value=Ref(task),
        )
    )
    network = scheduler.AwsVpcConfiguration(
        AssignPublicIp=room.egress.public_address,
        Subnets=[Ref(each) for each in room.egress.subnets],
        SecurityGroups=[Ref(room.groups.tasks)],
    )
    start = scheduler.EcsParameters(
        TaskDefinitionArn=Ref(task),
        LaunchType="FARGATE",
        NetworkConfiguration=scheduler.NetworkConfiguration(AwsvpcConfiguration=network),
    )
    target = scheduler.Target(
        Arn=GetAtt(room.cluster.cluster, "Arn"),
        RoleArn=GetAtt(_role(template, tasks, room), "Arn"),
        EcsParameters=start,
        RetryPolicy=scheduler.RetryPolicy(
            MaximumRetryAttempts=RETRIES, MaximumEventAgeInSeconds=RETRY_SECONDS
        ),
    )
    group = template.add_resource(
        scheduler.ScheduleGroup("ScheduleGroup", Name=Ref(AWS_STACK_NAME))
    )
    if alarms:
        add_schedule_alarms(template, alarms, room.cluster.cluster, group)
    return template.add_resource(
        scheduler.Schedule(
            "GroupedSchedule",
            Condition=DEPLOY,
            GroupName=Ref(group),
            ScheduleExpression=expression,
            FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
            Target=target,
        )
    )


def _role(template: Template, tasks: Tasks, room: Room) -> iam.Role:
    """Let the scheduler start this family in this cluster, with the two roles of its tasks.

    It must come for this account: the scheduler works for others too.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    own_account = StringEquals("aws:SourceAccount", Ref(AWS_ACCOUNT_ID))
    family = f"task-definition/${{AWS::StackName}}-{SCHEDULED}:*"
    place = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    roles = (tasks.roles.execution, tasks.roles.task)
    rights = document(
        allow(
            "Run",
            ["ecs:RunTask"],
            Sub(f"{place}:{family}"),
            when=ArnEquals("ecs:cluster", GetAtt(room.cluster.cluster, "Arn")),
        ),
        pass_role("PassTaskRoles", "ecs-tasks", *(GetAtt(each, "Arn") for each in roles)),
    )
    return template.add_resource(
        iam.Role(
            "ScheduleRole",
            AssumeRolePolicyDocument=trust("scheduler", when=own_account),
            PermissionsBoundary=permissions_boundary.arn(),
            Policies=[iam.Policy(PolicyName="run", PolicyDocument=rights)],
        )
    )
