"""The environment's two stacks: are they there, free, and as the options have them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway import template
from slipway.aws import contract, stack
from slipway.aws.stack_status import Step
from slipway.doctor.finding import Case, ok, unknown, wrong
from slipway.errors import Refused
from slipway.release import bootstrap
from slipway.templates import origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.aws.stack import Stack
    from slipway.events import Finding


def delivery(case: Case) -> Iterator[Finding]:
    """Look for the delivery stack, and compare it with what the options render."""
    subject, current = "delivery stack", case.delivery
    if case.settings.is_local and current and current.step is Step.CREATE:
        yield ok(subject, f"there is none yet: {case.command('deploy')} creates it")
    elif current is None or current.step is Step.CREATE:
        yield wrong(subject, "there is none yet", case.command("bootstrap"))
    elif current.step is Step.REPLACE:
        what = f"{current.name} is {current.state.status}: its creation failed"
        yield wrong(subject, what, case.command("bootstrap"))
    elif current.step is not Step.UPDATE:
        yield _busy_or_stuck(subject, current, case)
    elif names := _other_names(case, current):
        yield wrong(subject, f"{current.name} was made for {names}", case.command("bootstrap"))
    elif stack.deployed_template(case.settings, current.name) != template.load(case.delivery_body):
        what = f"{current.name} differs from what this version and the options define"
        yield wrong(subject, what, case.command("bootstrap"))
    else:
        yield ok(subject, f"{current.name} matches the options")


def _other_names(case: Case, current: Stack) -> str:
    """Return the names that the stack was made for, where the settings have others; or ""."""
    names = bootstrap.names(case.settings)
    return ", ".join(
        f"{name} {current.parameters.get(name)}"
        for name, value in names.items()
        if current.parameters.get(name) != value
    )


def application(case: Case) -> Iterator[Finding]:
    """Look at the application stack: is it free, and by whose template?"""
    subject, current = "application stack", case.application
    if current is None or current.step is Step.CREATE:
        yield ok(subject, f"there is none yet: {case.command('deploy')} creates it")
    elif current.step is Step.REPLACE:
        status = current.state.status
        yield ok(subject, f"{current.name} is {status}: the next deploy deletes and creates it")
    elif current.step is not Step.UPDATE:
        yield _busy_or_stuck(subject, current, case)
    else:
        yield from _deployed(subject, current, case)


def _deployed(subject: str, current: Stack, case: Case) -> Iterator[Finding]:
    try:
        origin.require_same(case.settings, stack.deployed_template(case.settings, current.name))
    except Refused as error:
        yield wrong(subject, error.what, error.hint)
        return
    revision = contract.revision_of(current) or "no revision"
    yield ok(subject, f"{current.name} is {current.state.status}, with {revision[:12]}")


def _busy_or_stuck(subject: str, current: Stack, case: Case) -> Finding:
    what = f"{current.name} is {current.state.status}: {current.reason}".removesuffix(": ")
    if current.step is Step.WAIT:
        return unknown(subject, f"{what}: someone is changing it", "run the same command later")
    return wrong(subject, what, case.command("recover"))
