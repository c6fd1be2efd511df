"""Policies as they are written here: each statement has a name, its actions, and its resources."""

from awacs.aws import (
    Action,
    Allow,
    Condition,
    ConditionElement,
    Deny,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
)
from awacs.sts import AssumeRole
from troposphere import GetAtt, Join, Ref, Sub

Resource = str | Sub | Join | Ref | GetAtt
When = ConditionElement | list[ConditionElement]


def document(*statements: Statement) -> PolicyDocument:
    """Make a policy of these statements."""
    return PolicyDocument(Version="2012-10-17", Statement=list(statements))


def allow(
    sid: str, actions: list[str], *resources: Resource, when: When | None = None
) -> Statement:
    """Allow actions such as "ecs:RunTask" on these resources, where all that is given holds."""
    named = [Action(*each.split(":")) for each in actions]
    made = Statement(Sid=sid, Effect=Allow, Action=named, Resource=list(resources))
    if when:
        made.Condition = Condition(when)
    return made


def deny(sid: str, when: When) -> Statement:
    """Refuse everything, whatever else allows it, where all that is given holds."""
    return Statement(
        Sid=sid, Effect=Deny, Action=[Action("*")], Resource=["*"], Condition=Condition(when)
    )


def pass_role(sid: str, service: str, *roles: Resource) -> Statement:
    """Allow handing these roles to one service, such as "ecs-tasks", and to no other."""
    to = StringEquals("iam:PassedToService", f"{service}.amazonaws.com")
    return allow(sid, ["iam:PassRole"], *roles, when=to)


def trust(service: str, when: When | None = None) -> PolicyDocument:
    """Let an AWS service, such as "ecs-tasks", take a role."""
    principal = Principal("Service", f"{service}.amazonaws.com")
    made = Statement(Effect=Allow, Principal=principal, Action=[AssumeRole])
    if when:
        made.Condition = Condition(when)
    return document(made)


def arn(service: str, rest: str) -> Sub:
    """Name resources of this account and region; `rest` may refer to parameters as ${NAME}."""
    place = "${AWS::Region}:${AWS::AccountId}"
    return Sub(f"arn:${{AWS::Partition}}:{service}:{place}:{rest}")


def role_arn(rest: str) -> Sub:
    """Name roles of this account."""
    return Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{rest}")
