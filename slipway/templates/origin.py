"""Which function made a stack's template: the stack remembers it, and another one is refused.

A laptop knows STACK_TEMPLATE from its .env, a job only if it was given to it. Without this, the
job would deploy the default template over the stack of one's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.errors import Refused

if TYPE_CHECKING:
    from slipway.settings import Settings

KEY, FUNCTION = "Slipway", "Template"


def metadata(settings: Settings) -> dict[str, Any]:
    """Return the part of a template's Metadata that names the function that made it."""
    return {KEY: {FUNCTION: settings.template_function}}


def require_same(settings: Settings, deployed: dict[str, Any]) -> None:
    """Raise Refused if another function made the deployed template, unless a setting names one."""
    made_by = deployed.get("Metadata", {}).get(KEY, {}).get(FUNCTION, settings.template_function)
    if settings.stack_template or made_by == settings.template_function:
        return
    raise Refused(
        f"the template of {settings.stack_name} was made by {made_by}, and STACK_TEMPLATE is not "
        "set here",
        hint=f"set STACK_TEMPLATE={made_by}; or, to replace the template: "
        f"STACK_TEMPLATE={settings.template_function}",
    )
