"""The ARNs that IAM compares for a secret, which are not always what a container names it by.

A container's ValueFrom may end in a key of the secret's JSON, a stage and a version. It may also
lack the six letters that Secrets Manager adds to a name, and a name may end like them: so each
secret is allowed in both forms.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Secret.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
"""

from troposphere import Join, Ref, Select, Split, Sub

# arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME
PARTS = 7
LETTERS = "-??????"


def value_from(pair: str) -> str | Sub:
    """Return the ValueFrom of NAME=ARN; for NAME alone, that of the stack's own secret.

    `invoke secrets.set NAME` keeps it as STACK/env/NAME.
    """
    name, _, arn = pair.partition("=")
    own = "${AWS::Region}:${AWS::AccountId}:secret:${AWS::StackName}/env/"
    return arn or Sub(f"arn:${{AWS::Partition}}:secretsmanager:{own}{name}")


def of(value_from: str | Sub) -> list[str | Sub]:
    """Return the ARNs of the secret that a ValueFrom names."""
    if isinstance(value_from, Sub):
        return [value_from, Sub(value_from.data["Fn::Sub"] + LETTERS)]
    bare = ":".join(value_from.split(":")[:PARTS])
    return [bare, bare + LETTERS]


def of_parameter(value_from: Ref) -> list[Join]:
    """Return the same, where CloudFormation alone knows the ValueFrom."""
    bare = Join(":", [Select(place, Split(":", value_from)) for place in range(PARTS)])
    return [bare, Join("", [bare, LETTERS])]
