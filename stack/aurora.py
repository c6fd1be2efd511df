"""Aurora Serverless v2 for PostgreSQL: a database that follows the load, and may sleep."""

from troposphere import AWS_NO_VALUE, Equals, If, Ref, Template, cloudwatch, rds

from stack import parameters, postgres
from stack.alarms import Alarms
from stack.checkov_skips import accept
from stack.network import Network
from stack.security_groups import Groups

# With no connection for so long, and a least capacity of 0, it sleeps:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
SLEEPS_AFTER_SECONDS = 1800


def add_aurora(
    template: Template, network: Network, groups: Groups, alarms: Alarms | None
) -> rds.DBCluster:
    """Add the cluster and its one instance; a capacity unit is 2 GiB of memory with its CPU.

    There are no insights: they would keep it from its least capacity.
    """
    cluster = template.add_resource(
        rds.DBCluster(
            "Database",
            Engine="aurora-postgresql",
            EngineVersion=postgres.MAJOR,
            DatabaseName=postgres.NAME,
            ServerlessV2ScalingConfiguration=_capacity(template),
            DBClusterParameterGroupName=Ref(_parameter_group(template)),
            VpcSecurityGroupIds=[Ref(postgres.security_group(template, network, groups))],
            **postgres.kept(template, network),
        )
    )
    accept(cluster, CKV_AWS_162=postgres.NO_IAM)
    instance = template.add_resource(
        rds.DBInstance(
            "DatabaseInstance",
            Engine="aurora-postgresql",
            DBClusterIdentifier=Ref(cluster),
            DBInstanceClass="db.serverless",
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=True,
        )
    )
    accept(instance, CKV_AWS_118="its cluster's metrics tell enough for one database")
    if alarms:
        _add_alarm(template, alarms, cluster)
    return cluster


def _add_alarm(template: Template, alarms: Alarms, cluster: rds.DBCluster) -> None:
    name = cloudwatch.MetricDimension(Name="DBClusterIdentifier", Value=Ref(cluster))
    postgres.add_alarm(
        template,
        alarms,
        name,
        "ACUUtilization",
        postgres.BUSY_PERCENT,
        f"is above {postgres.BUSY_PERCENT} %",
    )


def _capacity(template: Template) -> rds.ServerlessV2ScalingConfiguration:
    """Name the bounds; RDS refuses a time to sleep after, where the least is not 0.

    It sleeps when no task holds a connection, and wakes up for the next one, which has to wait.
    """
    least = "Capacity units at least; 0 lets it sleep, and wake up in 15 s"
    fewest = parameters.number_parameter(template, "DatabaseMinCapacity", least, 0, minimum=0)
    most = parameters.number_parameter(template, "DatabaseMaxCapacity", "And at most", 4, minimum=1)
    template.add_condition("DatabaseSleeps", Equals(Ref(fewest), "0"))
    return rds.ServerlessV2ScalingConfiguration(
        MinCapacity=Ref(fewest),
        MaxCapacity=Ref(most),
        SecondsUntilAutoPause=If("DatabaseSleeps", SLEEPS_AFTER_SECONDS, Ref(AWS_NO_VALUE)),
    )


def _parameter_group(template: Template) -> rds.DBClusterParameterGroup:
    return template.add_resource(
        rds.DBClusterParameterGroup(
            "DatabaseParameters",
            Description="Encryption on the way",
            Family=f"aurora-postgresql{postgres.MAJOR}",
            Parameters={"rds.force_ssl": "1"},
        )
    )
