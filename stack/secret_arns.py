"""The ARNs that IAM compares for a secret, which are not always what a container names it by.

A container's ValueFrom may end in a key of the secret's JSON, a stage and a version. It may also
lack the six letters that Secrets Manager adds to a name, and a name may end like them: so each
secret is allowed in both forms.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
"""

from troposphere import Join, Ref, Select, Split

# arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
PARTS = 7
LETTERS = "-??????"


def of(value_from: str) -> list[str]:
    """Return the ARNs of the secret that a ValueFrom names."""
    bare = ":".join(value_from.split(":")[:PARTS])
    return [bare, bare + LETTERS]


def of_parameter(value_from: Ref) -> list[Join]:
    """Return the same, where CloudFormation alone knows the ValueFrom."""
    bare = Join(":", [Select(place, Split(":", value_from)) for place in range(PARTS)])
    return [bare, Join("", [bare, LETTERS])]
