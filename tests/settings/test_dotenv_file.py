"""The file `.env`, as people write it."""

from pathlib import Path

import pytest

from slipway import settings
from slipway.errors import ConfigurationError
from slipway.settings import dotenv_file


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=value", "value"),
        ("export NAME=value", "value"),
        ("NAME='p$HOME${HOME}'", "p$HOME${HOME}"),
        ('NAME="p${HOME}"', "p${HOME}"),
        ("NAME=p${HOME}", "p${HOME}"),
        ("NAME = two words # comment", "two words"),
        ("NAME=a#b", "a#b"),
        ("\ufeffNAME=value", "value"),
        ("NAME=value\r", "value"),
        ("NAME=first\nNAME=last", "last"),
    ],
)
def test_a_value_is_what_is_written(line: str, value: str, tmp_path: Path) -> None:
    """A password with a dollar sign is that password, in every kind of quotes."""
    (tmp_path / ".env").write_bytes(f"{line}\n# comment\n".encode())
    assert dotenv_file.read(tmp_path / ".env") == {"NAME": value}


def test_an_empty_value_is_none() -> None:
    """A name without a text sets nothing."""
    assert dotenv_file.parse("A=\nB\nC=c\n", ".env") == {"C": "c"}


def test_a_line_that_cannot_be_parsed_is_named_with_its_file() -> None:
    """Exit 2, the file and every such line."""
    with pytest.raises(ConfigurationError) as caught:
        dotenv_file.parse("A=1\nnonsense here\nB='open\nC=2\n", ".env")
    assert caught.value.what == ".env cannot be parsed: line 2, line 3"


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    """A file in another encoding is still read."""
    (tmp_path / ".env").write_bytes(b"NAME=caf\xe9\n")
    assert dotenv_file.read(tmp_path / ".env") == {"NAME": "caf\N{REPLACEMENT CHARACTER}"}


def test_no_file_and_a_folder_of_that_name_are_nothing(tmp_path: Path) -> None:
    """Some people call a virtual environment .env."""
    assert dotenv_file.read(tmp_path / ".env") == {}
    (tmp_path / ".env").mkdir()
    assert dotenv_file.read(tmp_path / ".env") == {}


@pytest.mark.parametrize(
    ("name", "meant"),
    [("PYTHON_IMGE", "PYTHON_IMAGE"), ("STAGING_AWS_STACKNAMES", "AWS_STACKNAME")],
)
def test_a_mistyped_name_is_a_problem(name: str, meant: str) -> None:
    """It would be ignored without a word otherwise."""
    file = {"STAGING_AWS_STACKNAME": "shop", name: "x"}
    assert settings.mistyped_settings(file) == [
        f".env: {name} is not a setting; did you mean {meant}?"
    ]


def test_names_of_other_tools_are_left_alone() -> None:
    """Other programs read the same file."""
    file = {"DJANGO_SECRET_KEY": "x", "AWS_DEFAULT_REGION": "x", "IMAGE": "x", "PORT": "x"}
    file |= {"SHOP_AWS_STACKNAME": "a", "SHOP_EU_AWS_STACKNAME": "b", "SHOP_EU_AWS_REGION": "x"}
    assert settings.mistyped_settings({**file, "STACK_ZONES": "3", "STAGING_AWS_REGION": "x"}) == []
