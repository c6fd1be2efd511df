"""The cluster, and the log group of what runs in it."""

from dataclasses import dataclass

from troposphere import Output, Ref, Template, ecs, logs

RETENTION_DAYS = 30


@dataclass(frozen=True)
class Cluster:
    """Where tasks run and write."""

    cluster: ecs.Cluster
    log_group: logs.LogGroup


def add(template: Template) -> Cluster:
    """Add the cluster and its log group."""
    cluster = template.add_resource(ecs.Cluster("Cluster"))
    group = template.add_resource(logs.LogGroup("WebLogsGroup", RetentionInDays=RETENTION_DAYS))
    template.add_output(Output("ClusterName", Description="The cluster", Value=Ref(cluster)))
    template.add_output(
        Output("WebLogsGroup", Description="The log group of all tasks", Value=Ref(group))
    )
    return Cluster(cluster, group)
