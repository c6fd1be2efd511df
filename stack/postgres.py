"""RDS for PostgreSQL: a small database of known cost."""

from typing import Any

from troposphere import Equals, If, Parameter, Ref, Template, cloudwatch, ec2, rds

from stack import parameters
from stack.alarms import Alarms, alarm_properties
from stack.checkov_skips import accept
from stack.network import Network
from stack.parameters import DEPLOY
from stack.security_groups import Groups, add_group, allow

# The major version that the suite and the local account run. Minor ones come by themselves.
MAJOR = "17"
NAME = USER = "app"
PORT = 5432
# Two weeks: a fault that is found after a holiday can still be undone.
BACKUP_DAYS = 14
# A week of what the database did is kept for nothing:
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.html
INSIGHTS_DAYS = 7
LOW_STORAGE_GIB = 2
BUSY_PERCENT = 80
NO_IAM = "tasks have a password that RDS renews; people come in by a task"


def add_postgres(
    template: Template, network: Network, groups: Groups, alarms: Alarms | None
) -> rds.DBInstance:
    """Add the instance, in private subnets, if nobody but the tasks reaches it."""
    kind = parameters.string_parameter(
        template, "DatabaseClass", "The kind of instance", "db.t4g.micro"
    )
    size = parameters.number_parameter(
        template, "DatabaseStorage", "GiB of storage", 20, minimum=20
    )
    most = "GiB that it grows to by itself; a tenth more than DatabaseStorage at least"
    largest = parameters.number_parameter(template, "DatabaseMaxStorage", most, 200, minimum=22)
    instance = template.add_resource(
        rds.DBInstance(
            "Database",
            # The linter takes a major version alone, by which RDS chooses a minor one, for old:
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
            Metadata={"cfn-lint": {"config": {"ignore_checks": ["W3691"]}}},
            Engine="postgres",
            EngineVersion=MAJOR,
            DBInstanceClass=Ref(kind),
            DBName=NAME,
            AllocatedStorage=Ref(size),
            MaxAllocatedStorage=Ref(largest),
            StorageType="gp3",
            MultiAZ=_multi_az(template),
            PubliclyAccessible=False,
            AutoMinorVersionUpgrade=True,
            DatabaseInsightsMode="standard",
            EnablePerformanceInsights=True,
            PerformanceInsightsRetentionPeriod=INSIGHTS_DAYS,
            DBParameterGroupName=Ref(_parameter_group(template)),
            VPCSecurityGroups=[Ref(security_group(template, network, groups))],
            **kept(template, network),
        )
    )
    accept(
        instance,
        CKV_AWS_118="its own insights and CloudWatch tell enough for one database",
        CKV_AWS_157="the parameter DatabaseMultiAZ switches it on",
        CKV_AWS_161=NO_IAM,
    )
    if alarms:
        _add_alarms(template, alarms, instance)
    return instance


def kept(template: Template, network: Network) -> dict[str, Any]:
    """Make the properties by which data is safe, of an instance or of a cluster.

    Its removal leaves a snapshot, and is refused while a revision is deployed. Before the
    first one it is allowed: CloudFormation cannot remove a protected database, so a first
    creation that fails could not take itself back. That is why a deploy makes the stack
    without a revision first; made with one at once, a failure would end in ROLLBACK_FAILED.
    The password is RDS's to make, to keep and to renew, each week; nobody sees it.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
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
    rules = [allow(groups.tasks, (PORT, PORT), "The tasks")]
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


def _add_alarms(template: Template, alarms: Alarms, instance: rds.DBInstance) -> None:
    dimension = cloudwatch.MetricDimension(Name="DBInstanceIdentifier", Value=Ref(instance))
    add_alarm(
        template, alarms, dimension, "CPUUtilization", BUSY_PERCENT, f"is above {BUSY_PERCENT} %"
    )
    low = add_alarm(
        template,
        alarms,
        dimension,
        "FreeStorageSpace",
        LOW_STORAGE_GIB * 1024**3,
        f"is below {LOW_STORAGE_GIB} GiB",
    )
    low.ComparisonOperator = "LessThanThreshold"


def add_alarm(  # noqa: PLR0913, PLR0917 - an alarm has as many parts
    template: Template,
    alarms: Alarms,
    dimension: cloudwatch.MetricDimension,
    metric: str,
    threshold: float,
    passes: str,
) -> cloudwatch.Alarm:
    """Add an alarm of the database's, after a quarter of an hour; `passes` says when it rings."""
    return template.add_resource(
        cloudwatch.Alarm(
            f"Database{metric}Alarm",
            AlarmDescription=f"The database's {metric} {passes}",
            Namespace="AWS/RDS",
            MetricName=metric,
            Dimensions=[dimension],
            Statistic="Average",
            Period=300,
            Threshold=threshold,
            **alarm_properties(alarms.topic, periods=3),
        )
    )
