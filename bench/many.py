"""The application template with ever more of its own kinds, up to CloudFormation's limit."""

from itertools import cycle, islice

from troposphere import Template, cloudwatch, logs, sns

from stack import alarms, cluster, database, network, parameters, roles, security_groups, tasks
from stack.options import Options
from stack.services import application


def template(options: Options, resources: int) -> Template:
    """Make the application template, and task definitions, log groups and alarms until it is full.

    Raises ValueError when the application alone has more than so many resources.
    """
    made = application.template(options)
    missing = resources - len(made.resources)
    if missing < 0:
        raise ValueError(f"the application alone has {len(made.resources)} resources")
    shared = _shared(options)
    for number, add in enumerate(islice(cycle([_task, _log_group, _alarm]), missing), 1):
        add(made, shared, number)
    return made


def _shared(options: Options) -> tasks.Tasks:
    """Make what task definitions refer to, under the titles that the application has it by."""
    aside = Template()
    given = parameters.add_parameters(aside, options)
    room = cluster.add_cluster(aside, options)
    place = network.add_network(aside, options)
    groups = security_groups.add_security_groups(aside, place)
    store = database.add_database(aside, options, place, groups, None)
    rights = roles.add_roles(aside, options, store, room, None)
    return tasks.Tasks(options, given, room, rights, store, None)


def _task(made: Template, shared: tasks.Tasks, number: int) -> None:
    tasks.add_deployed(made, shared, f"WorkerTaskDefinition{number}", tasks.WORKER)


def _log_group(made: Template, _: tasks.Tasks, number: int) -> None:
    title = f"WorkerLogsGroup{number}"
    made.add_resource(logs.LogGroup(title, RetentionInDays=cluster.RETENTION_DAYS))


def _alarm(made: Template, _: tasks.Tasks, number: int) -> None:
    """Add an alarm that rings where the application's own do."""
    topic = next(each for each in made.resources.values() if isinstance(each, sns.Topic))
    made.add_resource(
        cloudwatch.Alarm(
            f"WorkerAlarm{number}",
            AlarmDescription="A worker has more to do than it can",
            Namespace="AWS/ECS",
            MetricName="CPUUtilization",
            Statistic="Average",
            Period=60,
            Threshold=90,
            **alarms.alarm_properties(topic, periods=3),
        )
    )
