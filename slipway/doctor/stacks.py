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
    subject, found = "delivery stack", case.delivery
    if case.settings.is_local and found and found.step is Step.CREATE:
        yield ok(subject, f"there is none yet: {case.command('deploy')} creates it")
    elif found is None or found.step is Step.CREATE:
        yield wrong(subject, "there is none yet", case.command("bootstrap"))
    elif found.step is Step.REPLACE:
        what = f"{found.name} is {found.state.status}: its creation failed"
        yield wrong(subject, what, case.command("bootstrap"))
    elif found.step is not Step.UPDATE:
        yield _busy_or_stuck(subject, found, case)
    elif names := _other_names(case, found):
        yield wrong(subject, f"{found.name} was made for {names}", case.command("bootstrap"))
    elif stack.deployed_template(case.settings, found.name) != template.load(case.delivery_body):
        what = f"{found.name} is not as this version and the options have it"
        yield wrong(subject, what, case.command("bootstrap"))
    else:
        yield ok(subject, f"{found.name} is as the options have it")


def _other_names(case: Case, found: Stack) -> str:
    """Return the names that the stack was made for, where the settings have others; or ""."""
    names = bootstrap.names(case.settings)
    return ", ".join(
        f"{name} {found.parameters.get(name)}"
        for name, value in names.items()
        if found.parameters.get(name) != value
    )


def application(case: Case) -> Iterator[Finding]:
    """Look at the application stack: is it free, and by whose template?"""
    subject, found = "application stack", case.application
    if found is None or found.step is Step.CREATE:
        yield ok(subject, f"there is none yet: {case.command('deploy')} creates it")
    elif found.step is Step.REPLACE:
        status = found.state.status
        yield ok(subject, f"{found.name} is {status}: the next deploy deletes and creates it")
    elif found.step is not Step.UPDATE:
        yield _busy_or_stuck(subject, found, case)
    else:
        yield from _deployed(subject, found, case)


def _deployed(subject: str, found: Stack, case: Case) -> Iterator[Finding]:
    try:
        origin.require_same(case.settings, stack.deployed_template(case.settings, found.name))
    except Refused as error:
        yield wrong(subject, error.what, error.hint)
        return
    revision = contract.revision_of(found) or "no revision"
    yield ok(subject, f"{found.name} is {found.state.status}, with {revision[:12]}")


def _busy_or_stuck(subject: str, found: Stack, case: Case) -> Finding:
    what = f"{found.name} is {found.state.status}: {found.reason}".removesuffix(": ")
    if found.step is Step.WAIT:
        return unknown(subject, f"{what}: somebody changes it", "the same command, later")
    return wrong(subject, what, case.command("recover"))
