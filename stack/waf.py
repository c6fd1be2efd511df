"""The web application firewall in front of the load balancer."""

from troposphere import GetAtt, Ref, Sub, Template, wafv2

from stack.load_balancer import LoadBalancer

# An address that asks more often in five minutes, WAF's own window, is no person; an office
# behind one address, a page and its parts for each of fifty people, still passes.
MOST_REQUESTS = 2000
# AWS's rules without a price of their own, the cheapest to decide first:
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
MANAGED = (
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesCommonRuleSet",
)
# Its limit of 8 KB would refuse uploads. What is larger is counted, and the others of its rules
# look at the first 8 KB, which is all that a load balancer hands over:
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
COUNTED = {"AWSManagedRulesCommonRuleSet": ["SizeRestrictions_BODY"]}


def add_firewall(template: Template, balancer: LoadBalancer) -> None:
    """Add the firewall: what no rule blocks passes.

    WAF refuses a load balancer that is still new, so it waits for the listener.
    https://docs.aws.amazon.com/waf/latest/APIReference/API_AssociateWebACL.html
    """
    rules = [_limit(), *(_managed(name, place) for place, name in enumerate(MANAGED, start=1))]
    firewall = template.add_resource(
        wafv2.WebACL(
            "Firewall",
            Scope="REGIONAL",
            DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
            Rules=rules,
            VisibilityConfig=_visible("Firewall"),
        )
    )
    template.add_resource(
        wafv2.WebACLAssociation(
            "FirewallAssociation",
            DependsOn=balancer.production.title,
            ResourceArn=Ref(balancer.balancer),
            WebACLArn=GetAtt(firewall, "Arn"),
        )
    )


def _limit() -> wafv2.WebACLRule:
    """Block an address for as long as it asks too often."""
    statement = wafv2.RateBasedStatement(AggregateKeyType="IP", Limit=MOST_REQUESTS)
    return wafv2.WebACLRule(
        Name="Limit",
        Priority=0,
        Action=wafv2.RuleAction(Block=wafv2.BlockAction()),
        Statement=wafv2.Statement(RateBasedStatement=statement),
        VisibilityConfig=_visible("Limit"),
    )


def _managed(name: str, place: int) -> wafv2.WebACLRule:
    count = wafv2.RuleAction(Count=wafv2.CountAction())
    group = wafv2.ManagedRuleGroupStatement(
        Name=name,
        VendorName="AWS",
        RuleActionOverrides=[
            wafv2.RuleActionOverride(Name=rule, ActionToUse=count) for rule in COUNTED.get(name, [])
        ],
    )
    return wafv2.WebACLRule(
        Name=name,
        Priority=place,
        OverrideAction=wafv2.OverrideAction.from_dict("Rule", {"None": {}}),
        Statement=wafv2.Statement(ManagedRuleGroupStatement=group),
        VisibilityConfig=_visible(name),
    )


def _visible(name: str) -> wafv2.VisibilityConfig:
    return wafv2.VisibilityConfig(
        CloudWatchMetricsEnabled=True,
        MetricName=Sub(f"${{AWS::StackName}}-{name}"),
        SampledRequestsEnabled=True,
    )
