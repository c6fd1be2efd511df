"""A template of one's own: the example of docs/stack.md, deployed."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.templates import blueprint
from tests.story.person import Person
from tests.story.revisions import ONE
from tests.story.world import World

PAGE = Path(__file__).parents[2] / "docs" / "stack.md"


def test_the_page_s_example_is_deployed_and_proven(
    world: World, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The module as it stands there, under the name that the page gives it."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (name,) = re.findall(r"`STACK_TEMPLATE=([\w.]+)`", PAGE.read_text())
    module, _, function = name.rpartition(".")
    (tmp_path / f"{module}.py").write_text(example)
    monkeypatch.syspath_prepend(tmp_path)
    settings = replace(world.settings, stack_template=f"{module}.{function}")
    outcome = person.deploy(person.push(ONE), desired=blueprint.application(settings))
    assert outcome.code == 0
    assert outcome.proven
    stack = world.stacks.find(world.settings.stack_name)
    assert "Orders" in stack.now.resources
