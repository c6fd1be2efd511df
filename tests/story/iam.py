"""IAM: the roles of the account's services, and its OIDC providers."""

from datetime import UTC, datetime
from typing import Any

from tests.story.identities import ACCOUNT
from tests.story.refusals import Refusal

LINKED = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    ),
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
}


class Iam:
    """What an account has only once: names of roles, and providers by ARN with their audiences."""

    def __init__(self) -> None:
        self.roles: set[str] = set()
        self.providers: dict[str, list[str]] = {}
        # Actions that no policy of the caller allows, and the requests to simulate them.
        self.implicit: set[str] = set()
        self.simulated: list[dict[str, Any]] = []
        # Operations that the caller may not call.
        self.denied: set[str] = set()

    def add_provider(self, host: str, *audiences: str) -> str:
        """Add a provider, and return its ARN."""
        key = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{host}"
        self.providers[key] = list(audiences)
        return key

    def get_role(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a role."""
        self._permit("GetRole")
        name = request["RoleName"]
        if name not in self.roles:
            raise Refusal("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return {"Role": _role(name)}

    def create_service_linked_role(self, request: dict[str, Any]) -> dict[str, Any]:
        """Create the role of a service, unless it is there."""
        self._permit("CreateServiceLinkedRole")
        name = LINKED[request["AWSServiceName"]]
        if name in self.roles:
            what = f"Service role name {name} has been taken in this account"
            raise Refusal("InvalidInput", f"{what}, please try a different suffix.")
        self.roles.add(name)
        return {"Role": _role(name)}

    def simulate_principal_policy(self, request: dict[str, Any]) -> dict[str, Any]:
        """Decide each action: all are allowed, but those of `implicit`."""
        self._permit("SimulatePrincipalPolicy")
        self.simulated.append(request)
        results = [
            {
                "EvalActionName": each,
                "EvalDecision": "implicitDeny" if each in self.implicit else "allowed",
            }
            for each in request["ActionNames"]
        ]
        return {"EvaluationResults": results}

    def list_open_id_connect_providers(self, _request: dict[str, Any]) -> dict[str, Any]:
        """List the providers."""
        self._permit("ListOpenIDConnectProviders")
        return {"OpenIDConnectProviderList": [{"Arn": each} for each in self.providers]}

    def get_open_id_connect_provider(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a provider."""
        self._permit("GetOpenIDConnectProvider")
        key = request["OpenIDConnectProviderArn"]
        return {"Url": key.partition("/")[2], "ClientIDList": self.providers[key]}

    def create_open_id_connect_provider(self, request: dict[str, Any]) -> dict[str, Any]:
        """Create a provider: one for each host."""
        self._permit("CreateOpenIDConnectProvider")
        host = request["Url"].removeprefix("https://")
        if any(each.endswith(f"/{host}") for each in self.providers):
            raise Refusal("EntityAlreadyExists", f"Provider with url {host} already exists.", 409)
        return {"OpenIDConnectProviderArn": self.add_provider(host, *request["ClientIDList"])}

    def add_client_id_to_open_id_connect_provider(self, request: dict[str, Any]) -> dict[str, Any]:
        """Add an audience."""
        self._permit("AddClientIDToOpenIDConnectProvider")
        self.providers[request["OpenIDConnectProviderArn"]].append(request["ClientID"])
        return {}

    def _permit(self, operation: str) -> None:
        if operation in self.denied:
            what = f"User: somebody is not authorized to perform: iam:{operation}"
            raise Refusal("AccessDenied", what, 403)


def _role(name: str) -> dict[str, Any]:
    return {
        "Path": "/aws-service-role/",
        "RoleName": name,
        "RoleId": "AROAOFTHESTORY0000000",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{name}",
        "CreateDate": datetime(2026, 1, 1, tzinfo=UTC),
    }
