"""Actions on which AWS's own pages differ: they are allowed on everything, which works under both.

A statement on an ARN allows nothing where AWS asks for `*`. What protects instead stands behind.
"""

REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
ECS = REFERENCE + "list_amazonelasticcontainerservice.html"
GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html"
SNS = REFERENCE + "list_amazonsns.html"
# The same page as it was in April 2025, and what SNS asked about.
OLD_SNS = (
    "https://github.com/duo-labs/parliament/blob/main/parliament/iam_definition.json, "
    "https://github.com/danilop/yas3fs/issues/57"
)
# Action -> who says that it has a resource, who says that it has none, and why `*` is safe.
DIFFERING: dict[str, tuple[str, str, str]] = {
    "ecs:RegisterTaskDefinition": (
        ECS,
        GUIDE,
        "its roles have to be passed, and a task of it to be run: both are bound to the stack",
    ),
    "ecs:CreateCluster": (ECS, GUIDE, "a new cluster has nothing, and the name of its stack"),
    "sns:Unsubscribe": (
        SNS,
        OLD_SNS,
        "CloudFormation ends the subscriptions that a stack of its own had made, and no other",
    ),
}
# What a deployment identity calls, too; the others are CloudFormation's alone.
OF_A_DEPLOY = {"ecs:RegisterTaskDefinition"}
