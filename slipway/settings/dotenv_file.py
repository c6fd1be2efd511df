"""The file `.env`: names and texts for what the environment does not say."""

import io
from pathlib import Path

from slipway.errors import ConfigurationError


def read(path: Path) -> dict[str, str]:
    """Return the file's names and texts, without those that are empty; {} without a file.

    Texts are taken as they are written: nothing in them is replaced by another variable. Raises
    ConfigurationError that lists the lines that cannot be parsed; OSError when it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except (FileNotFoundError, IsADirectoryError):
        return {}
    return parse(text, str(path))


def parse(text: str, name: str) -> dict[str, str]:
    """Read the text of the file `name`. Raises ConfigurationError as `read` does."""
    from dotenv.parser import parse_stream

    lines = list(parse_stream(io.StringIO(text)))
    if bad := [f"line {each.original.line}" for each in lines if each.error]:
        raise ConfigurationError(f"{name} cannot be parsed: {', '.join(bad)}", hint="NAME=VALUE")
    return {each.key: each.value for each in lines if each.key and each.value}
