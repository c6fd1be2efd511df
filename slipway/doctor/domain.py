"""The domain: its hosted zone, and whether the world's DNS leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import session
from slipway.doctor.finding import Case, ok, wrong
from slipway.errors import Failed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.events import Finding

SECONDS = 5.0
DELEGATE = "set these name servers where the domain is registered: "


def zone(case: Case) -> Iterator[Finding]:
    """Look at the hosted zone; without its delegation, the certificate never comes."""
    subject, domain = "domain", case.options.domain
    if not (domain and case.options.hosted_zone_id):
        return
    client = session.client(case.settings, "route53")
    try:
        answer = client.get_hosted_zone(Id=case.options.hosted_zone_id)
    except client.exceptions.NoSuchHostedZone:
        hint = "correct STACK_HOSTED_ZONE_ID, or the credentials: zones belong to one account"
        yield wrong(subject, f"there is no zone {case.options.hosted_zone_id}", hint)
        return
    name = answer["HostedZone"]["Name"].rstrip(".")
    if domain != name and not domain.endswith(f".{name}"):
        hint = "set STACK_HOSTED_ZONE_ID to the zone of the domain"
        yield wrong(subject, f"{domain} is not in the zone {name}", hint)
    elif answer["HostedZone"].get("Config", {}).get("PrivateZone"):
        hint = "set STACK_HOSTED_ZONE_ID to a public zone"
        yield wrong(subject, f"the zone {name} is private, and cannot validate a certificate", hint)
    else:
        own = {each.rstrip(".").lower() for each in answer["DelegationSet"]["NameServers"]}
        yield _delegated(subject, name, own, name_servers(name))


def _delegated(subject: str, name: str, own: set[str], answered: set[str]) -> Finding:
    if answered and answered <= own:
        return ok(subject, f"the zone {name} is delegated to Route 53")
    what = f"is delegated to {', '.join(sorted(answered))}" if answered else "is not delegated"
    text = f"the zone {name} {what}, and not to its own name servers"
    return wrong(subject, text, DELEGATE + ", ".join(sorted(own)))


def name_servers(name: str) -> set[str]:
    """Ask DNS for the name servers of a zone; none if nobody answers for the zone.

    Raises Failed if DNS cannot be reached.
    """
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(f"{name}.", "NS", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.NoNameservers):
        return set()
    except dns.exception.DNSException as error:
        hint = "check this machine's network and name servers"
        raise Failed(f"DNS does not answer for {name}: {error}", hint=hint) from error
    return {str(each.target).rstrip(".").lower() for each in answer}
