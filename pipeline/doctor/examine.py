"""All checks of an environment, in the order in which one thing needs the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline import aws, blueprint, local_key
from pipeline.command import explain
from pipeline.doctor import access, account, domain, machine, permissions, secrets, stacks
from pipeline.doctor.finding import Case, ok, unknown, wrong
from pipeline.errors import ConfigurationError, SlipwayError
from pipeline.release import stack
from pipeline.view.events import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.release.stack import Stack
    from pipeline.settings import Settings
    from pipeline.view.events import Say


def examine(settings: Settings, say: Say) -> None:
    """Run every check, also after one that found something; nothing is changed.

    What is not known, because these credentials may not look, is said, and is no failure.
    Raises ConfigurationError when something is wrong.
    """
    case = Case(settings, blueprint.options(settings), blueprint.delivery(settings))
    verdicts: Counter[Verdict] = Counter()
    for finding in _findings(case):
        verdicts[finding.verdict] += 1
        say(finding)
    if found := verdicts[Verdict.WRONG]:
        raise ConfigurationError(
            f"{found} of {verdicts.total()} checks found something wrong",
            hint="do what each 'next' says, then the same command again",
        )


def _findings(case: Case) -> Iterator[Finding]:
    yield from attempt("engine", lambda: machine.engine(case))
    yield from attempt("git", lambda: machine.checkout(case))
    yield from attempt("template", lambda: machine.rendered(case, blueprint.application))
    if case.settings.is_local and local_key.read(case.settings.local_port) is None:
        yield ok("local account", f"is not up: {case.command('deploy')} brings it up")
        return
    try:
        caller = aws.client(case.settings, "sts").get_caller_identity()
    except Exception as error:
        if (problem := _problem(error)) is None:
            raise
        yield wrong("credentials", problem.what, problem.hint or "correct the credentials")
        return
    case = replace(case, caller=caller["Arn"], account=caller["Account"])
    yield from _in_the_account(case)


def _in_the_account(case: Case) -> Iterator[Finding]:
    """Run the checks that ask AWS, each by itself."""
    settings = case.settings
    yield from attempt("clock", lambda: machine.clock(case))
    yield from attempt("repository", lambda: access.place(case))
    delivery, findings = _observed(settings, settings.delivery_stack_name, "delivery stack")
    application, more = _observed(settings, settings.stack_name, "application stack")
    yield from [*findings, *more]
    case = replace(case, delivery=delivery, application=application)
    checks: list[tuple[str, Callable[[Case], Iterable[Finding]]]] = []
    if delivery:
        checks.append(("delivery stack", stacks.delivery))
    if application:
        checks.append(("application stack", stacks.application))
    if not settings.is_local:
        checks += [
            ("service-linked roles", account.roles),
            ("OIDC provider", account.provider),
            ("GitLab", access.variables),
            ("domain", domain.zone),
            ("quotas", account.quotas),
            ("secrets", secrets.readable),
            ("permissions", lambda it: permissions.simulated(it, blueprint.deployment(settings))),
        ]
    for subject, check in checks:
        yield from attempt(subject, lambda check=check: check(case))  # type: ignore[misc]


def _observed(settings: Settings, name: str, subject: str) -> tuple[Stack | None, list[Finding]]:
    """Return a stack, or what kept it from being looked at."""
    try:
        return stack.observe(settings, name), []
    except Exception as error:
        if (problem := _problem(error)) is None:
            raise
        return None, [unknown(subject, problem.what, problem.hint)]


def attempt(subject: str, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Run a check; what it could not look at is not known, with the reason.

    What it found before that is no less true.
    """
    try:
        yield from check()
    except Exception as error:
        if (problem := _problem(error)) is None:
            raise
        yield unknown(subject, problem.what, problem.hint)


def _problem(error: Exception) -> SlipwayError | None:
    """Return an error of a call, of the network or of ours as one of ours; None for a fault."""
    return error if isinstance(error, SlipwayError) else explain(error)
