"""Secrets Manager: secrets by ARN."""

from datetime import UTC, datetime
from typing import Any

from tests.story.identities import arn
from tests.story.refusals import Refusal

CHANGED = datetime(2026, 11, 25, tzinfo=UTC)


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

    def key_of(self, named: str) -> str:
        """Return the ARN of the secret of a name, or of an ARN with or without its letters.

        https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html
        """
        name = named if named.startswith("arn:") else arn("secretsmanager", f"secret:{named}")
        found = (key for key in self.texts if name in {key, key.rpartition("-")[0]})
        return next(found, "")

    def require(self, named: str) -> str:
        """Return the ARN of a secret that exists."""
        if key := self.key_of(named):
            return key
        message = "Secrets Manager can't find the specified secret."
        raise Refusal("ResourceNotFoundException", message)

    def holds(self, value_from: str) -> bool:
        """Whether a container's ValueFrom names a secret: its ARN, then key and version.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
        """
        return bool(self.key_of(":".join(value_from.split(":")[:7])))

    def create_secret(self, request: dict[str, Any]) -> dict[str, Any]:
        """Keep a new secret."""
        return {"ARN": self.put(request["Name"], request["SecretString"]), "Name": request["Name"]}

    def put_secret_value(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give a secret that exists another value."""
        key = self.require(request["SecretId"])
        self.texts[key] = request["SecretString"]
        return {"ARN": key}

    def list_secrets(self, request: dict[str, Any]) -> dict[str, Any]:
        """List the secrets whose name begins with a text, without regard to the case."""
        (prefix,) = request["Filters"][0]["Values"]
        names = [key.partition(":secret:")[2].rpartition("-")[0] for key in self.texts]
        found = [each for each in names if each.lower().startswith(prefix.lower())]
        return {"SecretList": [{"Name": each, "LastChangedDate": CHANGED} for each in found]}

    def describe_secret(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a secret: the key that encrypts it, and whether it has a value."""
        key = self.require(request["SecretId"])
        stages = {"VersionIdsToStages": {"1" * 32: ["AWSCURRENT"]}} if self.texts[key] else {}
        return {"ARN": key, "Name": key, **stages, **self.more.get(key, {})}

    def get_secret_value(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the text of a secret, by its ARN."""
        key = self.require(request["SecretId"])
        name = key.rpartition(":")[2].rpartition("-")[0]
        return {"ARN": key, "Name": name, "SecretString": self.texts[key]}
