"""Who deploys from GitLab: a role that its jobs take by their token, or a user with a key."""

import json
from typing import Any
from urllib.parse import urlsplit

from awacs.aws import (
    Allow,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)
from awacs.sts import AssumeRoleWithWebIdentity
from troposphere import GetAtt, Output, Ref, Sub, Template, iam, secretsmanager

from stack.checkov_skips import accept
from stack.options import Options
from stack.policies import document


def add_identity(template: Template, options: Options, rights: PolicyDocument) -> None:
    """Add the identity that the options name, with these rights; or none.

    They are a policy of their own: inside of a user there is room for 2,048 characters.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    if options.identity == "none":
        return
    policy = iam.ManagedPolicy("DeploymentPolicy", PolicyDocument=rights)
    if options.identity == "role":
        policy.Roles = [Ref(_role(template, options))]
    else:
        policy.Users = [Ref(_user(template))]
    template.add_resource(policy)


def _role(template: Template, options: Options) -> iam.Role:
    role = template.add_resource(
        iam.Role("DeploymentRole", AssumeRolePolicyDocument=_trust(options))
    )
    _output(template, "DeploymentRole", "The role that GitLab's jobs take", GetAtt(role, "Arn"))
    return role


def _trust(options: Options) -> PolicyDocument:
    """Trust a token for this audience, of this project and of these branches, and no other.

    The provider is the account's, and no resource of this stack: invoke bootstrap creates it.
    https://docs.gitlab.com/ci/cloud_services/aws/
    """
    host = urlsplit(options.gitlab_url).netloc
    provider = Sub(f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:oidc-provider/{host}")
    project = f"project_path:{options.gitlab_project}:ref_type:branch:ref:"
    branches = [project + branch for branch in options.gitlab_branches]
    return document(
        Statement(
            Effect=Allow,
            Principal=Principal("Federated", provider),
            Action=[AssumeRoleWithWebIdentity],
            Condition=Condition(
                [
                    StringEquals(f"{host}:aud", options.gitlab_url),
                    StringLike(f"{host}:sub", branches),
                ]
            ),
        )
    )


def _user(template: Template) -> iam.User:
    """Add a user, and keep its key where only who may read secrets can read it."""
    user = template.add_resource(iam.User("DeploymentUser"))
    key = template.add_resource(iam.AccessKey("DeploymentKey", UserName=Ref(user)))
    kept = json.dumps(
        {
            "AWS_ACCESS_KEY_ID": f"${{{key.title}}}",
            "AWS_SECRET_ACCESS_KEY": f"${{{key.title}.SecretAccessKey}}",
        }
    )
    secret = template.add_resource(
        secretsmanager.Secret(
            "DeploymentKeySecret", Description="The deployment user's key", SecretString=Sub(kept)
        )
    )
    accept(secret, CKV_AWS_149="Secrets Manager encrypts it; who may read it may use the key")
    _output(template, "DeploymentKeySecret", "Where its access key is kept", Ref(secret))
    return user


def _output(template: Template, title: str, description: str, value: Any) -> None:
    template.add_output(Output(title, Description=description, Value=value))
