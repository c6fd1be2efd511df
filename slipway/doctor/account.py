"""What an account has only once: the service-linked roles, and GitLab's OIDC provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.doctor.finding import Case, ok, wrong
from slipway.release import gitlab_provider, linked_roles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.events import Finding


def roles(case: Case) -> Iterator[Finding]:
    """Look for the service-linked roles that a deploy needs."""
    subject, iam = "service-linked roles", session.client(case.settings, "iam")
    missing = [
        each for each, name in linked_roles.ROLES.items() if not linked_roles.exists(iam, name)
    ]
    if missing:
        what = f"missing: {', '.join(missing)}"
        yield wrong(subject, what, case.command("bootstrap"))
        return
    yield ok(subject, f"all {len(linked_roles.ROLES)} exist")


def provider(case: Case) -> Iterator[Finding]:
    """Look for the OIDC provider, where GitLab's jobs take a role."""
    subject, url = "OIDC provider", case.options.gitlab_url
    if case.options.identity != "role":
        return
    found = gitlab_provider.find(session.client(case.settings, "iam"), url)
    if found is None:
        yield wrong(subject, f"the account has none for {url}", case.command("bootstrap"))
    elif url not in found.audiences:
        what = f"{found.arn} lacks the audience {url}"
        yield wrong(subject, what, case.command("bootstrap"))
    else:
        yield ok(subject, f"{found.arn} accepts tokens of {url}")
