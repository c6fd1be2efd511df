"""What is read, from where, and what is said when it is not there."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from slipway import settings as known
from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.settings import Settings, load, loader, resolve
from stack import options

ROOT = Path(__file__).parents[2]
STAGING = {
    "STAGING_AWS_STACKNAME": "shop-staging",
    "STAGING_AWS_REGION": "eu-west-1",
    "STAGING_ECR_REPOSITORY": "registry.example/shop",
}
SETTINGS = [each for each in fields(Settings) if each.metadata]
ALL = [*SETTINGS, *options.declared()]
SWITCHES = [each.metadata["name"] for each in ALL if each.metadata["kind"] is bool]


def test_a_prefixed_name_wins_over_the_plain_one() -> None:
    """What is given for an environment is meant more than what is given for all."""
    assert resolve("staging", {**STAGING, "AWS_REGION": "us-east-2"}).region == "eu-west-1"


def test_a_plain_name_serves_every_environment() -> None:
    """Where an environment has no value of its own, the plain one counts."""
    plain = {**STAGING, "STAGING_AWS_REGION": "", "AWS_REGION": "us-east-2"}
    assert resolve("staging", plain).region == "us-east-2"


def test_another_environments_prefix_does_not_count() -> None:
    """Staging never sees what is production's."""
    production = {"PRODUCTION_AWS_PROFILE": "production", "PRODUCTION_AWS_STACKNAME": "shop"}
    assert resolve("staging", {**STAGING, **production}).profile is None


def test_a_hyphen_in_a_name_is_an_underscore_in_its_prefix() -> None:
    """A shell knows no variable with a hyphen."""
    two = {name.replace("STAGING", "EU_STAGING"): text for name, text in STAGING.items()}
    assert resolve("eu-staging", two).stack_name == "shop-staging"


