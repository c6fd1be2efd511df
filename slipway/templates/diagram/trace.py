"""Which file of the project makes each resource, noted while the template is made."""

import inspect
import linecache
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from troposphere import Template

ROOT = Path(__file__).parents[3]


def origins(
    function: Callable[..., Template], *arguments: object
) -> tuple[Template, dict[str, str]]:
    """Call a template's function; return the template, and each title's file in its order.

    What gets into the template by another way than add_resource has the function's own file.
    """
    noted: dict[str, str] = {}
    with _noting(noted):
        template = function(*arguments)
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = _path(code.co_filename if code else "", function.__module__)
    return template, {title: noted.get(title, own) for title in template.resources}


def makes(text: str, title: str) -> bool:
    """Whether a file's text has the title as a string, or what a numbered one begins with."""
    stem = title.rstrip("0123456789")
    numbered = "" if stem == title else rf"|{stem}\{{"
    return bool(re.search(rf"""["']({title}["']{numbered})""", text))


def composes(text: str, title: str) -> bool:
    """Whether a file's text has every word of a title that is put together from parts."""
    known = text.lower()
    return all(word.lower() in known for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", title))


@contextmanager
def _noting(noted: dict[str, str]) -> Iterator[None]:
    """Note who calls add_resource; the template itself gets nothing that it would not have."""
    real = Template.add_resource

    def add_resource(self: Template, resource: Any) -> Any:
        frames = list(_callers(inspect.currentframe()))
        for each in resource if isinstance(resource, list) else [resource]:
            noted.setdefault(each.title, _choose(frames, each.title))
        return real(self, resource)

    Template.add_resource = add_resource  # type: ignore[method-assign]
    try:
        yield
    finally:
        Template.add_resource = real  # type: ignore[method-assign]


def _callers(frame: FrameType | None) -> Iterator[FrameType]:
    """Go from add_resource up to the template's function, the nearest first."""
    frame = frame.f_back if frame else None
    while frame and frame.f_code.co_filename != __file__:
        if not str(frame.f_globals.get("__name__")).startswith("troposphere."):
            yield frame
        frame = frame.f_back


def _choose(frames: list[FrameType], title: str) -> str:
    """Choose the nearest file that spells the title, or has its words, or else the nearest.

    A helper that is given a title by another file adds on behalf of that one.
    """
    for test in (makes, composes):
        for frame in frames:
            if test("".join(linecache.getlines(frame.f_code.co_filename)), title):
                return _file(frame)
    return _file(frames[0])


def _file(frame: FrameType) -> str:
    return _path(frame.f_code.co_filename, str(frame.f_globals.get("__name__")))


def _path(file: str, module: str) -> str:
    """Name a file from the project's root; one from elsewhere as it would be imported."""
    if file and Path(file).resolve().is_relative_to(ROOT):
        return Path(file).resolve().relative_to(ROOT).as_posix()
    return module.replace(".", "/") + ".py"
