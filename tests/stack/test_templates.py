"""Every template: it renders, the linter is content, and it says what it is meant to say."""

from collections.abc import Iterator
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from stack.services import application
from tests.stack.rendered import TEMPLATES, Body, rendered, walk

BODY_BYTES = 51_200
REGIONS = ["eu-west-1", "us-east-1"]


@pytest.fixture(params=sorted(TEMPLATES))
def name(request: pytest.FixtureRequest) -> str:
    """The name of each template in turn."""
    return str(request.param)


@pytest.fixture
def body(name: str) -> Body:
    """Each template as CloudFormation gets it."""
    return rendered(TEMPLATES[name]())


@pytest.fixture
def web() -> Body:
    """The application template."""
    return rendered(application.template())


def references(body: Body) -> Iterator[str]:
    """List what Ref, Fn::GetAtt, Condition and DependsOn name."""
    for node in walk(body):
        if not isinstance(node, dict):
            continue
        yield from (each for each in [node.get("Ref"), node.get("Condition")] if each)
        yield from (str(each).partition(".")[0] for each in node.get("Fn::GetAtt", [])[:1])
        depends = node.get("DependsOn", [])
        yield from [depends] if isinstance(depends, str) else depends


def test_cfn_lint_finds_nothing(name: str) -> None:
    """The linter is content in two regions, with no rule switched off."""
    text = TEMPLATES[name]().to_json()
    assert [str(match) for match in lint(text, config=ManualArgs(regions=REGIONS))] == []


def test_cfn_lint_would_find_something() -> None:
    """The check above can fail: the linter does look at the templates' resources."""
    broken = application.template()
    broken.resources["Vpc"].properties["CidrBlock"] = "10.0.0.0/99"
    found = lint(broken.to_json(), config=ManualArgs(regions=REGIONS))
    assert any("10.0.0.0/99" in str(match) for match in found)


def test_two_renderings_are_equal(name: str) -> None:
    """Rule 10: nothing is kept from one call to the next."""
    assert TEMPLATES[name]().to_json() == TEMPLATES[name]().to_json()


def test_every_reference_resolves(body: Body) -> None:
    """No part names another that is not there; troposphere would not notice."""
    known = {*body["Resources"], *body.get("Parameters", {}), *body.get("Conditions", {})}
    assert {each for each in references(body) if not each.startswith("AWS::")} - known == set()


def test_the_body_fits_into_a_call(name: str) -> None:
    """CloudFormation takes 51,200 bytes in TemplateBody; more would have to go through S3."""
    assert len(TEMPLATES[name]().to_json().encode()) <= BODY_BYTES


def test_nothing_that_changes_with_each_deploy_is_a_tag(body: Body) -> None:
    """Rule 9: CloudFormation copies a stack's tags to every resource."""
    tags = [node["Tags"] for node in walk(body) if isinstance(node, dict) and "Tags" in node]
    assert "WebAppRevision" not in str(tags)


def test_only_the_service_waits_for_a_revision(web: Body) -> None:
    """The condition Deploy lets all the rest exist before there is an image."""
    conditional = {title for title, each in web["Resources"].items() if "Condition" in each}
    assert conditional == {"WebService", "WebTaskDefinition"}


def test_the_names_that_people_know(web: Body) -> None:
    """The article's parameters, condition and outputs are there."""
    worker = {f"WebWorker{each}" for each in ("CPU", "Memory", "DesiredCount", "Port")}
    assert {"WebAppRevision", *worker} <= set(web["Parameters"])
    assert "Deploy" in web["Conditions"]
    assert {"LoadBalancerDNSName", "WebLogsGroup"} <= set(web["Outputs"])

    delivery = rendered(TEMPLATES["delivery"]())
    assert "ApplicationRepository" in delivery["Resources"]
    assert "RepositoryURL" in delivery["Outputs"]


def test_a_new_revision_touches_nothing_but_task_definitions(web: Body) -> None:
    """A deploy rolls the service; network, load balancer and roles stay as they are."""

    def names_revision(resource: Any) -> bool:
        return {"Ref": "WebAppRevision"} in list(walk(resource))

    touched = {title for title, each in web["Resources"].items() if names_revision(each)}
    assert touched == {"WebTaskDefinition", "MigrateTaskDefinition"}


def test_the_database_url_goes_by_reference(web: Body) -> None:
    """A container gets it from the secret; no environment and no output has it."""
    definitions = [
        container
        for each in web["Resources"].values()
        if each["Type"] == "AWS::ECS::TaskDefinition"
        for container in each["Properties"]["ContainerDefinitions"]
    ]
    assert definitions
    for container in definitions:
        assert [each["Name"] for each in container["Secrets"]] == ["DATABASE_URL"]
        assert "DATABASE_URL" not in [each["Name"] for each in container["Environment"]]
    assert {"Ref": "DatabaseUrl"} not in list(walk(web["Outputs"]))


def test_a_tag_never_comes_to_mean_another_image() -> None:
    """What was tested and pushed under a commit's name stays that."""
    delivery = rendered(TEMPLATES["delivery"]())
    repository = delivery["Resources"]["ApplicationRepository"]
    assert repository["Properties"]["ImageTagMutability"] == "IMMUTABLE"
    assert repository["DeletionPolicy"] == "Retain"
