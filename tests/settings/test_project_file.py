"""The file `slipway.toml`, which a project commits."""

from pathlib import Path

import pytest

from slipway.errors import ConfigurationError
from slipway.settings import load, misnamed, project_file, resolve, uncommittable
from slipway.settings.project_file import ProjectFile
from slipway.templates import options

FILE = """
[settings]
SLIPWAY_PROJECT = "shop"
STACK_ZONES = 3
STACK_WAF = true
STAGING_AWS_STACKNAME = "shop-staging"
STAGING_AWS_REGION = "eu-west-1"
STAGING_ECR_REPOSITORY = "registry.example/shop"

[variables]
DJANGO_SETTINGS_MODULE = "shop.settings"
DEBUG = "no"

[variables.staging]
DEBUG = "yes"

[test_variables]
DJANGO_SETTINGS_MODULE = "shop.settings.test"
"""


def written(folder: Path, text: str = FILE) -> Path:
    """Write the file into a folder, and return the folder."""
    (folder / "slipway.toml").write_text(text)
    return folder


def test_a_committed_file_is_enough_for_an_environment(tmp_path: Path) -> None:
    """Settings, options and variables; an environment may have variables of its own."""
    found = load("staging", written(tmp_path), options.declared())
    assert (found.region, found.project) == ("eu-west-1", "shop")
    assert dict(found.stack_options) == {"STACK_WAF": "true", "STACK_ZONES": "3"}
    assert dict(found.variables) == {"DJANGO_SETTINGS_MODULE": "shop.settings", "DEBUG": "yes"}
    assert dict(load("local", tmp_path).variables)["DEBUG"] == "no"


def test_the_tests_have_the_same_variables_in_every_environment(tmp_path: Path) -> None:
    """What was tested for one is tested for all."""
    tests = {"DJANGO_SETTINGS_MODULE": "shop.settings.test", "DEBUG": "no"}
    for environment in ("staging", "local"):
        assert dict(load(environment, written(tmp_path)).test_variables) == tests


def test_env_and_the_environment_count_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One machine may differ from what is committed."""
    written(tmp_path)
    (tmp_path / ".env").write_text("STAGING_AWS_REGION=eu-west-2\nSTACK_ZONES=2\n")
    monkeypatch.setenv("STACK_ZONES", "3")
    found = load("staging", tmp_path)
    assert found.region == "eu-west-2"
    assert dict(found.stack_options)["STACK_ZONES"] == "3"


def test_a_project_names_what_is_its_own_on_a_machine(tmp_path: Path) -> None:
    """Stack, repository, database and images; two projects share none."""
    local = load("local", written(tmp_path))
    assert local.stack_name == "shop-local"
    assert local.ecr_repository.endswith("/shop")
    assert local.image_repository == "shop/app"
    assert dict(local.stack_options)["DATABASE_SECRET_ARN"].endswith("shop/local/database-url")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1", "x: the tables are settings, variables, test_variables"),
        ("[deploy]\n", "deploy: the tables are"),
        ("[settings]\n'a b' = 'c'", "settings: 'a b' is not the name of a variable"),
        ("[settings]\nA = []", "settings: A is neither a text, a number nor true or false"),
        ("[settings.staging]\nA = 1", "settings: staging is neither"),
        ("[variables.staging]\nA = {}", "variables.staging: A is neither"),
        ("[test_variables.x]\nA = 1", "test_variables: x is neither"),
    ],
)
def test_what_is_no_setting_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """Exit 2, with the table and the name."""
    with pytest.raises(ConfigurationError) as caught:
        project_file.read(written(tmp_path, text) / "slipway.toml")
    assert problem in caught.value.what


def test_a_file_that_is_not_toml_is_named_with_the_line(tmp_path: Path) -> None:
    """The parser says where."""
    with pytest.raises(ConfigurationError, match=r"slipway.toml cannot be parsed: .*line 1"):
        project_file.read(written(tmp_path, "A = \nB = 1") / "slipway.toml")


def test_no_file_says_nothing(tmp_path: Path) -> None:
    """A project may do without."""
    assert project_file.read(tmp_path / "slipway.toml") == ProjectFile()


@pytest.mark.parametrize(
    "name",
    [
        *("AWS_SECRET_ACCESS_KEY", "STAGING_AWS_PROFILE", "CI_REGISTRY_PASSWORD", "GITLAB_TOKEN"),
        *("STAGING_EU_AWS_SECRET_ACCESS_KEY", "ELSEWHERE_GITLAB_TOKEN"),
    ],
)
def test_what_is_secret_is_not_committed(name: str) -> None:
    """Nor is who deploys: that is a machine's, or a job's. No value is shown."""
    known = {"STAGING_AWS_STACKNAME": "shop", "AWS_REGION": "eu-west-1", "ECR_REPOSITORY": "a.b/c"}
    project = ProjectFile(settings={**known, name: "hush"})
    with pytest.raises(ConfigurationError) as caught:
        resolve("staging", {}, project=project)
    assert f"slipway.toml: {name} is not for a file that is committed" in caught.value.what
    assert "hush" not in str(caught.value)


def test_a_name_that_nothing_reads_is_refused() -> None:
    """The file is Slipway's alone, so that a slip is one."""
    project = ProjectFile(settings={"PYTHON_IMGE": "python:3.13"})
    with pytest.raises(
        ConfigurationError, match="PYTHON_IMGE is not a setting; did you mean PYTHON_"
    ):
        resolve("local", {}, options=options.declared(), project=project)


def test_a_prefix_counts_wherever_its_environment_is_named() -> None:
    """The stack's name may be a machine's own setting, and the option a project's."""
    project = ProjectFile(settings={"STAGING_STACK_ZONES": "3", "STACK_FOREIGN": "x"})
    own = {
        "STAGING_AWS_STACKNAME": "shop",
        "AWS_REGION": "eu-west-1",
        "ECR_REPOSITORY": "registry.example/shop",
    }
    with pytest.raises(ConfigurationError) as caught:
        resolve("staging", own, options=options.declared(), project=project)
    assert caught.value.what.splitlines()[1:] == ["  slipway.toml: STACK_FOREIGN is not a setting"]


@pytest.mark.parametrize(
    "name",
    ["LOCAL_PORT", "LOCAL_STACK_WAITS", "STAGING_EU_AWS_REGION", "ELSEWHERE_STACK_ZONES"],
)
def test_every_name_is_taken_with_any_prefix(name: str) -> None:
    """Also one that looks like a prefix itself; a job may not know the environment."""
    assert list(uncommittable({name: "x"}, options.declared())) == []


def test_variables_of_a_misspelt_environment_are_refused() -> None:
    """An environment that only another job knows is not."""
    variables = dict.fromkeys(["", "local", "staging", "stagng", "elsewhere"], "variables")
    assert list(misnamed(variables, ["local", "staging"])) == [
        "slipway.toml: variables.stagng is of no environment; staging is one"
    ]


@pytest.mark.parametrize(
    ("name", "problem"),
    [("DATABASE_URL", "is set by the stack itself"), ("KEY", "is one of STACK_SECRETS, too")],
)
def test_a_variable_that_a_task_has_already_is_refused(name: str, problem: str) -> None:
    """A container takes each name once."""
    secret = "KEY=arn:aws:secretsmanager:eu-west-1:123456789012:secret:key"
    with pytest.raises(ConfigurationError, match=f"the variable {name} {problem}"):
        options.read("staging", {"STACK_SECRETS": secret}, own=((name, "x"),))
