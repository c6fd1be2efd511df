"""Credentials are one thing: of one kind, whole, and from one source."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from slipway import settings
from slipway.aws import session
from slipway.errors import ConfigurationError
from slipway.settings.credentials import NAMES, choose
from slipway.shell import environment

STAGING = {
    "STAGING_AWS_STACKNAME": "shop-staging",
    "STAGING_AWS_REGION": "eu-west-1",
    "STAGING_ECR_REPOSITORY": "registry.example/shop",
}
KEY = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "half"}
TEMPORARY = {**KEY, "AWS_SESSION_TOKEN": "token"}
PROFILE = {"AWS_PROFILE": "shop"}
ROLE = {"AWS_ROLE_ARN": "arn:role"}
JOB = {"AWS_ID_TOKEN": "jwt"}


def staging(variables: Mapping[str, str]) -> dict[str, str]:
    """Give names the environment's prefix."""
    return {f"STAGING_{name}": text for name, text in variables.items()}


@pytest.mark.parametrize(
    ("shell", "file", "chosen"),
    [
        ({}, {}, {}),
        (KEY, {}, KEY),
        ({}, TEMPORARY, TEMPORARY),
        # The environment's own beat all others, of whatever kind.
        ({**staging(PROFILE), **KEY}, {}, PROFILE),
        (TEMPORARY, staging(PROFILE), PROFILE),
        ({**TEMPORARY, **staging(KEY)}, {}, KEY),
        ({**PROFILE, **staging(KEY)}, {}, KEY),
        ({**KEY, **JOB, **staging(ROLE)}, {}, {**ROLE, **JOB}),
        # The shell beats the file, and nothing of the file is added to it.
        (KEY, TEMPORARY, KEY),
        (staging(KEY), staging(TEMPORARY), KEY),
        (KEY, PROFILE, KEY),
        # A job's token is for every role, and no credentials by itself.
        ({**ROLE, **JOB}, {}, {**ROLE, **JOB}),
        ({**JOB, **KEY}, {}, KEY),
        (JOB, {}, {}),
        (JOB, staging(ROLE), {**ROLE, **JOB}),
        ({**staging(ROLE), **staging(JOB), "AWS_ID_TOKEN": "other"}, {}, {**ROLE, **JOB}),
        # With a token file, the role is botocore's own business.
        ({**ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": "token"}, {}, {}),
        ({**ROLE, **KEY, "AWS_WEB_IDENTITY_TOKEN_FILE": "token"}, {}, KEY),
        # An empty variable is none.
        ({**KEY, "STAGING_AWS_PROFILE": "", "AWS_SESSION_TOKEN": ""}, {}, KEY),
    ],
)
def test_one_source_decides_alone(
    shell: Mapping[str, str], file: Mapping[str, str], chosen: Mapping[str, str]
) -> None:
    """The named source first, and nothing is added to what it has."""
    found = choose("STAGING_", shell, file)
    assert (found.values, found.problems) == (chosen, ())


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        (
            staging({**PROFILE, **KEY}),
            "STAGING_AWS_ACCESS_KEY_ID and STAGING_AWS_PROFILE are different credentials",
        ),
        ({**PROFILE, **KEY}, "AWS_ACCESS_KEY_ID and AWS_PROFILE are different credentials"),
        ({**KEY, **ROLE, **JOB}, "AWS_ACCESS_KEY_ID and AWS_ROLE_ARN are different credentials"),
        (
            {"STAGING_AWS_ACCESS_KEY_ID": "id", **KEY},
            "STAGING_AWS_SECRET_ACCESS_KEY is missing: STAGING_AWS_ACCESS_KEY_ID cannot",
        ),
        ({"AWS_SESSION_TOKEN": "token"}, "AWS_SECRET_ACCESS_KEY is missing: AWS_SESSION_TOKEN"),
        (staging(ROLE), "STAGING_AWS_ROLE_ARN is set without AWS_ID_TOKEN: .*id_tokens"),
        ({**staging(JOB), **ROLE}, "STAGING_AWS_ROLE_ARN is missing"),
    ],
)
def test_what_is_mixed_or_half_is_refused(variables: Mapping[str, str], problem: str) -> None:
    """Exit 2 and the names, instead of a call with somebody else's half."""
    with pytest.raises(ConfigurationError, match=problem):
        settings.resolve("staging", {**STAGING, **variables})


VARIABLES = st.dictionaries(
    st.sampled_from([*NAMES, *(f"STAGING_{name}" for name in NAMES)]),
    st.text("abc", min_size=1, max_size=3),
    max_size=6,
)


@given(VARIABLES, VARIABLES)
def test_what_is_chosen_was_never_mixed(shell: dict[str, str], file: dict[str, str]) -> None:
    """Whatever is set: a value of one source and rank, but for the token of a job."""
    found = choose("STAGING_", shell, file)
    values = {name: text for name, text in found.values.items() if name != "AWS_ID_TOKEN"}
    ranks = [
        {name: source.get(start + name) for name in NAMES}
        for start in ("STAGING_", "")
        for source in (shell, file)
    ]
    assert any(values.items() <= rank.items() for rank in ranks)
    assert not (found.values and found.problems)


def test_no_value_is_shown() -> None:
    """A message names variables; what they hold is a secret."""
    secrets = dict.fromkeys(NAMES, "hush")
    with pytest.raises(ConfigurationError) as caught:
        settings.resolve("staging", {**STAGING, **secrets})
    assert "hush" not in str(caught.value)


def test_boto3_uses_the_chosen_credentials_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The shell's own key, token and profile do not fill what the environment's lack."""
    config = tmp_path / "config"
    config.write_text("[profile shop]\naws_access_key_id=of-profile\naws_secret_access_key=x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    for name, text in {**TEMPORARY, "AWS_DEFAULT_PROFILE": "gone"}.items():
        monkeypatch.setenv(name, text)

    for own, used in (
        (staging(PROFILE), "of-profile"),
        (staging({**KEY, "AWS_ACCESS_KEY_ID": "my"}), "my"),
    ):
        known = settings.resolve("staging", {**STAGING, **TEMPORARY, **own})
        client: Any = session.client(known, "sts")
        credentials = client._request_signer._credentials  # noqa: SLF001
        assert (credentials.access_key, credentials.token) == (used, None)


def test_a_child_uses_the_chosen_credentials_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would lead it elsewhere is taken out of its environment."""
    for name, text in {**TEMPORARY, "AWS_SECURITY_TOKEN": "x", "AWS_DEFAULT_PROFILE": "y"}.items():
        monkeypatch.setenv(name, text)
    known = settings.resolve("staging", {**STAGING, **TEMPORARY, **staging(PROFILE)})
    child = environment(session.child_environment(known))
    assert {name: text for name, text in child.items() if name.startswith("AWS_")} == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PROFILE": "shop",
    }


def test_a_child_finds_what_boto3_finds_when_nothing_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A container's role or an instance's profile is found by both in the same way."""
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/role")
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "shop")
    child = environment(session.child_environment(settings.resolve("staging", STAGING)))
    assert child["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] == "/role"
    assert child["AWS_DEFAULT_PROFILE"] == "shop"


def test_every_variable_that_names_a_profile_is_known() -> None:
    """Botocore's own list of the variables that name a profile has no other name."""
    names = Session().session_var_map["profile"][1]
    assert set(names) <= set(session.CREDENTIAL_VARIABLES)
