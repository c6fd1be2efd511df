"""The calls by which rights are tried: those that a job must not make, and those that it needs.

Each is a service of boto3's, one of its calls, and what the call is given. A text such as
$DeploymentRole is that output of the delivery stack. Where an administrator's call would do
harm, it names nothing that is there.
"""

from string import Template
from typing import Any

from tests.rehearsal.fenced import ACCOUNT, REGION

Call = tuple[str, str, dict[str, Any]]

DATABASE = "slipway/local/database-url"
TRUST = '{"Version": "2012-10-17", "Statement": []}'
BODY = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
OURS, OTHER = "fenced-Cluster-nothing", "other-Cluster-nothing"
# An environment whose name goes on where ours ends.
LONGER = "fenced-production"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
OTHER_ROLE, TASK_ROLE = f"{ROLE}/other", f"{ROLE}/fenced-TaskRole-nothing"
BALANCING = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
CONTAINER = {"name": "a", "image": "a", "memory": 128}
CHANGE = {"StackName": "fenced", "TemplateBody": BODY, "ChangeSetType": "UPDATE"}
IMPORT = {"ResourceType": "AWS::SNS::Topic", "LogicalResourceId": "Topic"}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:other"


def define(family: str, **roles: str) -> Call:
    """Register a task definition."""
    return (
        "ecs",
        "register_task_definition",
        {"family": family, "containerDefinitions": [CONTAINER], **roles},
    )


def propose(name: str, **more: Any) -> Call:
    """Make a change set of the job's own stack."""
    return "cloudformation", "create_change_set", {**CHANGE, "ChangeSetName": name, **more}


def run_task(cluster: str, definition: str, **more: Any) -> Call:
    """Run a task of a revision that is not there."""
    return (
        "ecs",
        "run_task",
        {"cluster": cluster, "taskDefinition": f"{definition}:999", **more},
    )


