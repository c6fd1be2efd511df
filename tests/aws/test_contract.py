"""What a template must have: asked before anything is built or changed."""

import json
import re
from pathlib import Path

import pytest

from slipway.aws import contract
from slipway.errors import ConfigurationError
from tests.stack.environments import VARIABLES, body

ROOT = Path(__file__).parents[2]
OF_DELIVERY = {
    "DeliveryServiceRole",
    "DeploymentKeySecret",
    "DeploymentRole",
    "RepositoryURL",
    "TemplatesBucket",
}


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


def test_every_output_that_the_code_reads_is_in_it() -> None:
    """A name that is read and not required would fail after the release."""
    read = {
        name
        for file in [
            path
            for room in ("aws", "cli", "release")
            for path in (ROOT / "slipway" / room).glob("*.py")
        ]
        for name in re.findall(r"""\boutputs?(?:\.get\(|\(|\[)"(\w+)\"""", file.read_text())
    }
    assert read
    assert read - OF_DELIVERY <= {*contract.OUTPUTS, *contract.OPTIONAL}


def test_the_page_lists_it() -> None:
    """docs/stack.md has a row for each, for who writes a template of their own."""
    page = (ROOT / "docs" / "stack.md").read_text()
    rows = set(re.findall(r"^\| (?:output|parameter) `(\w+)`", page, re.MULTILINE))
    assert rows == {*contract.OUTPUTS, *contract.PARAMETERS, *contract.OPTIONAL}
