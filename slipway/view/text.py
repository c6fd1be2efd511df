"""Text from outside, made safe to print: it can drive neither a terminal nor GitLab's job log."""

import re
import textwrap
import unicodedata

LIMIT = 4000
# Controls, formats (bidirectional marks, zero-width characters), lone surrogates, and the
# separators of lines and paragraphs: https://www.unicode.org/reports/tr44/#General_Category_Values
UNSAFE_CATEGORIES = {"Cc", "Cf", "Cs", "Zl", "Zp"}
LINE_END = re.compile(r"\r\n|\n|\r")


def printable(text: str, limit: int = LIMIT) -> str:
    r"""Return one line that shows every unsafe character of `text` as `\x1b`-style text.

    A tab stays as it is. A line of more than `limit` characters is cut, with a mark that
    gives the number of characters left out.
    """
    shown = text if len(text) <= limit else text[:limit]
    safe = shown if shown.isprintable() else "".join(map(_escape, shown))
    return safe if shown is text else f"{safe}... ({len(text) - limit} more characters)"


def printable_lines(text: str) -> list[str]:
    """Split text at its line ends and return printable lines.

    Each line after the first is indented by two columns more than the first, so that it
    cannot pass for a line of another kind.
    """
    first, *others = LINE_END.split(text)
    indent = first[: len(first) - len(first.lstrip(" "))] + "  "
    return [printable(first), *(indent + printable(line) for line in others)]


def wrapped(line: str, width: int) -> list[str]:
    """Break a line between words where it is wider than a terminal of `width` columns.

    A word that is wider, such as an address, stays whole, so that it can be copied.
    """
    if len(line) <= width:
        return [line]
    indent = line[: len(line) - len(line.lstrip(" "))] + "    "
    return textwrap.wrap(
        line,
        width,
        subsequent_indent=indent,
        tabsize=4,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escape(character: str) -> str:
    if character == "\t" or unicodedata.category(character) not in UNSAFE_CATEGORIES:
        return character
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - two digits are enough
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