OF_STACKS: dict[str, Call] = {
    "look at another stack": ("cloudformation", "describe_stacks", {"StackName": "other"}),
    "look at a stack whose name goes on": (
        "cloudformation",
        "describe_stacks",
        {"StackName": LONGER},
    ),
    "read the delivery stack": (
        "cloudformation",
        "get_template",
        {"StackName": "delivery-fenced"},
    ),
    "change the delivery stack": propose("a", StackName="delivery-fenced"),
    "propose a change of another stack": propose("a", StackName="other", ChangeSetType="CREATE"),
    "propose a change with its own rights": propose("b"),
    "propose a change with another role": propose("c", RoleARN=OTHER_ROLE),
    "propose a change with its own role": propose("d", RoleARN="$DeploymentRole"),
    "import what another stack made": propose(
        "e",
        RoleARN="$DeliveryServiceRole",
        ChangeSetType="IMPORT",
        ResourcesToImport=[{**IMPORT, "ResourceIdentifier": {"TopicArn": TOPIC}}],
    ),
    "make a stack": ("cloudformation", "create_stack", {"StackName": "new", "TemplateBody": BODY}),
    "change its stack without a change set": (
        "cloudformation",
        "update_stack",
        {"StackName": "fenced", "UsePreviousTemplate": True},
    ),
    "delete another stack": ("cloudformation", "delete_stack", {"StackName": "other"}),
    "delete a stack with another role": (
        "cloudformation",
        "delete_stack",
        {"StackName": "fenced/nothing", "RoleARN": OTHER_ROLE},
    ),
    "list the stacks": ("cloudformation", "list_stacks", {}),
    "write a template beside its own": (
        "s3",
        "put_object",
        {"Bucket": "$TemplatesBucket", "Key": "other/a.json"},
    ),
}
OF_IMAGES: dict[str, Call] = {
    "look at another repository": ("ecr", "describe_images", {"repositoryName": "other"}),
    "push to another repository": ("ecr", "initiate_layer_upload", {"repositoryName": "other"}),
    "make a repository": ("ecr", "create_repository", {"repositoryName": "new"}),
    "delete its repository": ("ecr", "delete_repository", {"repositoryName": "fenced"}),
    "delete its images": (
        "ecr",
        "batch_delete_image",
        {"repositoryName": "fenced", "imageIds": [{"imageTag": "none"}]},
    ),
    "let its tags be moved": (
        "ecr",
        "put_image_tag_mutability",
        {"repositoryName": "fenced", "imageTagMutability": "IMMUTABLE"},
    ),
    "share its repository": (
        "ecr",
        "set_repository_policy",
        {"repositoryName": "fenced", "policyText": TRUST},
    ),
}
OF_RIGHTS: dict[str, Call] = {
    "make a user": ("iam", "create_user", {"UserName": "new"}),
    "make an access key": ("iam", "create_access_key", {"UserName": "nobody"}),
    "make a role": (
        "iam",
        "create_role",
        {"RoleName": "fenced-new", "AssumeRolePolicyDocument": TRUST},
    ),
    "give a role rights": (
        "iam",
        "put_role_policy",
        {"RoleName": "fenced-nobody", "PolicyName": "a", "PolicyDocument": TRUST},
    ),
    "give a role AWS's rights": (
        "iam",
        "attach_role_policy",
        {"RoleName": "fenced-nobody", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    "take a role's boundary away": (
        "iam",
        "delete_role_permissions_boundary",
        {"RoleName": "fenced-nobody"},
    ),
    "trust somebody else": (
        "iam",
        "update_assume_role_policy",
        {"RoleName": "fenced-nobody", "PolicyDocument": TRUST},
    ),
    "list the roles": ("iam", "list_roles", {}),
    "take another role": ("sts", "assume_role", {"RoleArn": OTHER_ROLE, "RoleSessionName": "test"}),
    "hand another role to a task": define("fenced-migrate", taskRoleArn=OTHER_ROLE),
    "hand another environment's role to a task": define(
        "fenced-migrate", taskRoleArn=f"{ROLE}/{LONGER}-TaskRole-nothing"
    ),
    "hand CloudFormation's role to a task": define(
        "fenced-migrate", executionRoleArn="$DeliveryServiceRole"
    ),
    "hand its own role to a task": define("fenced-migrate", taskRoleArn="$DeploymentRole"),
    "run a task with another role": run_task(
        OURS, "fenced-migrate", overrides={"taskRoleArn": OTHER_ROLE}
    ),
}
OF_TASKS: dict[str, Call] = {
    "run another kind of task": run_task(OURS, "fenced-web"),
    "run another environment's migration": run_task(OURS, f"{LONGER}-migrate"),
    "run a task in another cluster": run_task(OTHER, "fenced-migrate"),
    "run a task in another environment": run_task(f"{LONGER}-Cluster-nothing", "fenced-migrate"),
    "list another cluster's tasks": ("ecs", "list_tasks", {"cluster": OTHER}),
    "stop another cluster's task": ("ecs", "stop_task", {"cluster": OTHER, "task": "nothing"}),
    "look at another cluster's service": (
        "ecs",
        "describe_services",
        {"cluster": OTHER, "services": ["web"]},
    ),
    "change the service without the stack": (
        "ecs",
        "update_service",
        {"cluster": OURS, "service": "nothing"},
    ),
    "delete the service": ("ecs", "delete_service", {"cluster": OURS, "service": "nothing"}),
    "open a shell": (
        "ecs",
        "execute_command",
        {"cluster": OURS, "task": "nothing", "command": "sh", "interactive": True},
    ),
    "delete a cluster": ("ecs", "delete_cluster", {"cluster": OTHER}),
    "read another log": ("logs", "filter_log_events", {"logGroupName": "/other"}),
    "read another environment's log": (
        "logs",
        "get_log_events",
        {"logGroupName": f"/slipway/{LONGER}/tasks", "logStreamName": "a"},
    ),
    "delete a log": ("logs", "delete_log_group", {"logGroupName": "/slipway/fenced/nothing"}),
}
OF_THE_REST: dict[str, Call] = {
    "read the database's secret": ("secretsmanager", "get_secret_value", {"SecretId": DATABASE}),
    "delete a secret": ("secretsmanager", "delete_secret", {"SecretId": "nothing"}),
    "list the secrets": ("secretsmanager", "list_secrets", {}),
    "read a parameter": ("ssm", "get_parameter", {"Name": "/nothing"}),
    "delete a database": (
        "rds",
        "delete_db_instance",
        {"DBInstanceIdentifier": "nothing", "SkipFinalSnapshot": True},
    ),
    "look at databases": ("rds", "describe_db_instances", {}),
    "write into another bucket": ("s3", "put_object", {"Bucket": "other", "Key": "a"}),
    "read another bucket": ("s3", "get_object", {"Bucket": "other", "Key": "a"}),
    "list the buckets": ("s3", "list_buckets", {}),
    "look at machines": ("ec2", "describe_instances", {}),
    "delete a network": ("ec2", "delete_vpc", {"VpcId": "vpc-nothing"}),
    "look at keys": ("kms", "list_keys", {}),
    "look at tables": ("dynamodb", "list_tables", {}),
    "list functions": ("lambda", "list_functions", {}),
    "delete a load balancer": (
        "elbv2",
        "delete_load_balancer",
        {"LoadBalancerArn": f"{BALANCING}:loadbalancer/app/nothing/1"},
    ),
    "send a message": ("sns", "publish", {"TopicArn": TOPIC, "Message": "a"}),
}
FORBIDDEN = {**OF_STACKS, **OF_IMAGES, **OF_RIGHTS, **OF_TASKS, **OF_THE_REST}

# For each statement of the job's policy, a call that nothing else in it allows.
NEEDED: dict[str, Call] = {
    "Login": ("ecr", "get_authorization_token", {}),
    "Images": ("ecr", "describe_images", {"repositoryName": "fenced"}),
    "LookAtStack": ("cloudformation", "describe_stack_events", {"StackName": "fenced"}),
    "LookAtDelivery": ("cloudformation", "describe_stacks", {"StackName": "delivery-fenced"}),
    "Propose": propose("f", RoleARN="$DeliveryServiceRole"),
    "PassServiceRole": propose("g", RoleARN="$DeliveryServiceRole"),
    "Change": (
        "cloudformation",
        "delete_change_set",
        {"StackName": "fenced", "ChangeSetName": "nothing"},
    ),
    "Templates": ("s3", "put_object", {"Bucket": "$TemplatesBucket", "Key": "fenced/a.json"}),
    "Definitions": ("ecs", "describe_task_definition", {"taskDefinition": "fenced-migrate"}),
    "PassTaskRoles": define("fenced-migrate", taskRoleArn=TASK_ROLE),
    "Migrate": run_task(OURS, "fenced-migrate"),
    "ListTasks": ("ecs", "list_tasks", {"cluster": OURS}),
    "LookAtTasks": ("ecs", "describe_tasks", {"cluster": OURS, "tasks": ["nothing"]}),
    "LookAtService": ("ecs", "describe_services", {"cluster": OURS, "services": ["web"]}),
    "LookAtTargets": (
        "elbv2",
        "describe_target_health",
        {"TargetGroupArn": f"{BALANCING}:targetgroup/nothing/1"},
    ),
    "Logs": ("logs", "filter_log_events", {"logGroupName": "/slipway/fenced/tasks"}),
}


def filled(given: Any, outputs: dict[str, str]) -> Any:
    """Put the delivery stack's outputs into what a call is given."""
    if isinstance(given, dict):
        return {name: filled(value, outputs) for name, value in given.items()}
    if isinstance(given, list):
        return [filled(each, outputs) for each in given]
    return Template(given).substitute(outputs) if isinstance(given, str) else given
