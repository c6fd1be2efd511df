"""What a template must have: asked before anything is built or changed."""

import json
import re
from pathlib import Path

import pytest

from slipway.aws import contract
from slipway.aws.stack_status import State
from slipway.errors import ConfigurationError, Failed
from tests import answers
from tests.stack.environments import VARIABLES, body

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("environment", VARIABLES)
def test_the_stack_here_has_all_of_it(environment: str) -> None:
    """Whatever the options."""
    contract.require(json.dumps(body(environment, "application")))


def test_all_that_is_missing_is_one_message() -> None:
    """A template of one's own is corrected once, and before there is a half-made environment."""
    template = body("local", "application")
    del template["Outputs"]["MigrateTaskDefinition"], template["Outputs"]["TaskSubnets"]
    del template["Parameters"]["WebAppRevision"]
    with pytest.raises(ConfigurationError) as caught:
        contract.require(json.dumps(template))
    assert [line.partition(":")[0].strip() for line in caught.value.what.splitlines()[1:]] == [
        "parameter WebAppRevision",
        "output MigrateTaskDefinition",
        "output TaskSubnets",
    ]
    assert "docs/stack.md" in caught.value.hint


def test_no_other_module_reads_an_output_by_its_name() -> None:
    """The contract is read in one place; the delivery stack's outputs are not its business."""
    names = {*contract.OUTPUTS, *contract.OPTIONAL} - {"DeploymentNonce"}
    files = set((ROOT / "slipway").glob("**/*.py")) - {Path(contract.__file__)}
    apart = {ROOT / "slipway" / room for room in ("emulator", "templates")}
    found = {
        f"{path.name}: {name}"
        for path in files
        if not apart & set(path.parents)
        for name in re.findall(r'"(\w+)"', path.read_text())
        if name in names
    }
    assert found == {"show.py: WebURL"}  # printed under the name that the stack gives it


def test_what_a_deployed_stack_lacks_is_one_message() -> None:
    """Its template is of an earlier version, or was changed by hand: what is needed counts."""
    found = answers.stack(State.CREATE_COMPLETE, outputs={"ClusterName": "shop"})
    with pytest.raises(
        Failed, match=r"has no output TaskSubnets, WebURL\n.*next: add what is missing"
    ):
        contract.outputs(found, "cluster", "task_subnets", "url")
    assert contract.outputs(found, "cluster").cluster == "shop"
    assert contract.outputs(found).web_service == ""


def test_the_page_lists_it() -> None:
    """docs/stack.md has a row for each, for who writes a template of their own."""
    page = (ROOT / "docs" / "stack.md").read_text()
    rows = set(re.findall(r"^\| (?:output|parameter) `(\w+)`", page, re.MULTILINE))
    assert rows == {*contract.OUTPUTS, *contract.PARAMETERS, *contract.OPTIONAL}
