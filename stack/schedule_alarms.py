"""Who is told when the scheduled task fails, or is not even started."""

from awacs import sns as topics
from awacs.aws import Allow, Condition, PolicyDocument, Principal, Statement, StringEquals
from troposphere import (
    AWS_ACCOUNT_ID,
    GetAtt,
    Ref,
    Sub,
    Template,
    cloudwatch,
    ecs,
    events,
    scheduler,
    sns,
)

from stack.alarms import Alarms, told
from stack.parameters import DEPLOY
from stack.tasks import SCHEDULED

PUBLISHERS = ("cloudwatch", "events")


def add(
    template: Template, alarms: Alarms, cluster: ecs.Cluster, group: scheduler.ScheduleGroup
) -> None:
    """Add the rule for tasks that failed, and the alarm for those that were not started."""
    template.add_resource(
        events.Rule(
            "ScheduledTaskFailed",
            Condition=DEPLOY,
            Description="A scheduled task failed",
            EventPattern=_failed(cluster),
            Targets=[events.Target(Id="topic", Arn=Ref(alarms.topic))],
        )
    )
    template.add_resource(
        sns.TopicPolicy(
            "AlarmTopicPolicy", Topics=[Ref(alarms.topic)], PolicyDocument=_policy(alarms.topic)
        )
    )
    template.add_resource(_dropped(alarms, group))


def _failed(cluster: ecs.Cluster) -> dict[str, object]:
    """Match the end of a scheduled task whose container failed, or never started.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """
    return {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "clusterArn": [GetAtt(cluster, "Arn")],
            "group": [Sub(f"family:${{AWS::StackName}}-{SCHEDULED}")],
            "lastStatus": ["STOPPED"],
            "$or": [
                {"containers": {"exitCode": [{"anything-but": 0}]}},
                {"stopCode": ["TaskFailedToStart"]},
            ],
        },
    }


def _policy(topic: sns.Topic) -> PolicyDocument:
    """Let this account's alarms and rules publish; a topic without a policy takes no events.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    own_account = Condition(StringEquals("aws:SourceAccount", Ref(AWS_ACCOUNT_ID)))
    statements = [
        Statement(
            Sid=publisher.capitalize(),
            Effect=Allow,
            Principal=Principal("Service", f"{publisher}.amazonaws.com"),
            Action=[topics.Publish],
            Resource=[Ref(topic)],
            Condition=own_account,
        )
        for publisher in PUBLISHERS
    ]
    return PolicyDocument(Version="2012-10-17", Statement=statements)


def _dropped(alarms: Alarms, group: scheduler.ScheduleGroup) -> cloudwatch.Alarm:
    """Ring when the scheduler gave up starting a task.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
    """
    return cloudwatch.Alarm(
        "ScheduleDroppedAlarm",
        AlarmDescription="A scheduled task was not started",
        Namespace="AWS/Scheduler",
        MetricName="InvocationDroppedCount",
        Dimensions=[cloudwatch.MetricDimension(Name="ScheduleGroup", Value=Ref(group))],
        Statistic="Sum",
        Period=300,
        Threshold=0,
        **told(alarms.topic, periods=1),
    )
