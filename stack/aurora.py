"""Aurora Serverless v2 for PostgreSQL: a database that follows the load, and may sleep."""

from troposphere import Ref, Template, cloudwatch, rds

from stack import parameters, postgres
from stack.alarms import Alarms
from stack.network import Network
from stack.security_groups import Groups

# With no connection for so long, and a least capacity of 0, it sleeps:
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
SLEEPS_AFTER_SECONDS = 1800


def add(
    template: Template, network: Network, groups: Groups, alarms: Alarms | None
) -> rds.DBCluster:
    """Add the cluster and its one instance; a capacity unit is 2 GiB of memory with its CPU."""
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
    template.add_resource(
        rds.DBInstance(
            "DatabaseInstance",
            Engine="aurora-postgresql",
            DBClusterIdentifier=Ref(cluster),
            DBInstanceClass="db.serverless",
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=True,
        )
    )
    if alarms:
        name = cloudwatch.MetricDimension(Name="DBClusterIdentifier", Value=Ref(cluster))
        postgres.add_alarm(template, alarms, name, "ACUUtilization", postgres.BUSY_PERCENT)
    return cluster


def _capacity(template: Template) -> rds.ServerlessV2ScalingConfiguration:
    least = "Capacity units at least; 0 lets it sleep, and wake up in 15 s"
    fewest = parameters.number(template, "DatabaseMinCapacity", least, 0, least=0)
    most = parameters.number(template, "DatabaseMaxCapacity", "And at most", 4, least=1)
    return rds.ServerlessV2ScalingConfiguration(
        MinCapacity=Ref(fewest),
        MaxCapacity=Ref(most),
        SecondsUntilAutoPause=SLEEPS_AFTER_SECONDS,
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
