"""An environment beside the local one, in an account that looks at rights, deployed to by a job.

The emulator checks policies when it is started with AUTH=true. It is not IAM; what it does
otherwise than AWS, as far as this needs it, `as_the_emulator_reads` mends, and no more:

- It knows none of the condition keys cloudformation:RoleArn, iam:PassedToService and
  ecs:cluster. Statements with them are tried without; tests/stack/test_delivery.py looks at them.
- It takes every call to ECS that names a cluster for one on that cluster, whereas AWS looks at
  the task definition, the task or the service.
- It does not check a token's signature, so the token of a job can be written here. Audience and
  subject it does check, against the role's trust.
- It speaks no TLS, which the bucket's policy asks for: that policy is taken away.
- It makes a stack's resources with nobody's rights: the service role is passed, and not tried.
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
ADMINISTRATOR = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
BY_CLUSTER = {"Migrate", "LookAtTasks", "LookAtService"}
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

    def output(self, name: str) -> str:
        """Read an output of the delivery stack."""
        answer = self.administrator("cloudformation").describe_stacks(StackName="delivery-fenced")
        outputs = {
            each["OutputKey"]: each["OutputValue"] for each in answer["Stacks"][0]["Outputs"]
        }
        return str(outputs[name])

    def policy(self) -> Policy:
        """Read the policy of the job's role."""
        found = self.administrator("iam").get_role_policy(
            RoleName=self.role.rpartition("/")[2], PolicyName="deploy"
        )["PolicyDocument"]
        return dict(json.loads(found) if isinstance(found, str) else found)

    def put_policy(self, policy: Policy) -> None:
        """Give the job's role another policy."""
        self.administrator("iam").put_role_policy(
            RoleName=self.role.rpartition("/")[2],
            PolicyName="deploy",
            PolicyDocument=json.dumps(policy),
        )


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
        "STACK_OIDC_PROVIDER_ARN": f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com",
        **{f"STACK_{each}": "no" for each in ("ACCESS_LOGS", "ALARMS", "AUTOSCALING", "DASHBOARD")},
    }
    return {f"FENCED_{name}": text for name, text in plain.items()}


@contextmanager
def fenced(project: Project) -> Iterator[Fenced]:
    """Have an account that looks at rights, and the delivery stack that an administrator makes."""
    settings = settings_of(project.port)
    with standing(project):
        project.run("invoke", "engine")
        project.run("invoke", "local.up", AUTH="true")
        made = project.run("invoke", "bootstrap", "--env", "fenced", **settings, **ADMINISTRATOR)
        assert made.code == 0
        (role,) = (line for line in made.text.splitlines() if "FENCED_AWS_ROLE_ARN=" in line)
        found = Fenced(project, settings, role.partition("=")[2])
        found.put_policy(as_the_emulator_reads(found.policy()))
        found.administrator("s3").delete_bucket_policy(Bucket=found.output("TemplatesBucket"))
        make_others(found)
        yield found


def make_others(fenced: Fenced) -> None:
    """Have a bucket and a role beside the environment's own, which trusts whoever has the right."""
    everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [everybody]}
    fenced.administrator("s3").create_bucket(Bucket="other")
    fenced.administrator("iam").create_role(
        RoleName="other", AssumeRolePolicyDocument=json.dumps(trust)
    )


def as_the_emulator_reads(policy: Policy) -> Policy:
    """Change what the emulator reads otherwise than AWS; this module's docstring says what."""
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/fenced-*"
    statements = [
        {name: value for name, value in each.items() if name != "Condition"}
        for each in policy["Statement"]
    ]
    for each in statements:
        if each["Sid"] in BY_CLUSTER | {"ListTasks"}:
            each["Resource"] = [cluster]
    return {**policy, "Statement": statements}


def is_refused(call: Any, **given: Any) -> bool:
    """Whether a call is refused for a lack of rights; any other answer is none."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"] in REFUSALS
    return False
