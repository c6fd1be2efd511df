"""The drawing of a stack: which file adds which resource, and which file refers to which."""

import inspect
from collections.abc import Callable

from troposphere import Template

from slipway.templates.diagram.graph import Graph, build
from slipway.templates.diagram.mermaid import write as write_mermaid
from slipway.templates.diagram.svg import write as write_svg
from slipway.templates.diagram.trace import origins

FORMS: dict[str, Callable[[Graph], str]] = {"svg": write_svg, "mermaid": write_mermaid}


def draw(function: Callable[..., Template], options: object, form: str) -> str:
    """Call a template's function, with options if it takes any, and draw what it makes.

    `form` is one of FORMS. Raises ValueError for another.
    """
    if form not in FORMS:
        raise ValueError(f"{form!r} is not a format of the diagram: {' or '.join(FORMS)}")
    given = [options][: len(inspect.signature(function).parameters)]
    name = str(getattr(options, "environment", ""))
    return FORMS[form](build(name, *origins(function, *given)))
