"""All checks of an environment, in the order in which one thing needs the other."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from slipway import local_key
from slipway.aws import session, stack
from slipway.doctor import access, account, domain, machine, permissions, quotas, secrets, stacks
from slipway.doctor.finding import Case, ok, unknown, wrong
from slipway.errors import ConfigurationError, SlipwayError
from slipway.events import Finding, Verdict
from slipway.explanation import explain_error
from slipway.templates import blueprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slipway.events import Say
    from slipway.settings import Settings

Found = TypeVar("Found")


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
            hint="do what each 'next' says, then run the same command again",
        )


def _findings(case: Case) -> Iterator[Finding]:
    settings = case.settings
    yield from attempt("engine", partial(machine.engine, case))
    yield from attempt("git", partial(machine.checkout, case))
    wanted, findings = _known("template", partial(blueprint.application, settings), wrong)
    yield from findings
    if wanted:
        yield ok("template", f"{settings.template_function} can be rendered")
        case = replace(case, application_body=wanted.body)
    if settings.is_local and local_key.read(settings.local_port) is None:
        yield ok("local account", f"is not running: {case.command('deploy')} starts it")
        return
    caller, findings = _known("credentials", partial(_caller, settings), wrong)
    yield from findings
    if caller:
        yield from _in_the_account(replace(case, caller=caller, account=caller.split(":")[4]))


def _caller(settings: Settings) -> str:
    return session.client(settings, "sts").get_caller_identity()["Arn"]


def _in_the_account(case: Case) -> Iterator[Finding]:
    """Run the checks that ask AWS, each by itself."""
    settings, observe = case.settings, partial(stack.observe, case.settings)
    yield from attempt("clock", partial(machine.clock, case))
    yield from attempt("repository", partial(access.place, case))
    delivery, findings = _known("delivery stack", partial(observe, settings.delivery_stack_name))
    yield from findings
    application, findings = _known("application stack", partial(observe, settings.stack_name))
    yield from findings
    case = replace(case, delivery=delivery, application=application)
    if delivery:
        yield from attempt("delivery stack", partial(stacks.delivery, case))
    if application:
        yield from attempt("application stack", partial(stacks.application, case))
    if not settings.is_local:
        for subject, check in REMOTE.items():
            yield from attempt(subject, partial(check, case))
        policy = partial(blueprint.deployment, settings)
        yield from attempt("permissions", lambda: permissions.simulated(case, policy()))


REMOTE: dict[str, Callable[[Case], Iterator[Finding]]] = {
    "service-linked roles": account.roles,
    "OIDC provider": account.provider,
    "GitLab": access.variables,
    "domain": domain.zone,
    "quotas": quotas.sufficient,
    "secrets": secrets.readable,
}


def _known(
    subject: str,
    work: Callable[[], Found],
    otherwise: Callable[[str, str, str], Finding] = unknown,
) -> tuple[Found | None, list[Finding]]:
    """Return the value of some work; or None, and what kept it from being done."""
    try:
        return work(), []
    except Exception as error:
        if (problem := _problem(error)) is None:
            raise
        return None, [otherwise(subject, problem.what, problem.hint)]


def attempt(subject: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
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
    return error if isinstance(error, SlipwayError) else explain_error(error)
