"""The load balancer, and the target groups that the service's tasks join."""

from dataclasses import dataclass

from troposphere import GetAtt, Join, Output, Ref, Template
from troposphere import elasticloadbalancingv2 as elb

from stack import access_logs, domain, target_groups
from stack.access_logs import add_access_logs
from stack.checkov_skips import accept
from stack.domain import Certificate
from stack.network import Network
from stack.options import Options
from stack.security_groups import Groups
from stack.target_groups import add_target_groups

# TLS 1.3 and 1.2 with forward secrecy, and post-quantum keys for who can; AWS's recommendation:
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


@dataclass(frozen=True)
class LoadBalancer:
    """What a service needs to be reached.

    `production` is the listener or the rule that sends what comes to the target groups.
    """

    balancer: elb.LoadBalancer
    target_groups: list[elb.TargetGroup]
    production: elb.Listener | elb.ListenerRule


def add_load_balancer(
    template: Template,
    options: Options,
    network: Network,
    groups: Groups,
    certificate: Certificate | None,
) -> LoadBalancer:
    """Add a public load balancer: HTTPS with a certificate, and HTTP alone without one."""
    logs = add_access_logs(template) if options.access_logs else None
    balancer = template.add_resource(
        elb.LoadBalancer(
            "LoadBalancer",
            DependsOn=[network.internet.title, *([logs.policy.title] if logs else [])],
            Scheme="internet-facing",
            Subnets=[Ref(each) for each in network.public],
            SecurityGroups=[Ref(groups.balancer)],
            LoadBalancerAttributes=_attributes(logs),
        )
    )
    if logs is None:
        accept(balancer, CKV_AWS_91="STACK_ACCESS_LOGS=no switches them off")
    targets = add_target_groups(template, options, network)
    listener = _listeners(template, balancer, targets[0], certificate)
    _outputs(template, balancer, certificate)
    if target_groups.switches(options):
        return LoadBalancer(balancer, targets, target_groups.add_rule(template, listener, targets))
    return LoadBalancer(balancer, targets, listener)


def _attributes(logs: access_logs.AccessLogs | None) -> list[elb.LoadBalancerAttributes]:
    """Drop headers that no browser sends, and keep the logs.

    There is no deletion protection: the stack that made it must be able to take it back,
    and nothing is kept in a load balancer.
    """
    values: dict[str, str | Ref] = {
        "routing.http.drop_invalid_header_fields.enabled": "true",
        # Said in either case: an attribute that a template no longer has stays as it was.
        "access_logs.s3.enabled": "true" if logs else "false",
    }
    if logs:
        values["access_logs.s3.bucket"] = Ref(logs.bucket)
    return [elb.LoadBalancerAttributes(Key=key, Value=value) for key, value in values.items()]


def _listeners(
    template: Template,
    balancer: elb.LoadBalancer,
    targets: elb.TargetGroup,
    certificate: Certificate | None,
) -> elb.Listener:
    """Add the listener of the service, and with HTTPS one that sends HTTP there."""
    forward = elb.Action(Type="forward", TargetGroupArn=Ref(targets))
    if certificate is None:
        plain = _listener(template, "HttpListener", balancer, 80, forward)
        why = "without STACK_DOMAIN there is no certificate"
        return accept(plain, CKV_AWS_2=why, CKV_AWS_103=why)
    there = elb.RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    away = elb.Action(Type="redirect", RedirectConfig=there)
    redirects = _listener(template, "HttpListener", balancer, 80, away)
    accept(redirects, CKV_AWS_2="it sends to HTTPS", CKV_AWS_103="it sends to HTTPS")
    secure = _listener(template, "HttpsListener", balancer, 443, forward)
    secure.Certificates = [elb.Certificate(CertificateArn=Ref(certificate.certificate))]
    secure.SslPolicy = TLS_POLICY
    # In a running environment HTTP is served until HTTPS is, by its name.
    redirects.DependsOn = [secure.title, domain.RECORD]
    return secure


def _listener(
    template: Template, title: str, balancer: elb.LoadBalancer, port: int, action: elb.Action
) -> elb.Listener:
    return template.add_resource(
        elb.Listener(
            title,
            LoadBalancerArn=Ref(balancer),
            Port=port,
            Protocol={80: "HTTP", 443: "HTTPS"}[port],
            DefaultActions=[action],
        )
    )


def _outputs(
    template: Template, balancer: elb.LoadBalancer, certificate: Certificate | None
) -> None:
    name = GetAtt(balancer, "DNSName")
    url = f"https://{certificate.domain}/" if certificate else Join("", ["http://", name, "/"])
    for title, description, value in (
        ("LoadBalancerDNSName", "The load balancer", name),
        ("WebURL", "Where the service answers", url),
    ):
        template.add_output(Output(title, Description=description, Value=value))
