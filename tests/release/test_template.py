"""The template's text, and what is said of one that is none."""

from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError
from pipeline.release import template

MODULE = """
class Made:
    def __init__(self, options):
        self.options = options

    def to_dict(self):
        return {"Resources": {}, "Metadata": self.options}

def good():
    return Made("none")

def choosing(options):
    return Made(options)

def raising():
    raise KeyError("the fault")

def something_else():
    return 7
"""


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay modules of a user's where they can be imported."""
    (tmp_path / "own_stack.py").write_text(MODULE)
    (tmp_path / "misspelt_stack.py").write_text("def template(:\n")
    (tmp_path / "careless_stack.py").write_text("undefined_name\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_the_function_at_the_path_is_called() -> None:
    """With the options where it takes them, and without a blank: more fits into a call."""
    for name, options in (("good", "none"), ("choosing", "mine")):
        expected = f'{{"Metadata":"{options}","Resources":{{}}}}'
        assert template.render(f"own_stack.{name}", "mine") == expected


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no_such_stack.template", "no template at no_such_stack.template: No module named"),
        ("own_stack.absent", "no template at own_stack.absent: module .* has no attribute"),
        ("misspelt_stack.template", "no template at misspelt_stack.template: invalid syntax"),
        ("careless_stack.template", "no template at careless_stack.template: .*undefined_name"),
        ("own_stack.raising", "own_stack.raising raised KeyError: 'the fault'"),
        ("own_stack.something_else", "own_stack.something_else returned a int, and no template"),
    ],
)
def test_a_path_without_a_template_is_explained(path: str, words: str) -> None:
    """Whatever is wrong in a user's module is a message, not a traceback of ours."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        template.render(path)
    assert caught.value.hint


def test_a_fault_in_a_users_function_is_located() -> None:
    """The hint leads to the line that raised."""
    with pytest.raises(ConfigurationError, match=r"look at .*own_stack.py, line 16$"):
        template.render("own_stack.raising")
