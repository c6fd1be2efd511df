"""The name that is served: its certificate, and its record."""

from dataclasses import dataclass

from troposphere import GetAtt, Template, certificatemanager, route53
from troposphere import elasticloadbalancingv2 as elb
from troposphere.validators.route53 import AliasTarget

from stack.options import Options

RECORD = "DomainRecord"


@dataclass(frozen=True)
class Certificate:
    """A certificate, and the name that it is for."""

    certificate: certificatemanager.Certificate
    domain: str
    zone: str


def add_certificate(template: Template, options: Options) -> Certificate | None:
    """Add a certificate that a record in the zone proves; it is renewed as long as that is there.

    The first deploy waits for the proof: some minutes.
    """
    if not (options.domain and options.hosted_zone_id):
        return None
    proof = certificatemanager.DomainValidationOption(
        DomainName=options.domain, HostedZoneId=options.hosted_zone_id
    )
    made = template.add_resource(
        certificatemanager.Certificate(
            "Certificate",
            DomainName=options.domain,
            ValidationMethod="DNS",
            DomainValidationOptions=[proof],
        )
    )
    return Certificate(made, options.domain, options.hosted_zone_id)


def add_record(
    template: Template, certificate: Certificate, balancer: elb.LoadBalancer
) -> route53.RecordSetType:
    """Point the name to the load balancer."""
    target = AliasTarget(  # type: ignore[no-untyped-call]
        DNSName=GetAtt(balancer, "DNSName"),
        HostedZoneId=GetAtt(balancer, "CanonicalHostedZoneID"),
        EvaluateTargetHealth=False,
    )
    return template.add_resource(
        route53.RecordSetType(
            RECORD,
            HostedZoneId=certificate.zone,
            Name=certificate.domain,
            Type="A",
            AliasTarget=target,
        )
    )
