"""The cluster, and the log groups of what runs in it."""

from dataclasses import dataclass
from typing import Any

from troposphere import Output, Ref, Sub, Template, ecs, logs

from stack.accepted import accept
from stack.options import Options

RETENTION_DAYS = 30


@dataclass(frozen=True)
class Cluster:
    """Where tasks run and write."""

    cluster: ecs.Cluster
    log_group: logs.LogGroup


def add(template: Template, options: Options) -> Cluster:
    """Add the cluster and its log groups."""
    given = {**_capacity(options), **_exec(template, options)}
    setting = ecs.ClusterSetting(Name="containerInsights", Value=options.insights)
    cluster = template.add_resource(ecs.Cluster("Cluster", ClusterSettings=[setting], **given))
    group = _log_group(template, "WebLogsGroup", "tasks")
    template.add_output(Output("ClusterName", Description="The cluster", Value=Ref(cluster)))
    template.add_output(
        Output("WebLogsGroup", Description="The log group of all tasks", Value=Ref(group))
    )
    return Cluster(cluster, group)


def _capacity(options: Options) -> dict[str, Any]:
    """Name the providers that a service's strategy may use."""
    return {"CapacityProviders": ["FARGATE", "FARGATE_SPOT"]} if options.spot_percent else {}


def _exec(template: Template, options: Options) -> dict[str, Any]:
    """Keep what is typed in a shell, in a log group of its own."""
    if not options.exec:
        return {}
    group = _log_group(template, "ExecLogsGroup", "shells")
    kept = ecs.ExecuteCommandLogConfiguration(CloudWatchLogGroupName=Ref(group))
    shells = ecs.ExecuteCommandConfiguration(Logging="OVERRIDE", LogConfiguration=kept)
    return {"Configuration": ecs.ClusterConfiguration(ExecuteCommandConfiguration=shells)}


def _log_group(template: Template, title: str, name: str) -> logs.LogGroup:
    """Add a group below the stack's name, by which whoever deploys may read it."""
    path = Sub(f"/slipway/${{AWS::StackName}}/{name}")
    group = logs.LogGroup(title, LogGroupName=path, RetentionInDays=RETENTION_DAYS)
    accept(group, CKV_AWS_158="CloudWatch encrypts it; who may read the log may use the key")
    return template.add_resource(group)


def launch(options: Options) -> dict[str, Any]:
    """Decide a service's properties of where it runs: Fargate alone, or with Spot by weight.

    The first task is never on Spot, so that a reclaim of all of it leaves the service up.
    """
    if not options.spot_percent:
        return {"LaunchType": "FARGATE"}
    weights = {"FARGATE": 100 - options.spot_percent, "FARGATE_SPOT": options.spot_percent}
    strategy = [
        ecs.CapacityProviderStrategyItem(
            CapacityProvider=name, Weight=weight, Base=int(name == "FARGATE")
        )
        for name, weight in weights.items()
    ]
    return {"CapacityProviderStrategy": strategy}
