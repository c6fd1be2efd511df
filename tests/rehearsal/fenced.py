"""An environment beside the local one, in an account that asks for rights, deployed to by a job.

The account is MiniStack's, which checks policies when it is started with AUTH=true; authority.py
makes it ask what AWS asks, and says what it still does not. It is not IAM: what is refused here
is evidence of what the policy says, and not of what AWS does.

A job has a token, as GitLab gives one; nobody signed it, and nobody looks at its signature.
Audience and subject are checked against the role's trust. The account's OIDC provider is named
and not made: MiniStack has none in templates.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from tests.rehearsal.project import Output, Project, standing

ACCOUNT, REGION = "000000000000", "us-east-1"
GITLAB, SUBJECT = "https://gitlab.com", "project_path:group/shop:ref_type:branch:ref:main"
REFUSALS = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}

Policy = dict[str, Any]


@dataclass(frozen=True)
class Fenced:
    """The environment `fenced` of a project: its settings, and the role of its jobs."""

    project: Project
    settings: dict[str, str]
    role: str

    def job(self, *command: str) -> Output:
        """Run a command as a GitLab job does: with a token, and no key."""
        token = {"FENCED_AWS_ROLE_ARN": self.role, "AWS_ID_TOKEN": token_for()}
        return self.project.run(*command, "--env", "fenced", **self.settings, **token)

    def administrator(self, service: str) -> Any:
        """Make a client that may do everything."""
        return self.project.client(service)

    def client(self, service: str, **claims: str) -> Any:
        """Make a client with the rights of the job's role, which its token brings."""
        sts = self.project.client("sts")
        taken = sts.assume_role_with_web_identity(
            RoleArn=self.role, RoleSessionName="test", WebIdentityToken=token_for(**claims)
        )["Credentials"]
        return boto3.client(
            service,
            endpoint_url=self.settings["FENCED_AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=taken["AccessKeyId"],
            aws_secret_access_key=taken["SecretAccessKey"],
            aws_session_token=taken["SessionToken"],
        )

    def outputs(self) -> dict[str, str]:
        """Read the outputs of the delivery stack."""
        answer = self.administrator("cloudformation").describe_stacks(StackName="delivery-fenced")
        return {each["OutputKey"]: each["OutputValue"] for each in answer["Stacks"][0]["Outputs"]}

    def policy(self) -> Policy:
        """Read the policy of the job's role, as CloudFormation made it."""
        iam = self.administrator("iam")
        version = iam.get_policy(PolicyArn=self._policy_arn())["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=self._policy_arn(), VersionId=version)
        return dict(found["PolicyVersion"]["Document"])

    @contextmanager
    def without(self, sid: str) -> Iterator[None]:
        """Take a statement from the rights of the job's role, until the end of the block."""
        iam, arn, policy = self.administrator("iam"), self._policy_arn(), self.policy()
        name = self.role.rpartition("/")[2]
        rest = [each for each in policy["Statement"] if each["Sid"] != sid]
        given = json.dumps({**policy, "Statement": rest})
        iam.put_role_policy(RoleName=name, PolicyName="rest", PolicyDocument=given)
        iam.detach_role_policy(RoleName=name, PolicyArn=arn)
        try:
            yield
        finally:
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
            iam.delete_role_policy(RoleName=name, PolicyName="rest")

    def _policy_arn(self) -> str:
        name = self.role.rpartition("/")[2]
        found = self.administrator("iam").list_attached_role_policies(RoleName=name)
        (policy,) = found["AttachedPolicies"]
        return str(policy["PolicyArn"])


def token_for(audience: str = GITLAB, subject: str = SUBJECT) -> str:
    """Write a token as GitLab does, but for its signature."""
    claims = {"iss": GITLAB, "aud": audience, "sub": subject}
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in ({}, claims)]
    return ".".join(part.decode().rstrip("=") for part in (*parts, b"none"))


def settings_of(port: int) -> dict[str, str]:
    """Write the settings of the environment, without what the emulator cannot hold."""
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:slipway/local/database-url"
    plain = {
        "AWS_REGION": REGION,
        "AWS_STACKNAME": "fenced",
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "ECR_REPOSITORY": f"localhost:{port}/fenced",
        "DATABASE_SECRET_ARN": secret,
        "STACK_DATABASE": "external",
        "STACK_EGRESS": "public",
        "STACK_IDENTITY": "role",
        "STACK_GITLAB_PROJECT": "group/shop",
        **{f"STACK_{each}": "no" for each in ("ACCESS_LOGS", "ALARMS", "AUTOSCALING", "DASHBOARD")},
    }
    return {f"FENCED_{name}": text for name, text in plain.items()}


@contextmanager
def fenced(project: Project) -> Iterator[Fenced]:
    """Have an account that asks for rights, and the delivery stack that an administrator makes."""
    settings = settings_of(project.port)
    with standing(project):
        project.run("invoke", "engine")
        project.bring_up("tests.rehearsal.authority", AUTH="true")
        key = project.key
        administrator = {"AWS_ACCESS_KEY_ID": key.key_id, "AWS_SECRET_ACCESS_KEY": key.secret}
        made = project.run("invoke", "bootstrap", "--env", "fenced", **settings, **administrator)
        assert made.code == 0
        (role,) = (line for line in made.text.splitlines() if "FENCED_AWS_ROLE_ARN=" in line)
        found = Fenced(project, settings, role.partition("=")[2])
        make_others(found)
        yield found


def make_others(fenced: Fenced) -> None:
    """Make a bucket and a role beside the environment's own, which trusts every principal."""
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [everybody]}
    fenced.administrator("s3").create_bucket(Bucket="other")
    fenced.administrator("iam").create_role(
        RoleName="other", AssumeRolePolicyDocument=json.dumps(trust)
    )


def is_refused(call: Any, **given: Any) -> bool:
    """Whether a call is refused for a lack of rights; any other answer is none."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"] in REFUSALS
    return False
