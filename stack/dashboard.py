"""The dashboard: the page that a person opens first."""

import json
from typing import Any

from troposphere import GetAtt, Ref, Sub, Template, cloudwatch

from stack.cluster import Cluster
from stack.database import Database
from stack.load_balancer import LoadBalancer
from stack.tasks import WEB

# CloudWatch's page has 24 columns.
WIDTH, HEIGHT, COLUMNS = 8, 6, 3
ALARMS_HEIGHT = 3

Metric = list[Any]
# What a database runs out of, by the dimension that names its kind.
SCARCE = {
    "DBInstanceIdentifier": ("Free storage, bytes", "FreeStorageSpace"),
    "DBClusterIdentifier": ("Capacity units", "ServerlessDatabaseCapacity"),
}


def add_dashboard(
    template: Template,
    cluster: Cluster,
    balancer: LoadBalancer,
    database: Database,
) -> None:
    """Add the page: all alarms on top, then visitors, tasks, and the stack's own database."""
    widgets = [*_visitors(), *_tasks()]
    names: dict[str, Any] = {
        "Balancer": GetAtt(balancer.balancer, "LoadBalancerFullName"),
        "Cluster": Ref(cluster.cluster),
    }
    for each in database.dimensions:
        widgets += _database(each.Name)
        names["Database"] = each.Value
    placed = [_placed(place, each) for place, each in enumerate(widgets)]
    resources = template.resources.values()
    alarms = [each for each in resources if isinstance(each, cloudwatch.Alarm)]
    body = {"widgets": [*_alarms(alarms), *placed]}
    template.add_resource(
        cloudwatch.Dashboard(
            "Dashboard",
            DashboardName=Sub("${AWS::StackName}"),
            DashboardBody=Sub(json.dumps(body), **names),
        )
    )


def _alarms(alarms: list[cloudwatch.Alarm]) -> list[dict[str, Any]]:
    """Show which alarms ring, in a row of its own."""
    if not alarms:
        return []
    shown = {"title": "Alarms", "alarms": [f"${{{each.title}.Arn}}" for each in alarms]}
    size = {"x": 0, "y": 0, "width": COLUMNS * WIDTH, "height": ALARMS_HEIGHT}
    return [{"type": "alarm", **size, "properties": shown}]


def _visitors() -> list[dict[str, Any]]:
    """Show how many ask, how many get no answer, and how long it takes."""
    balancer = ["AWS/ApplicationELB"]
    name = ["LoadBalancer", "${Balancer}"]

    def metric(title: str, **options: Any) -> Metric:
        return [*balancer, title, *name, options]

    codes = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_4XX_Count")
    times = [metric("TargetResponseTime", stat=each) for each in ("p50", "p95")]
    return [
        _widget("Requests in a minute", [metric("RequestCount", stat="Sum")]),
        _widget("Errors in a minute", [metric(each, stat="Sum") for each in codes]),
        _widget("Seconds: half of the answers, and 19 of 20", times),
    ]


def _tasks() -> list[dict[str, Any]]:
    """Show how many tasks serve, and what they have to do."""
    name = ["ClusterName", "${Cluster}", "ServiceName", WEB]
    load = [["AWS/ECS", each, *name] for each in ("CPUUtilization", "MemoryUtilization")]
    count = ["AWS/ECS", "CPUUtilization", *name, {"stat": "SampleCount"}]
    return [
        _widget("Tasks", [count]),
        _widget("CPU and memory of the tasks, %", load),
    ]


def _database(kind: str) -> list[dict[str, Any]]:
    """Show what the database has to do; `kind` is the dimension that names it."""
    rows = [
        ("CPU of the database, %", "CPUUtilization"),
        ("Connections", "DatabaseConnections"),
        SCARCE[kind],
    ]
    return [_widget(title, [["AWS/RDS", metric, kind, "${Database}"]]) for title, metric in rows]


def _widget(title: str, metrics: list[Metric]) -> dict[str, Any]:
    shown = {"title": title, "metrics": metrics, "region": "${AWS::Region}", "period": 60}
    return {"type": "metric", "width": WIDTH, "height": HEIGHT, "properties": shown}


def _placed(place: int, widget: dict[str, Any]) -> dict[str, Any]:
    """Set a widget beside or below those before it; above them is room for the alarms."""
    row, column = divmod(place, COLUMNS)
    return {**widget, "x": column * WIDTH, "y": ALARMS_HEIGHT + row * HEIGHT}
