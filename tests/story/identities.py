"""STS, and the account that a story takes place in."""

from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-west-1"


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource in the story's account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


class Identities:
    """Who calls."""

    def get_caller_identity(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Describe the caller."""
        user = f"arn:aws:iam::{ACCOUNT}:user/deployer"
        return {"UserId": "AIDASTORY", "Account": ACCOUNT, "Arn": user}
