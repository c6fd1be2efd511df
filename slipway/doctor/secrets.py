"""The secrets that tasks start with: do they exist, and can a task's role decrypt them?

Their values are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.doctor.finding import Case, ok, unknown, wrong
from slipway.release import app_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_ssm.type_defs import ParameterStringFilterTypeDef

    from slipway.events import Finding

SUBJECT = "secrets"
# Of a ValueFrom, the ARN of the secret; behind it may be a key of its JSON, a stage, a version.
PARTS = 7
CURRENT = "AWSCURRENT"
# AWS's own keys of these services decrypt for every role that may read the value.
AWS_KEYS = {"", "alias/aws/secretsmanager", "alias/aws/ssm"}


def readable(case: Case) -> Iterator[Finding]:
    """Look at every secret and parameter that the options name."""
    named = dict(_named(case, each) for each in case.options.secrets or ())
    if case.options.database_secret_arn:
        named["DATABASE_URL"] = case.options.database_secret_arn
    for name, value_from in named.items():
        if value_from.split(":")[3:5] != [case.settings.region, case.account]:
            yield unknown(SUBJECT, f"{name} is in another region or account, and was not checked")
            continue
        look = _parameter if ":ssm:" in value_from else _secret
        yield look(case, name, value_from)


def _named(case: Case, pair: str) -> tuple[str, str]:
    """Return a variable and its ValueFrom; NAME alone is a secret of the stack's own."""
    name, _, arn = pair.partition("=")
    partition, own = case.caller.split(":")[1], app_secrets.secret_name(case.settings, name)
    place = f"{case.settings.region}:{case.account}"
    return name, arn or f"arn:{partition}:secretsmanager:{place}:secret:{own}"


def _secret(case: Case, name: str, value_from: str) -> Finding:
    client = session.client(case.settings, "secretsmanager")
    arn = ":".join(value_from.split(":")[:PARTS])
    try:
        found = client.describe_secret(SecretId=arn)
    except client.exceptions.ResourceNotFoundException:
        is_own = arn.endswith(f":secret:{app_secrets.secret_name(case.settings, name)}")
        hint = case.command(f"secrets.set {name}") if is_own else "create it, or correct the ARN"
        return wrong(SUBJECT, f"{name}: {arn} does not exist", hint)
    # An answer without an ARN is not one of AWS, and says nothing of the stages.
    arn, versions = found["ARN"], found.get("VersionIdsToStages", {})
    stages = {stage for each in versions.values() for stage in each}
    if found.get("DeletedDate"):
        restore = f"aws secretsmanager restore-secret --secret-id {arn}"
        return wrong(SUBJECT, f"{name}: {arn} is being deleted", restore)
    if CURRENT not in stages:
        put = f"aws secretsmanager put-secret-value --secret-id {arn} --secret-string file://FILE"
        return wrong(SUBJECT, f"{name}: {arn} has no value", put)
    return _decryptable(case, name, str(found.get("KmsKeyId", "")))


def _parameter(case: Case, name: str, arn: str) -> Finding:
    client = session.client(case.settings, "ssm")
    path = arn.partition(":parameter")[2]
    # A parameter outside any path has no slash in its name.
    names = [path, path.removeprefix("/")]
    chosen: list[ParameterStringFilterTypeDef] = [
        {"Key": "Name", "Option": "Equals", "Values": names}
    ]
    pages = client.get_paginator("describe_parameters").paginate(ParameterFilters=chosen)
    found = [each for page in pages for each in page["Parameters"]]
    if not found:
        return wrong(SUBJECT, f"{name}: {arn} does not exist", "create it, or correct the ARN")
    return _decryptable(case, name, found[0].get("KeyId", ""))


def _decryptable(case: Case, name: str, key: str) -> Finding:
    keys = case.options.secrets_keys or ()
    if key not in AWS_KEYS and "alias/" in key:
        what = f"{name} exists; whether {key} is a key of STACK_SECRETS_KEYS was not checked"
        return unknown(SUBJECT, what)
    if key in AWS_KEYS or any(key in {each, each.rpartition("/")[2]} for each in keys):
        return ok(SUBJECT, f"{name} exists; its value was not read")
    what = f"{name} is encrypted by {key}, which no task may use"
    return wrong(SUBJECT, what, "set STACK_SECRETS_KEYS to the ARN of that key")
