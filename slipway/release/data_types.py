"""The types of resources that hold data, and which change of a property would replace each.

They are those that CloudFormation can take a snapshot of, without caches, and what stores files
and tables.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
"""

from collections.abc import Container

# Type -> the create-only properties of its resource schema.
CREATE_ONLY: dict[str, frozenset[str]] = {
    "AWS::DocDB::DBCluster": frozenset(
        {
            "AvailabilityZones",
            "DBClusterIdentifier",
            "DBSubnetGroupName",
            "KmsKeyId",
            "MasterUsername",
            "SnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "StorageEncrypted",
        }
    ),
    "AWS::DynamoDB::Table": frozenset({"ImportSourceSpecification", "TableName"}),
    "AWS::EC2::Volume": frozenset(),
    "AWS::EFS::FileSystem": frozenset(
        {"AvailabilityZoneName", "Encrypted", "KmsKeyId", "PerformanceMode"}
    ),
    "AWS::Neptune::DBCluster": frozenset(
        {
            "AvailabilityZones",
            "DBClusterIdentifier",
            "DBSubnetGroupName",
            "GlobalClusterIdentifier",
            "KmsKeyId",
            "RestoreToTime",
            "RestoreType",
            "SnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "StorageEncrypted",
            "UseLatestRestorableTime",
        }
    ),
    "AWS::RDS::DBCluster": frozenset(
        {
            "ClusterScalabilityType",
            "DBClusterIdentifier",
            "DBSubnetGroupName",
            "DBSystemId",
            "DatabaseName",
            "EngineMode",
            "KmsKeyId",
            "PubliclyAccessible",
            "RestoreToTime",
            "RestoreType",
            "SnapshotIdentifier",
            "SourceDBClusterIdentifier",
            "SourceDbClusterResourceId",
            "SourceRegion",
            "StorageEncrypted",
            "UseLatestRestorableTime",
        }
    ),
    "AWS::RDS::DBInstance": frozenset(
        {
            "BackupTarget",
            "CharacterSetName",
            "CustomIAMInstanceProfile",
            "DBClusterIdentifier",
            "DBInstanceIdentifier",
            "DBName",
            "DBSubnetGroupName",
            "DBSystemId",
            "KmsKeyId",
            "MasterUsername",
            "NcharCharacterSetName",
            "SourceRegion",
            "StorageEncrypted",
            "Timezone",
        }
    ),
    "AWS::Redshift::Cluster": frozenset(
        {
            "ClusterIdentifier",
            "ClusterSubnetGroupName",
            "DBName",
            "MasterUsername",
            "OwnerAccount",
            "SnapshotClusterIdentifier",
            "SnapshotIdentifier",
        }
    ),
    "AWS::S3::Bucket": frozenset({"BucketName", "BucketNamePrefix", "BucketNamespace"}),
}
# An instance of one of these has no data of its own: its cluster, or its source, has it.
BORROWED = ("DBClusterIdentifier", "SourceDBInstanceIdentifier", "SourceDBClusterIdentifier")


def holds_data(kind: str, properties: Container[str]) -> bool:
    """Whether a resource of this type and these properties has data that exists nowhere else."""
    if kind == "AWS::RDS::DBInstance" and any(name in properties for name in BORROWED):
        return False
    return kind in CREATE_ONLY
