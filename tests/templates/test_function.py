"""The template's text, and what is said of one that is none."""

from pathlib import Path

import pytest

from slipway.errors import ConfigurationError
from slipway.templates import function

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

def exiting():
    raise SystemExit(5)

def a_set():
    return {"Resources": {1, 2}}

def a_cycle():
    body = {}
    body["Resources"] = body
    return body

def endless():
    return endless()

def deep():
    body = {}
    for _ in range(100_000):
        body = {"Resources": body}
    return body

def mixed():
    return {"Resources": {}, 1: {}}

def printing():
    print("a word on the way")
    return {"Resources": {}}

def a_library_s():
    import fractions
    return fractions.Fraction("no number")
"""


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay modules of a user's where they can be imported."""
    (tmp_path / "own_stack.py").write_text(MODULE)
    (tmp_path / "misspelt_stack.py").write_text("def template(:\n")
    (tmp_path / "careless_stack.py").write_text("undefined_name\n")
    (tmp_path / "leaving_stack.py").write_text("raise SystemExit(3)\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_the_function_at_the_path_is_called() -> None:
    """With the options where it takes them, and without a blank: more fits into a call."""
    for name, options in (("good", "none"), ("choosing", "mine")):
        expected = f'{{"Metadata":"{options}","Resources":{{}}}}'
        assert function.render(f"own_stack.{name}", "mine") == expected


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("no_such_stack.template", "no template at no_such_stack.template: No module named"),
        ("own_stack.absent", "no template at own_stack.absent: module .* has no attribute"),
        ("misspelt_stack.template", "no template at misspelt_stack.template: invalid syntax"),
        ("careless_stack.template", "no template at careless_stack.template: .*undefined_name"),
        ("own_stack.raising", "own_stack.raising raised KeyError: 'the fault'"),
        ("own_stack.something_else", "returned int, which is not a troposphere template"),
        ("own_stack.exiting", "own_stack.exiting raised SystemExit: 5"),
        ("own_stack.a_set", "own_stack.a_set raised TypeError: .*set"),
        ("own_stack.a_cycle", "own_stack.a_cycle raised ValueError: Circular reference"),
        ("own_stack.endless", "own_stack.endless raised RecursionError"),
        ("own_stack.deep", "own_stack.deep raised RecursionError"),
        ("own_stack.mixed", "own_stack.mixed raised TypeError"),
        ("leaving_stack.template", "no template at leaving_stack.template: 3"),
    ],
)
def test_a_path_without_a_template_is_explained(path: str, words: str) -> None:
    """Whatever is wrong in a user's module is a message, not a traceback of ours."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        function.render(path)
    assert caught.value.hint


def test_a_fault_in_a_users_function_is_located() -> None:
    """The hint leads to the line that raised."""
    with pytest.raises(ConfigurationError, match=r"look at .*own_stack.py, line 16$"):
        function.render("own_stack.raising")


def test_a_fault_in_a_library_is_located_where_it_was_called() -> None:
    """The user can change their own line, and not the library's."""
    with pytest.raises(ConfigurationError, match=r"look at .*own_stack.py, line 5\d$"):
        function.render("own_stack.a_library_s")


def test_what_a_template_prints_does_not_soil_the_output(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`invoke stack.template` is piped into other programs."""
    assert function.render("own_stack.printing") == '{"Resources":{}}'
    assert capsys.readouterr() == ("", "a word on the way\n")
