"""Actions on which AWS's own pages differ: they are allowed on everything, which works under both.

A statement on an ARN allows nothing where AWS asks for `*`. What protects instead stands behind.
"""

REFERENCE = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/"
    "list_amazonelasticcontainerservice.html"
)
GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security_iam_id-based-policy-examples.html"
# Action -> who says that it has a resource, who says that it has none, and why `*` is safe.
DIFFERING: dict[str, tuple[str, str, str]] = {
    "ecs:RegisterTaskDefinition": (
        REFERENCE,
        GUIDE,
        "its roles have to be passed, and a task of it to be run: both are bound to the stack",
    ),
    "ecs:CreateCluster": (REFERENCE, GUIDE, "a new cluster has nothing, and the name of its stack"),
}
# Of the two, what a deployment identity calls; the other is CloudFormation's.
OF_A_DEPLOY = {"ecs:RegisterTaskDefinition"}
