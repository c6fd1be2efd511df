"""The drawing: all that a template has, from the right files, where it can be read."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from troposphere import GetAtt, If, Ref, Sub, Template, ec2, s3, sns

from stack import diagram, options
from stack.diagram import graph as graphs
from stack.diagram import mermaid, svg, trace
from stack.diagram.layout import Layout, layout
from tests.stack.environments import FUNCTIONS, VARIABLES, body, template

BOTH = [(environment, stack) for environment in VARIABLES for stack in FUNCTIONS]
SPACE = "{http://www.w3.org/2000/svg}"
THIS_FILE = "tests/stack/test_diagram.py"


@pytest.fixture(params=BOTH, ids="-".join)
def chosen(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each environment with each of its stacks."""
    environment, stack = request.param
    return str(environment), str(stack)


@pytest.fixture
def graph(chosen: tuple[str, str]) -> graphs.Graph:
    """What is drawn of each."""
    environment, stack = chosen
    return graphs.build(environment, *trace.origins(template, environment, stack))


@pytest.fixture
def placed(graph: graphs.Graph) -> Layout:
    """Where it is drawn."""
    return layout(graph)


def drawn(chosen: tuple[str, str], form: str) -> str:
    """Draw as the task does."""
    environment, stack = chosen
    given = options.read(environment, VARIABLES[environment])
    return diagram.draw(FUNCTIONS[stack], given, form)


def test_every_resource_is_drawn_once(chosen: tuple[str, str], graph: graphs.Graph) -> None:
    """In the graph with its type and condition, and in both forms by its title."""
    resources = body(*chosen)["Resources"]
    found = {each.title: (each.kind, each.condition) for each in graph.resources}
    assert found == {
        title: (each["Type"], each.get("Condition", "")) for title, each in resources.items()
    }

    titles = Xml.fromstring(drawn(chosen, "svg")).iterfind(f".//{SPACE}text[@class='title']")  # noqa: S314
    assert Counter(each.text for each in titles) == Counter(resources)
    nodes = re.findall(r'^ +r_\w+\["<b>(\w+)</b>', drawn(chosen, "mermaid"), re.MULTILINE)
    assert Counter(nodes) == Counter(resources)


def test_the_file_of_a_resource_makes_it(graph: graphs.Graph) -> None:
    """Its title stands there, or what a numbered one begins with, or the words it is made of."""
    for room in graph.rooms:
        assert room.path.startswith("stack/")
        text = (trace.ROOT / room.path).read_text()
        for each in room.resources:
            assert trace.makes(text, each.title) or trace.composes(text, each.title)


def test_who_names_a_resource_makes_it_and_not_a_helper() -> None:
    """Two files add with the help of a third, which has neither title."""
    _, files = trace.origins(template, "production", "application")
    assert files["TaskSecurityGroup"] == "stack/security_groups.py"
    assert files["DatabaseSecurityGroup"] == "stack/postgres.py"
    assert files["WorkerTaskDefinition"] == "stack/worker.py"
    assert files["PublicSubnet1"] == "stack/network.py"


def test_tracing_changes_nothing(chosen: tuple[str, str]) -> None:
    """The template is what it is without it, and afterwards nobody notes anything."""
    real = Template.add_resource
    made, _ = trace.origins(template, *chosen)
    assert made.to_dict() == body(*chosen)
    with pytest.raises(ZeroDivisionError):
        trace.origins(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    assert Template.add_resource is real


def own() -> Template:
    """Make a template in all the ways that there are."""
    made = Template()
    made.add_resource([sns.Topic("First"), sns.Topic("Second")])
    sns.Topic("Third", template=made)
    made.resources["Fourth"] = sns.Topic("Fourth")
    return made


def test_a_template_of_the_user_s_is_drawn_too() -> None:
    """Without options, in a file outside of stack/."""
    made, files = trace.origins(own)
    assert list(files) == list(made.resources) == ["First", "Second", "Third", "Fourth"]
    assert set(files.values()) == {THIS_FILE}
    assert THIS_FILE in diagram.draw(own, options.read("local", {}), "svg")


def test_no_path_of_this_machine_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file from outside of the project is named as it is imported."""
    (tmp_path / "shop").mkdir()
    source = "from tests.stack.test_diagram import own\ndef template(options): return own()\n"
    (tmp_path / "shop" / "infra.py").write_text(source.replace("own()", "other()") + OTHER)
    monkeypatch.syspath_prepend(tmp_path)
    from importlib import import_module

    text = diagram.draw(import_module("shop.infra").template, None, "mermaid")
    assert '["shop/infra.py"]' in text
    assert str(tmp_path) not in text
