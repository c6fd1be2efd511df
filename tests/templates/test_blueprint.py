"""From settings to templates: options that are wrong, and parameters that they name."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError
from slipway.settings import Settings
from slipway.templates import blueprint

SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:database"
EXTERNAL = (("DATABASE_SECRET_ARN", SECRET), ("STACK_DATABASE", "external"))


def test_options_that_cannot_be_are_one_message(staging: Settings) -> None:
    """Exit 2, with every problem, and where each is explained."""
    wrong = replace(staging, stack_options=(("STACK_WAFF", "yes"), ("STACK_ZONES", "4")))

    with pytest.raises(ConfigurationError) as caught:
        blueprint.options(wrong)

    head, *problems = caught.value.what.splitlines()
    assert head == "2 settings of 'staging' are wrong:"
    assert [each.split()[0] for each in problems] == ["STACK_ZONES:", "STACK_WAFF"]
    assert ".env.example" in caught.value.hint


def test_an_external_database_s_secret_is_a_parameter(staging: Settings) -> None:
    """So that a change of the setting changes the stack, without a change of its template."""
    desired = blueprint.application(replace(staging, stack_options=EXTERNAL))
    assert desired.parameters == {"DatabaseUrl": SECRET}


def test_a_template_without_that_parameter_is_not_told(
    staging: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own template has the parameters that it has."""
    (tmp_path / "plain_stack.py").write_text("def template():\n    return {}\n")
    monkeypatch.syspath_prepend(tmp_path)
    own = replace(staging, stack_options=EXTERNAL, stack_template="plain_stack.template")
    assert blueprint.application(own).parameters == {}


def test_the_local_account_s_stack_needs_no_option(settings: Settings) -> None:
    """And nothing that is set for all environments brings it what the emulator cannot hold."""
    wide = {**dict(settings.stack_options), "STACK_WAF": "yes", "STACK_EGRESS": "nat"}
    found = blueprint.application(replace(settings, stack_options=tuple(wide.items())))
    kinds = {each["Type"] for each in json.loads(found.body)["Resources"].values()}
    assert not {kind for kind in kinds if "WAF" in kind or "Nat" in kind}


def test_what_is_found_in_a_template_has_its_stack_s_name(
    staging: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own template is checked like ours: a fault is a problem, its size is a note."""
    large = {"Description": "x" * 60_000, "Outputs": {"Shown": {"Value": {"Ref": "Nothing"}}}}
    (tmp_path / "large_stack.py").write_text(f"def template():\n    return {large}\n")
    monkeypatch.syspath_prepend(tmp_path)
    own = replace(staging, stack_options=EXTERNAL, stack_template="large_stack.template")
    assert blueprint.problems(own) == ["application: Shown refers to Nothing, which does not exist"]
    (note,) = blueprint.notes(own)
    assert note.startswith("application: 60")


def test_templates_are_left_where_they_can_be_looked_at(staging: Settings, tmp_path: Path) -> None:
    """One file for each stack, by the environment's name."""
    given = replace(staging, stack_options=EXTERNAL)
    files = blueprint.write(given, tmp_path / "stack")
    assert [each.name for each in files] == ["staging-application.json", "staging-delivery.json"]
    assert "Resources" in json.loads(files[0].read_text())


@pytest.mark.parametrize(("form", "begins"), [("svg", "<svg"), ("mermaid", "flowchart")])
def test_a_stack_is_drawn_in_two_forms(staging: Settings, form: str, begins: str) -> None:
    """For a page, and for Markdown."""
    text = blueprint.diagram(replace(staging, stack_options=EXTERNAL), form)
    assert begins in text
    assert "WebService" in text


def test_another_form_is_refused(staging: Settings) -> None:
    """With the forms that there are."""
    with pytest.raises(ConfigurationError, match=r"png.*svg or mermaid"):
        blueprint.diagram(replace(staging, stack_options=EXTERNAL), "png")
