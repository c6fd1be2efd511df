"""Secrets Manager: secrets by ARN."""

from typing import Any

from tests.story.identities import arn
from tests.story.refusals import Refusal


class Secrets:
    """The secrets of the account: ARN -> text."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        # What DescribeSecret says besides, by ARN.
        self.more: dict[str, dict[str, Any]] = {}

    def put(self, name: str, text: str) -> str:
        """Keep a secret, and return its ARN."""
        key = arn("secretsmanager", f"secret:{name}-AbCdEf")
        self.texts[key] = text
        return key

    def holds(self, value_from: str) -> bool:
        """Whether a container's ValueFrom names a secret: its ARN, then key and version.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
        """
        return ":".join(value_from.split(":")[:7]) in self.texts

    def describe_secret(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a secret: the key that encrypts it, and whether it has a value."""
        key = request["SecretId"]
        if key not in self.texts:
            message = "Secrets Manager can't find the specified secret."
            raise Refusal("ResourceNotFoundException", message)
        stages = {"VersionIdsToStages": {"1" * 32: ["AWSCURRENT"]}} if self.texts[key] else {}
        return {"ARN": key, "Name": key, **stages, **self.more.get(key, {})}

    def get_secret_value(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the text of a secret, by its ARN."""
        key = request["SecretId"]
        if key not in self.texts:
            message = "Secrets Manager can't find the specified secret."
            raise Refusal("ResourceNotFoundException", message)
        name = key.rpartition(":")[2].rpartition("-")[0]
        return {"ARN": key, "Name": name, "SecretString": self.texts[key]}
