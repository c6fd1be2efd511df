"""What a doctor asks of an account besides: EC2, quotas, Route 53, the Parameter Store."""

from typing import Any

from tests.story.refusals import Refusal

QUOTAS = {"L-0263D0A3": 5.0, "L-F678F1CE": 5.0, "L-3032A538": 6.0, "L-36FBB829": 6.0}
ZONE = "Z0123456789ABC"
SERVERS = ["ns-1.awsdns-00.com", "ns-2.awsdns-00.org"]


class Ec2:
    """Addresses and networks of the account."""

    def __init__(self) -> None:
        self.addresses = 0
        self.networks = 1

    def describe_addresses(self, _request: dict[str, Any]) -> dict[str, Any]:
        """List the elastic IP addresses."""
        return {"Addresses": [{"AllocationId": f"eipalloc-{n}"} for n in range(self.addresses)]}

    def describe_vpcs(self, _request: dict[str, Any]) -> dict[str, Any]:
        """List the networks."""
        return {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(self.networks)]}


class Quotas:
    """Service Quotas: code -> value; only what was once changed has an applied value."""

    def __init__(self) -> None:
        self.applied: dict[str, float] = {"L-3032A538": 6.0}

    def get_service_quota(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the applied value of a quota."""
        code = request["QuotaCode"]
        if code not in self.applied:
            raise Refusal("NoSuchResourceException", "The request failed because the quota ...")
        return {"Quota": {"QuotaCode": code, "Value": self.applied[code]}}

    def get_aws_default_service_quota(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return AWS's default for a quota."""
        code = request["QuotaCode"]
        return {"Quota": {"QuotaCode": code, "Value": QUOTAS[code]}}


class Parameters:
    """The Parameter Store: name -> the key that encrypts it."""

    def __init__(self) -> None:
        self.keys: dict[str, str] = {}

    def describe_parameters(self, request: dict[str, Any]) -> dict[str, Any]:
        """List the parameters of these names."""
        names = request["ParameterFilters"][0]["Values"]
        found = [{"Name": each, "KeyId": self.keys[each]} for each in names if each in self.keys]
        return {"Parameters": found}


class Zones:
    """Route 53: hosted zones by ID, each with its name and whether it is private."""

    def __init__(self) -> None:
        self.by_id: dict[str, tuple[str, bool]] = {ZONE: ("example.com.", False)}

    def get_hosted_zone(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe a hosted zone and its name servers."""
        if request["Id"] not in self.by_id:
            raise Refusal("NoSuchHostedZone", f"No hosted zone found with ID: {request['Id']}", 404)
        name, private = self.by_id[request["Id"]]
        zone = {"Id": f"/hostedzone/{request['Id']}", "Name": name, "CallerReference": "story"}
        return {
            "HostedZone": {**zone, "Config": {"PrivateZone": private}},
            "DelegationSet": {"NameServers": SERVERS},
        }