def test_the_real_environment_wins_over_dotenv(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file is for what the environment does not say."""
    (tmp_path / ".env").write_text("PYTHON_IMAGE=from:file\nPOSTGRES_IMAGE=from:file\n")
    monkeypatch.setenv("PYTHON_IMAGE", "from:environment")
    monkeypatch.delenv("POSTGRES_IMAGE", raising=False)
    found = load("local", tmp_path)
    assert (found.python_image, found.postgres_image) == ("from:environment", "from:file")


def test_one_error_lists_everything_missing_and_malformed() -> None:
    """One run is enough to learn all that has to be corrected."""
    wrong = {"STAGING_AWS_STACKNAME": "shop", "STAGING_AWS_REGION": "europe", "LOCAL_PORT": "80"}
    with pytest.raises(ConfigurationError) as caught:
        resolve("staging", wrong)
    head, *problems = caught.value.what.splitlines()
    assert head == "3 settings of 'staging' are wrong:"
    assert [each.split()[0] for each in problems] == [
        "STAGING_AWS_REGION:",
        "STAGING_ECR_REPOSITORY",
        "LOCAL_PORT:",
    ]
    assert problems[0] == "  STAGING_AWS_REGION: 'europe' is not a region such as eu-west-1"
    assert problems[1] == (
        "  STAGING_ECR_REPOSITORY (or ECR_REPOSITORY) is missing: "
        "the repository to push to, HOST/NAME"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AWS_REGION", "eu-west"),
        ("AWS_STACKNAME", "1-shop"),
        ("AWS_STACKNAME", "shop_staging"),
        ("AWS_STACKNAME", "Shop"),
        ("AWS_STACKNAME", "s" * 33),
        ("ECR_REPOSITORY", "registry.example/Shop"),
        ("ECR_REPOSITORY", "registry.example/shop--"),
        ("ECR_REPOSITORY", "https://registry.example/shop"),
        ("ECR_REPOSITORY", "registry.example/shop:latest"),
        ("ECR_REPOSITORY", "shop"),
        ("IMAGE_REPOSITORY", "shop:latest"),
        ("IMAGE_REPOSITORY", "https://registry.example/shop"),
        ("STACK_TEMPLATE", "template"),
        ("STACK_TEMPLATE", "stack/application.py"),
        ("AWS_ENDPOINT_URL", "localhost:1"),
        ("AWS_ENDPOINT_URL", "http://[::1/x"),
        ("AWS_ENDPOINT_URL", "http://"),
        ("AWS_ENDPOINT_URL", "http://host:port"),
        ("AWS_ENDPOINT_URL", "ftp://host"),
        ("LOCAL_PORT", "http"),
        ("LOCAL_PORT", "65536"),
        ("LOCAL_STACK_WAITS", "perhaps"),
    ],
)
def test_a_malformed_value_is_named(name: str, text: str) -> None:
    """Each parser refuses what cannot work, and the message names the variable that held it."""
    with pytest.raises(ConfigurationError, match=re.escape(f"STAGING_{name}: {text!r} is not ")):
        resolve("staging", {**STAGING, f"STAGING_{name}": text})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("AWS_REGION", "us-gov-west-1"),
        ("ECR_REPOSITORY", "1.dkr.ecr.eu-west-1.amazonaws.com/team/shop"),
        ("ECR_REPOSITORY", "localhost:4566/slipway"),
        ("AWS_ENDPOINT_URL", "http://localhost:4566"),
        ("AWS_ENDPOINT_URL", "https://vpce-1.example/aws"),
        ("IMAGE_REPOSITORY", "slipway"),
        ("IMAGE_REPOSITORY", "slipway/app"),
        ("IMAGE_REPOSITORY", "registry.example:5050/group/project"),
    ],
)
def test_a_well_formed_value_is_taken_as_it_is(name: str, text: str) -> None:
    """The parsers are no narrower than what they are for."""
    found = resolve("staging", {**STAGING, f"STAGING_{name}": text})
    field = next(each.name for each in SETTINGS if each.metadata["name"] == name)
    assert getattr(found, field) == text


@pytest.mark.parametrize(
    ("text", "value"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False)]
)
def test_a_switch_takes_the_usual_words(text: str, value: bool) -> None:  # noqa: FBT001
    """A switch reads as people write it."""
    assert resolve("local", {"LOCAL_STACK_WAITS": text}).local_stack_waits is value


def test_a_password_in_an_address_is_refused_and_not_shown() -> None:
    """It would not be sent, and a message is read by others."""
    address = {"STAGING_AWS_ENDPOINT_URL": "http://user:hush@host"}
    with pytest.raises(
        ConfigurationError, match=r"STAGING_AWS_ENDPOINT_URL: its value \(not shown here\) is not"
    ):
        resolve("staging", {**STAGING, **address})


def test_one_problem_is_counted_as_one() -> None:
    """The message reads as a sentence."""
    with pytest.raises(ConfigurationError, match=r"^1 setting of 'staging' is wrong:"):
        resolve("staging", {**STAGING, "LOCAL_PORT": "80"})


def test_secrets_are_not_shown() -> None:
    """Neither the object's text nor an error shows a secret."""
    secret = {each.metadata["name"]: "hush" for each in SETTINGS if each.metadata["secret"]}
    keys = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    tokens = {"AWS_ID_TOKEN", "GITLAB_TOKEN", "CI_REGISTRY_PASSWORD"}
    assert set(secret) == keys | tokens
    secret |= {"AWS_ACCESS_KEY_ID": "id"}
    found = resolve("staging", {**STAGING, **secret})
    assert found.secret_access_key == "hush"
    assert "hush" not in repr(found)
    with pytest.raises(ConfigurationError) as caught:
        resolve("staging", {**STAGING, **secret, "AWS_REGION": "", "STAGING_AWS_REGION": "no"})
    assert "hush" not in str(caught.value)


def test_the_stack_s_options_are_handed_on_without_the_prefix() -> None:
    """They are the stack's business: names and texts, of this environment alone."""
    given = {
        "STACK_ZONES": "2",
        "STAGING_STACK_ZONES": "3",
        "STAGING_DATABASE_SECRET_ARN": "arn",
        "PRODUCTION_STACK_WAF": "yes",
        "STACK_EXEC": "",
        "STACK_TEMPLATE": "my.stack.template",
        "LOCAL_STACK_WAITS": "no",
    }
    found = resolve("staging", {**STAGING, **given})
    assert dict(found.stack_options) == {"STACK_ZONES": "3", "DATABASE_SECRET_ARN": "arn"}


def test_the_local_database_is_the_local_account_s() -> None:
    """A switch of the local account is no option of its stack."""
    found = dict(resolve("local", {"LOCAL_STACK_WAITS": "no"}).stack_options)
    assert list(found) == ["DATABASE_SECRET_ARN"]
    assert found["DATABASE_SECRET_ARN"].endswith("slipway/local/database-url")


def test_an_unknown_environment_lists_the_known_ones() -> None:
    """The message has what could have been meant, and how to make this one known."""
    variables = {"STAGING_AWS_STACKNAME": "a", "EU_PROD_AWS_STACKNAME": "b", "AWS_STACKNAME": "c"}
    with pytest.raises(ConfigurationError) as caught:
        resolve("stagin", variables)
    assert caught.value.what == "unknown environment 'stagin'; known: local, eu-prod, staging"
    assert caught.value.hint == "to define it, set STAGIN_AWS_STACKNAME"


@pytest.mark.parametrize("typed", ["Staging", "STAGING"])
def test_another_spelling_of_an_environment_is_named(typed: str) -> None:
    """It is defined already."""
    with pytest.raises(ConfigurationError) as caught:
        resolve(typed, STAGING)
    assert caught.value.hint == "type --env staging"


def test_local_is_known_once() -> None:
    """A variable with the prefix of the local environment does not make a second one."""
    assert known.known_environments({"LOCAL_AWS_STACKNAME": "shop"}) == ["local"]


def test_local_needs_nothing() -> None:
    """A clean checkout has an environment, and it is this machine's."""
    found = resolve("local", {})
    assert found.is_local
    assert found.endpoint_url == "http://localhost:4566"
    assert found.ecr_repository == "localhost:4566/slipway"
    assert found.stack_name == "slipway-local"
    assert found.delivery_stack_name == "delivery-slipway-local"


def test_local_follows_its_port() -> None:
    """Two accounts on one machine differ in their port, and in all that has it."""
    found = resolve("local", {"LOCAL_PORT": "4577"})
    assert (found.local_port, found.endpoint_url, found.ecr_repository) == (
        4577,
        "http://localhost:4577",
        "localhost:4577/slipway",
    )


@pytest.mark.parametrize(
    "port",
    ["99999", "http", "80", "9" * 5000, "".join(map(chr, range(0x664, 0x668)))],
    ids=["too large", "a word", "too small", "endless", "other digits"],
)
def test_a_malformed_port_is_one_problem(port: str) -> None:
    """The address that is made of it is not a second one."""
    with pytest.raises(ConfigurationError, match="1 setting of 'local' is wrong:\n  LOCAL_PORT: "):
        resolve("local", {"LOCAL_PORT": port})


def test_local_never_reaches_a_real_account() -> None:
    """No variable of AWS's, plain or prefixed, changes what the local environment is."""
    names = [each.metadata["name"] for each in SETTINGS]
    real = {name: "real" for name in names if "AWS_" in name}
    real |= {f"LOCAL_{name}": "real" for name in names if name.startswith(("AWS_", "ECR_", "DATA"))}
    real |= {"ECR_REPOSITORY": "registry.example/shop", "DATABASE_SECRET_ARN": "real"}
    assert resolve("local", real) == resolve("local", {})


def test_a_profile_of_the_real_environment_does_not_concern_local(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    """A laptop's AWS_PROFILE names an account that the local environment has no use for."""
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of another account")
    session._client.cache_clear()  # noqa: SLF001 - as the session below
    session._session.cache_clear()  # noqa: SLF001 - a session reads the environment when it is made
    client: Any = session.client(settings, "sts")
    assert client.meta.endpoint_url == settings.endpoint_url
    credentials = client._request_signer._credentials  # noqa: SLF001 - nothing public has it
    assert (credentials.access_key, credentials.token) == ("local", None)


def test_a_child_gets_the_same_account(staging: Settings) -> None:
    """What a child needs to know stands in its environment, and nothing that is not set."""
    given = session.child_environment(staging)
    assert {name: text for name, text in given.items() if text} == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "key of the test",
        "AWS_SECRET_ACCESS_KEY": "secret of the test",
    }


def test_the_example_documents_every_name() -> None:
    """Each setting stands in .env.example, commented out, below its meaning."""
    text = (ROOT / ".env.example").read_text()
    found = re.findall(r"^# (.+)\n#(STAGING_)?([A-Z_]+)=(.*)$", text, re.MULTILINE)
    documented = {name: meaning for meaning, _, name, _ in found}
    assert documented == {each.metadata["name"]: each.metadata["meaning"] for each in ALL}


def test_the_example_has_every_default() -> None:
    """A line that is uncommented as it stands changes nothing."""
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#([A-Z_]+)=(.+)$", text, re.MULTILINE))
    defaults = {each.metadata["name"]: each.metadata["default"] for each in ALL}
    plain = {name: text for name, text in shown.items() if not name.startswith("STAGING_")}
    assert plain == {name: text for name, text in defaults.items() if text}


def test_the_example_sets_nothing() -> None:
    """A copy of it is the same as no file at all."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []


def test_the_page_has_every_name() -> None:
    """The table of docs/settings.md is that of the declarations: meaning and default, no other."""
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| ([^|]+) \| (?:`([^`]+)` )?\|$",
        (ROOT / "docs" / "settings.md").read_text(),
        re.MULTILINE,
    )
    declared = [each.metadata for each in SETTINGS]
    assert rows == [(each["name"], each["meaning"], each["default"]) for each in declared]


def test_the_file_of_an_application_of_one_s_own_is_read(tmp_path: Path) -> None:
    """The example of docs/adopt.md: settings, options and commands are all understood."""
    page = (ROOT / "docs" / "adopt.md").read_text()
    (tmp_path / "slipway.toml").write_text(page.split("```toml\n")[1].split("```")[0])
    found = load("local", tmp_path, options.declared())
    assert found.test_command == ("sh", "-c", "exec pytest --junit-xml=$JUNIT_XML")
    assert dict(found.stack_options)["STACK_SECRETS"] == "SECRET_KEY"


def test_the_page_s_file_is_read(tmp_path: Path) -> None:
    """The example of slipway.toml in docs/settings.md configures an environment unchanged."""
    page = (ROOT / "docs" / "settings.md").read_text()
    (tmp_path / "slipway.toml").write_text(page.split("```toml\n")[1].split("```")[0])
    found = load("staging", tmp_path, options.declared())
    assert (found.project, found.stack_name) == ("shop", "shop-staging")
    assert dict(found.variables)["ALLOWED_HOSTS"] == "shop-staging.example.com"
    assert dict(found.test_variables)["DJANGO_SETTINGS_MODULE"] == "shop.settings.test"


@pytest.mark.parametrize("text", ["yes", "YES", "true", "1", "no", "False", "0"])
@pytest.mark.parametrize("name", SWITCHES)
def test_yes_and_no_are_the_same_in_settings_and_options(name: str, text: str) -> None:
    """LOCAL_STACK_WAITS=true is taken, so STACK_WAF=true is, too."""
    values, problems = loader.read(ALL, "staging", {**STAGING, name: text})
    field = next(each.name for each in ALL if each.metadata["name"] == name)
    assert problems == []
    assert values[field] is (text in {"yes", "YES", "true", "1"})


@pytest.mark.parametrize("text", ["y", "on", "2", "nope"])
@pytest.mark.parametrize("name", SWITCHES)
def test_other_words_are_neither_yes_nor_no(name: str, text: str) -> None:
    """In both."""
    _, problems = loader.read(ALL, "staging", {**STAGING, name: text})
    assert problems == [f"{name}: {text!r} is not yes or no"]


def test_another_tool_s_name_is_no_option() -> None:
    """Its `STACK_TRACE_LEVEL` in the environment or `.env` is left alone; a slip is not."""
    variables = {**STAGING, "STACK_TRACE_LEVEL": "9", "STACK_ZONES": "3"}
    found = resolve("staging", variables, options=options.declared())
    assert dict(found.stack_options) == {"STACK_ZONES": "3"}
    with pytest.raises(ConfigurationError, match="STACK_ZONE is not an option; did you mean"):
        resolve("staging", {**variables, "STACK_ZONE": "3"}, options=options.declared())


def test_one_error_lists_settings_and_options() -> None:
    """By the variables that hold them, with the name that an unknown one is meant to be."""
    wrong = {
        "STAGING_AWS_STACKNAME": "shop",
        "AWS_REGION": "europe",
        "STAGING_STACK_ZONES": "5",
        "STACK_WAFF": "yes",
        "STAGING_ECR_REPOSITORY": "registry.example/shop",
    }
    with pytest.raises(ConfigurationError) as caught:
        resolve("staging", wrong, options=options.declared())
    assert caught.value.what.splitlines() == [
        "3 settings of 'staging' are wrong:",
        "  AWS_REGION: 'europe' is not a region such as eu-west-1",
        "  STAGING_STACK_ZONES: '5' is not a whole number from 2 to 3",
        "  STACK_WAFF is not an option; did you mean STACK_WAF?",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("entries/test.sh", ("entries/test.sh",)),
        ("sh -c 'exec pytest \"$@\"'", ("sh", "-c", 'exec pytest "$@"')),
        ("python manage.py  test", ("python", "manage.py", "test")),
    ],
)
def test_a_command_is_split_as_a_shell_does(text: str, words: tuple[str, ...]) -> None:
    """Quotes keep words together; nothing in them is expanded."""
    assert resolve("local", {"TEST_COMMAND": text}).test_command == words


@pytest.mark.parametrize("text", ["pytest 'tests", '"', " "])
def test_a_command_without_an_end_is_refused(text: str) -> None:
    """And one without a word."""
    with pytest.raises(ConfigurationError, match="is not a command, quoted as a shell reads it"):
        resolve("local", {"TEST_COMMAND": text})


@pytest.mark.parametrize("path", ["/etc/Dockerfile", "../Dockerfile", "a/../../b", "a b"])
def test_a_path_stays_in_the_repository(path: str) -> None:
    """What is built is in the commit."""
    with pytest.raises(ConfigurationError, match="is not a path in the repository"):
        resolve("local", {"IMAGE_DOCKERFILE": path})
