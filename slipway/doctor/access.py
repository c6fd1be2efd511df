"""Whose credentials these are, where they lead, and whether that is where everything is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import ecr
from slipway.doctor.finding import Case, ok, unknown, wrong
from slipway.errors import ConfigurationError
from slipway.release import gitlab_variables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.events import Finding


def place(case: Case) -> Iterator[Finding]:
    """Name the caller, and compare account and region with those of the repository's host."""
    settings = case.settings
    source = ", ".join(settings.credentials_from) or "boto3's default search"
    yield ok("credentials", f"{case.caller}, by {source}")
    try:
        ecr.require_own(settings)
    except ConfigurationError as error:
        yield wrong("repository", error.what, error.hint)
        return
    yield ok("repository", f"{settings.ecr_repository}: account and region agree")


def variables(case: Case) -> Iterator[Finding]:
    """Compare GitLab's variables with those that the environment needs."""
    subject, options = "GitLab", case.options
    if options.identity == "none" or case.delivery is None or not case.delivery.outputs:
        return
    if not (case.settings.gitlab_token and options.gitlab_project):
        hint = "to compare its variables, set GITLAB_TOKEN"
        yield unknown(subject, "its variables were not compared", hint)
        return
    needed = gitlab_variables.needed(case.settings, case.delivery.outputs)
    present = gitlab_variables.read_all(case.settings, options)
    differing = [each.key for each in needed if present.get(each.key) != each.value]
    if differing:
        what = f"{', '.join(differing)} of {options.gitlab_project} do not have the expected values"
        yield wrong(subject, what, f"{case.command('bootstrap')} --gitlab")
        return
    yield ok(
        subject, f"{len(needed)} variables of {options.gitlab_project} have the expected values"
    )
