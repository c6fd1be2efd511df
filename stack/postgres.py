"""RDS for PostgreSQL: a small database of known cost."""

from typing import Any

from troposphere import Equals, If, Parameter, Ref, Template, cloudwatch, ec2, rds

from stack import parameters
from stack.alarms import Alarms, told
from stack.network import Network
from stack.parameters import DEPLOY
from stack.security_groups import Groups, add_group, allow

# The major version that the suite and the local account run. Minor ones come by themselves.
MAJOR = "17"
NAME = USER = "app"
PORT = 5432
# Two weeks: a fault that is found after a holiday can still be undone.
BACKUP_DAYS = 14
MOST_STORAGE_GIB = 200
LOW_STORAGE_BYTES = 2 * 1024**3
BUSY_PERCENT = 80


def add(
    template: Template, network: Network, groups: Groups, alarms: Alarms | None
) -> rds.DBInstance:
    """Add the instance, in private subnets, where nobody but the tasks reaches it."""
    kind = parameters.text(template, "DatabaseClass", "The kind of instance", "db.t4g.micro")
    size = parameters.number(template, "DatabaseStorage", "GiB of storage", 20, least=20)
    instance = template.add_resource(
        rds.DBInstance(
            "Database",
            # The linter's list has no major version alone, by which RDS chooses the minor one:
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
            Metadata={"cfn-lint": {"config": {"ignore_checks": ["W3691"]}}},
            Engine="postgres",
            EngineVersion=MAJOR,
            DBInstanceClass=Ref(kind),
            DBName=NAME,
            AllocatedStorage=Ref(size),
            MaxAllocatedStorage=MOST_STORAGE_GIB,
            StorageType="gp3",
            MultiAZ=_multi_az(template),
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=True,
            DBParameterGroupName=Ref(_parameter_group(template)),
            VPCSecurityGroups=[Ref(security_group(template, network, groups))],
            **kept(template, network),
        )
    )
    if alarms:
        _alarms(template, alarms, instance)
    return instance


def kept(template: Template, network: Network) -> dict[str, Any]:
    """Make the properties by which data is safe, of an instance or of a cluster.

    Its removal leaves a snapshot, and is refused while a revision is deployed. Before the
    first one it is allowed: a first creation that fails must be able to take itself back.
    The password is RDS's to make, to keep and to renew; nobody sees it.
    """
    return {
        "DeletionPolicy": "Snapshot",
        "UpdateReplacePolicy": "Snapshot",
        "DeletionProtection": If(DEPLOY, True, False),  # noqa: FBT003 - values of a template
        "BackupRetentionPeriod": BACKUP_DAYS,
        "CopyTagsToSnapshot": True,
        "StorageEncrypted": True,
        "MasterUsername": USER,
        "ManageMasterUserPassword": True,
        "EnableCloudwatchLogsExports": ["postgresql"],
        "DBSubnetGroupName": Ref(_subnet_group(template, network)),
    }


def security_group(template: Template, network: Network, groups: Groups) -> ec2.SecurityGroup:
    """Add the group of the database: the tasks reach it."""
    rules = [allow(groups.tasks, PORT, "The tasks")]
    described = "The database: the tasks reach it"
    return add_group(template, "DatabaseSecurityGroup", described, network, rules)


def _subnet_group(template: Template, network: Network) -> rds.DBSubnetGroup:
    return template.add_resource(
        rds.DBSubnetGroup(
            "DatabaseSubnets",
            DBSubnetGroupDescription="The private subnets",
            SubnetIds=[Ref(each) for each in network.private],
        )
    )


def _multi_az(template: Template) -> If:
    """Add the choice of a second instance in another zone, which takes over in a minute."""
    wanted = template.add_parameter(
        Parameter(
            "DatabaseMultiAZ",
            Type="String",
            Description="Whether a second instance in another zone stands ready",
            Default="false",
            AllowedValues=["true", "false"],
        )
    )
    template.add_condition("MultiAZ", Equals(Ref(wanted), "true"))
    return If("MultiAZ", True, False)  # noqa: FBT003 - values of a template


def _parameter_group(template: Template) -> rds.DBParameterGroup:
    """Refuse connections without encryption, and log what takes more than a second."""
    return template.add_resource(
        rds.DBParameterGroup(
            "DatabaseParameters",
            Description="Encryption on the way, slow statements in the log",
            Family=f"postgres{MAJOR}",
            Parameters={"rds.force_ssl": "1", "log_min_duration_statement": "1000"},
        )
    )


def _alarms(template: Template, alarms: Alarms, instance: rds.DBInstance) -> None:
    dimension = cloudwatch.MetricDimension(Name="DBInstanceIdentifier", Value=Ref(instance))
    add_alarm(template, alarms, dimension, "CPUUtilization", BUSY_PERCENT)
    low = add_alarm(template, alarms, dimension, "FreeStorageSpace", LOW_STORAGE_BYTES)
    low.ComparisonOperator = "LessThanThreshold"


def add_alarm(
    template: Template,
    alarms: Alarms,
    dimension: cloudwatch.MetricDimension,
    metric: str,
    threshold: float,
) -> cloudwatch.Alarm:
    """Add an alarm of the database's, after a quarter of an hour."""
    return template.add_resource(
        cloudwatch.Alarm(
            f"Database{metric}Alarm",
            AlarmDescription=f"The database's {metric} passes {threshold:g}",
            Namespace="AWS/RDS",
            MetricName=metric,
            Dimensions=[dimension],
            Statistic="Average",
            Period=300,
            Threshold=threshold,
            **told(alarms.topic, periods=3),
        )
    )
