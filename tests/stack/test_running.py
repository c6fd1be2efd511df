"""Changes of a running environment: what serves goes on serving until something else does."""

import json

import pytest

from slipway.templates.checks.body import Body, of_type, references
from tests.stack.environments import body

DOMAIN = {"STACK_DOMAIN": "shop.example.com", "STACK_HOSTED_ZONE_ID": "Z0123456789ABC"}


def test_http_is_served_until_https_is() -> None:
    """A redirect to a listener or a name that is not there yet would be an outage."""
    made = body("staging", "application", **DOMAIN)
    http = made["Resources"]["HttpListener"]
    assert http["Properties"]["DefaultActions"][0]["Type"] == "redirect"
    assert http["DependsOn"] == ["HttpsListener", "DomainRecord"]


def test_another_port_replaces_neither_target_group_nor_rule() -> None:
    """An empty group would be behind the listener before the service has new tasks."""
    for shape in ({}, {"STACK_DEPLOYMENT": "blue_green", "STACK_BREAKER_COUNT": ""}):
        made = body("staging", "application", **shape)
        for kind in ("ElasticLoadBalancingV2::TargetGroup", "EC2::SecurityGroup"):
            for title, properties in of_type(made, f"AWS::{kind}"):
                assert ("Ref", "WebWorkerPort") not in references(properties), title


def test_the_old_port_stays_reachable() -> None:
    """Tasks of both ports serve during the rollout."""
    made = body("staging", "application")
    (rule,) = made["Resources"]["TaskSecurityGroup"]["Properties"]["SecurityGroupIngress"]
    port = made["Parameters"]["WebWorkerPort"]
    assert (rule["FromPort"], rule["ToPort"]) == (port["MinValue"], port["MaxValue"])


def test_access_logs_are_switched_off_by_name() -> None:
    """A load balancer keeps an attribute that its template no longer has."""
    made = body("staging", "application", STACK_ACCESS_LOGS="no")
    attributes = made["Resources"]["LoadBalancer"]["Properties"]["LoadBalancerAttributes"]
    assert {"Key": "access_logs.s3.enabled", "Value": "false"} in attributes


@pytest.mark.parametrize(
    ("egress", "routes"),
    [
        ("nat", {"NatRoute1", "NatRoute2"}),
        ("endpoints", {"EcrApiEndpoint", "LogsEndpoint", "S3Endpoint"}),
        ("public", set()),
    ],
)
def test_a_service_moves_to_a_subnet_when_its_way_out_is_there(
    egress: str, routes: set[str]
) -> None:
    """Otherwise the first tasks there could not pull their image, and would be rolled back."""
    made = body("staging", "application", STACK_EGRESS=egress, STACK_WORKER="yes")["Resources"]
    assert set(made["WebService"]["DependsOn"]) >= {"HttpListener", *routes}
    assert set(made["WorkerService"].get("DependsOn", [])) >= routes


def test_https_is_open_until_its_listener_is_removed() -> None:
    """Without the domain the listener goes at the end of the update, and no port before it."""
    groups = [
        body("staging", "application", **variables)["Resources"]["LoadBalancerSecurityGroup"]
        for variables in ({}, DOMAIN)
    ]
    assert groups[0] == groups[1]


def services(**variables: str) -> list[Body]:
    """Render the services of an environment with a worker."""
    made = body("staging", "application", STACK_WORKER="yes", **variables)
    return [each for _, each in of_type(made, "AWS::ECS::Service")]


@pytest.mark.parametrize("percent", ["0", "50", "100"])
def test_the_share_of_spot_can_be_changed(percent: str) -> None:
    """A strategy may be changed by a forced deployment; a launch type can never become one."""
    for service in services(STACK_SPOT_PERCENT=percent):
        assert "LaunchType" not in service
        weights = {
            each["CapacityProvider"]: each["Weight"] for each in service["CapacityProviderStrategy"]
        }
        assert weights.get("FARGATE_SPOT", 0) == int(percent)
        assert all(weights[name] or name == "FARGATE" for name in weights)


def test_a_deployment_is_forced_while_there_is_a_nonce() -> None:
    """By default there is none: no other update of a service, nor a rollback, is forced."""
    made = body("staging", "application", STACK_WORKER="yes")
    assert made["Parameters"]["DeploymentNonce"]["Default"] == ""
    condition = {"Fn::Not": [{"Fn::Equals": [{"Ref": "DeploymentNonce"}, ""]}]}
    assert made["Conditions"]["ForcedDeployment"] == condition
    forced = {
        "EnableForceNewDeployment": True,
        "ForceNewDeploymentNonce": {"Ref": "DeploymentNonce"},
    }
    for _, service in of_type(made, "AWS::ECS::Service"):
        assert service["ForceNewDeployment"] == {
            "Fn::If": ["ForcedDeployment", forced, {"Ref": "AWS::NoValue"}]
        }


def test_a_firewall_waits_for_a_load_balancer_that_takes_it() -> None:
    """WAF refuses one that is new; its listener comes later."""
    made = body("staging", "application", STACK_WAF="yes")
    assert made["Resources"]["FirewallAssociation"]["DependsOn"] == "HttpListener"


def test_an_alarm_s_description_is_for_people() -> None:
    """Not 2.14748e+09."""
    made = body("staging", "application")
    words = [each["AlarmDescription"] for _, each in of_type(made, "AWS::CloudWatch::Alarm")]
    assert "The database's FreeStorageSpace is below 2 GiB" in words
    assert "e+" not in json.dumps(words)
