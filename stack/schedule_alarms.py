"""The alarms of the scheduled task: it failed, or it was not started."""

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

from stack.alarms import Alarms, alarm_properties
from stack.parameters import DEPLOY
from stack.policies import document
from stack.tasks import SCHEDULED

PUBLISHERS = ("cloudwatch", "events")


def add_schedule_alarms(
    template: Template, alarms: Alarms, cluster: ecs.Cluster, group: scheduler.ScheduleGroup
) -> None:
    """Add the rule for tasks that failed, and the alarm for those that were not started."""
    template.add_resource(
        events.Rule(
            "ScheduledTaskFailed",
            Condition=DEPLOY,
            Description="A scheduled task failed",
            EventPattern=_failed(cluster),
            Targets=[events.Target(Id="topic", Arn=Ref(alarms.topic), InputTransformer=_words())],
        )
    )
    template.add_resource(
        sns.TopicPolicy(
            "AlarmTopicPolicy", Topics=[Ref(alarms.topic)], PolicyDocument=_policy(alarms.topic)
        )
    )
    template.add_resource(_dropped(alarms, group))


def _failed(cluster: ecs.Cluster) -> dict[str, object]:
    """Match the end of a scheduled task whose own container failed, or never started.

    Its name and its exit code have to be those of one container: what else is in the task, such
    as GuardDuty's agent, may end as it likes.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    https://github.com/aws/event-ruler, on array-consistent matching
    """
    container = {"name": [SCHEDULED], "exitCode": [{"anything-but": 0}]}
    return {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "clusterArn": [GetAtt(cluster, "Arn")],
            "group": [Sub(f"family:${{AWS::StackName}}-{SCHEDULED}")],
            "lastStatus": ["STOPPED"],
            "$or": [{"containers": container}, {"stopCode": ["TaskFailedToStart"]}],
        },
    }


def _words() -> events.InputTransformer:
    """Write what a person reads, by mail, in the place of the event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    message = "A scheduled task of ${AWS::StackName} failed at <at>: invoke logs shows why. <task>"
    return events.InputTransformer(
        InputPathsMap={"at": "$.detail.stoppedAt", "task": "$.detail.taskArn"},
        InputTemplate=Sub(f'"{message}"'),
    )


def _policy(topic: sns.Topic) -> PolicyDocument:
    """Let alarms of this account publish, and rules.

    It takes the place of the default policy, by which alarms publish, and rules do not. The
    statement for rules has no condition: EventBridge sends none of its keys to SNS, and a
    refused message is lost without a word.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    https://repost.aws/knowledge-center/sns-not-getting-eventbridge-notification
    """
    alarms, rules = (_publish(topic, each) for each in PUBLISHERS)
    alarms.Condition = Condition(StringEquals("aws:SourceAccount", Ref(AWS_ACCOUNT_ID)))
    return document(alarms, rules)


def _publish(topic: sns.Topic, service: str) -> Statement:
    return Statement(
        Sid=service.capitalize(),
        Effect=Allow,
        Principal=Principal("Service", f"{service}.amazonaws.com"),
        Action=[topics.Publish],
        Resource=[Ref(topic)],
    )


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
        **alarm_properties(alarms.topic, periods=1),
    )
