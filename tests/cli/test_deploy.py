"""The words of --parameter."""

import pytest

from slipway.cli.deploy import parse_parameters
from slipway.errors import ConfigurationError


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["Cpu=512"], {"Cpu": "512"}),
        (["Cpu=512", "Memory=1024"], {"Cpu": "512", "Memory": "1024"}),
        (["Cpu=512", "Cpu=1024"], {"Cpu": "1024"}),
        (["Url=https://example.com/?a=b"], {"Url": "https://example.com/?a=b"}),
        (["Empty="], {"Empty": ""}),
    ],
)
def test_a_parameter_is_a_name_and_a_value(words: list[str], expected: dict[str, str]) -> None:
    """The first equals sign divides them; the last word of a name counts."""
    assert parse_parameters(words) == expected


@pytest.mark.parametrize("word", ["Cpu", "=512", "", "="])
def test_another_word_is_refused(word: str) -> None:
    """The message has the word, and what it should have been."""
    with pytest.raises(ConfigurationError, match=f"--parameter {word!r} is not NAME=VALUE"):
        parse_parameters(["Memory=1024", word])
