"""What is drawn: every resource, from the file that makes it, and who refers to whom."""

import importlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from troposphere import Template, sns

from slipway.templates import diagram, options
from slipway.templates.diagram import trace
from slipway.templates.diagram.graph import build
from tests.stack.environments import EXTERNAL, FUNCTIONS, VARIABLES, body, template

BOTH = [(environment, stack) for environment in VARIABLES for stack in FUNCTIONS]
every_template = pytest.mark.parametrize(("environment", "stack"), BOTH)
TITLES = ".//{http://www.w3.org/2000/svg}text[@class='title']"


def draw(environment: str, stack: str, form: str) -> str:
    """Draw as the task does."""
    given = options.read(environment, VARIABLES[environment])
    return diagram.draw(FUNCTIONS[stack], given, form)


@every_template
def test_every_resource_is_drawn_once(environment: str, stack: str) -> None:
    """In both forms by its title, and in the graph with its type and its condition."""
    resources = body(environment, stack)["Resources"]
    graph = build(environment, *trace.origins(template, environment, stack))
    assert {each.title: (each.kind, each.condition) for each in graph.resources} == {
        title: (each["Type"], each.get("Condition", "")) for title, each in resources.items()
    }

    texts = ET.fromstring(draw(environment, stack, "svg")).iterfind(TITLES)  # noqa: S314 - ours
    assert Counter(each.text for each in texts) == Counter(list(resources))
    nodes = re.findall(r'^ +r_(\w+)\["<b>\1</b>', draw(environment, stack, "mermaid"), re.MULTILINE)
    assert Counter(nodes) == Counter(list(resources))


@every_template
def test_references_are_those_of_the_template(environment: str, stack: str) -> None:
    """No more and no less than the text of each resource has."""
    resources = body(environment, stack)["Resources"]
    graph = build(environment, *trace.origins(template, environment, stack))
    assert len(set(graph.references)) == len(graph.references)
    assert set(graph.references) == {
        (source, target)
        for source, each in resources.items()
        for target in resources
        if re.search(
            rf'"Ref": "{target}"|"Fn::GetAtt": \["{target}"|\$\{{{target}[.}}]'
            rf'|"DependsOn": (\[[^]]*)?"{target}"',
            json.dumps(each),
        )
    }


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        ({"Properties": {"A": {"Ref": "Topic"}}}, True),
        ({"Properties": {"A": {"Fn::GetAtt": ["Topic", "TopicName"]}}}, True),
        ({"Properties": {"A": {"Fn::GetAtt": "Topic.TopicName"}}}, True),
        ({"Properties": {"A": {"Fn::Sub": "a ${Topic} b"}}}, True),
        ({"Properties": {"A": {"Fn::Sub": "a ${Topic.TopicName} b"}}}, True),
        ({"Properties": {"A": {"Fn::Sub": ["${Own}", {"Own": {"Ref": "Topic"}}]}}}, True),
        ({"Properties": {"A": [{"Fn::If": ["Deploy", {"Ref": "Topic"}, "none"]}]}}, True),
        ({"DependsOn": "Topic"}, True),
        ({"DependsOn": ["Else", "Topic"]}, True),
        ({"Properties": {"A": {"Fn::Sub": "a ${!Topic} b"}}}, False),
        ({"Properties": {"A": {"Fn::Sub": ["${Topic}", {"Topic": "a"}]}}}, False),
        # Of containers, one of which waits for another.
        ({"Properties": {"A": {"DependsOn": [{"ContainerName": "Topic"}]}}}, False),
        ({"Properties": {"A": "Topic"}}, False),
        ({"Condition": "Topic"}, False),
    ],
    ids=json.dumps,
)
def test_every_kind_of_reference_is_known(resource: dict[str, Any], named: bool) -> None:  # noqa: FBT001
    """Whatever troposphere makes of it, and what only looks like one is none."""

    class Given(Template):
        def to_dict(self) -> dict[str, Any]:
            topic = {"Type": "AWS::SNS::Topic"}
            return {"Resources": {"Own": {"Type": "Custom::Own", **resource}, "Topic": topic}}

    graph = build("", Given(), {"Own": "own.py", "Topic": "topic.py"})
    assert graph.references == ((("Own", "Topic"),) if named else ())


@every_template
def test_the_file_of_a_resource_makes_it(environment: str, stack: str) -> None:
    """Its title stands there, or what a numbered one begins with, or the words it is made of."""
    for title, file in trace.origins(template, environment, stack)[1].items():
        text = (trace.ROOT / file).read_text()
        assert file.startswith("stack/")
        assert trace.makes(text, title) or trace.composes(text, title), title


def test_who_gives_the_title_makes_a_resource_and_not_a_helper() -> None:
    """A group and a task definition are added with the help of a file that knows neither."""
    _, files = trace.origins(template, "production", "application")
    assert files["TaskSecurityGroup"] == "stack/security_groups.py"
    assert files["DatabaseSecurityGroup"] == "stack/postgres.py"
    assert files["WebTaskDefinition"] == "stack/tasks.py"
    assert files["WorkerTaskDefinition"] == "stack/worker.py"
    assert files["PublicSubnet1"] == "stack/network.py"


@every_template
def test_tracing_changes_nothing(environment: str, stack: str) -> None:
    """The template is what it is without, and after it, even a failed one, nothing is noted."""
    real = Template.add_resource

    def fail() -> Template:
        raise LookupError

    assert trace.origins(template, environment, stack)[0].to_dict() == body(environment, stack)
    with pytest.raises(LookupError):
        trace.origins(fail)
    assert Template.add_resource is real


def own() -> Template:
    """Make a template in all the ways that there are, without options."""
    made = Template()
    made.add_resource([sns.Topic("First"), sns.Topic("Second")])  # type: ignore[type-var]
    sns.Topic("Third", template=made)
    made.resources["Fourth"] = sns.Topic("Fourth")
    return made


def test_a_template_of_the_user_s_own_is_drawn() -> None:
    """Its file is named from the root of the project."""
    made, files = trace.origins(own)
    assert list(files) == list(made.resources) == ["First", "Second", "Third", "Fourth"]
    assert set(files.values()) == {"tests/templates/test_diagram.py"}
    assert "4 resources in 1 file" in diagram.draw(own, options.read("local", EXTERNAL), "svg")


def test_no_path_of_this_machine_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file from outside of the project is named as it is imported."""
    lines = [
        "from troposphere import Template, sns",
        "def template(options):",
        "    made = Template()",
        "    made.add_resource(sns.Topic('Topic'))",
        "    return made",
    ]
    (tmp_path / "shop_infra.py").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    text = diagram.draw(importlib.import_module("shop_infra").template, None, "mermaid")
    assert '["shop_infra.py"]' in text
    assert str(tmp_path) not in text


def test_an_empty_template_is_drawn() -> None:
    """There is nothing in it, and it says so."""
    assert "0 resources in 0 files" in diagram.draw(Template, None, "svg")
    assert "0 resources in 0 files" in diagram.draw(Template, None, "mermaid")


def test_another_form_is_refused() -> None:
    """With the forms that there are."""
    with pytest.raises(ValueError, match="'png' is not a format of the diagram: svg or mermaid"):
        diagram.draw(own, None, "png")
