"""The cluster, and the log groups of what runs in it."""

from dataclasses import dataclass
from typing import Any

from troposphere import Output, Ref, Sub, Template, ecs, logs

from stack.checkov_skips import accept
from stack.options import Options

RETENTION_DAYS = 30


@dataclass(frozen=True)
class Cluster:
    """Where tasks run and write."""

    cluster: ecs.Cluster
    log_group: logs.LogGroup
    shells: logs.LogGroup | None


def add_cluster(template: Template, options: Options) -> Cluster:
    """Add the cluster and its log groups."""
    shells = _log_group(template, "ExecLogsGroup", "shells") if options.exec else None
    given = {**_capacity(options), **_exec(shells)}
    setting = ecs.ClusterSetting(Name="containerInsights", Value=options.insights)
    cluster = template.add_resource(ecs.Cluster("Cluster", ClusterSettings=[setting], **given))
    group = _log_group(template, "WebLogsGroup", "tasks")
    template.add_output(Output("ClusterName", Description="The cluster", Value=Ref(cluster)))
    template.add_output(
        Output("WebLogsGroup", Description="The log group of all tasks", Value=Ref(group))
    )
    return Cluster(cluster, group, shells)


def _capacity(options: Options) -> dict[str, Any]:
    """Name the providers that a service's strategy may use; the emulator knows none."""
    return {} if options.is_local else {"CapacityProviders": ["FARGATE", "FARGATE_SPOT"]}


def _exec(shells: logs.LogGroup | None) -> dict[str, Any]:
    """Keep what is typed in a shell, in a log group of its own."""
    if shells is None:
        return {}
    kept = ecs.ExecuteCommandLogConfiguration(CloudWatchLogGroupName=Ref(shells))
    command = ecs.ExecuteCommandConfiguration(Logging="OVERRIDE", LogConfiguration=kept)
    return {"Configuration": ecs.ClusterConfiguration(ExecuteCommandConfiguration=command)}


def _log_group(template: Template, title: str, name: str) -> logs.LogGroup:
    """Add a log group below the stack's name, which the deployment identity may read."""
    path = Sub(f"/slipway/${{AWS::StackName}}/{name}")
    group = logs.LogGroup(title, LogGroupName=path, RetentionInDays=RETENTION_DAYS)
    accept(group, CKV_AWS_158="CloudWatch encrypts it; who may read the log may use the key")
    return template.add_resource(group)


def launch(options: Options) -> dict[str, Any]:
    """Decide a service's properties of where it runs: Fargate alone, or with Spot by weight.

    The first task is never on Spot, so that a reclaim of all of it leaves the service up. It is
    a strategy without Spot, too: a service cannot change between that and a launch type, and its
    fixed name would stop the one that replaces it.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-service.html
    """
    if options.is_local:
        return {"LaunchType": "FARGATE"}
    weights = {"FARGATE": 100 - options.spot_percent, "FARGATE_SPOT": options.spot_percent}
    strategy = [
        ecs.CapacityProviderStrategyItem(
            CapacityProvider=name, Weight=weight, Base=int(name == "FARGATE")
        )
        for name, weight in weights.items()
        if weight or name == "FARGATE"
    ]
    return {"CapacityProviderStrategy": strategy}
