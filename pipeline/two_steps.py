"""An update in two steps, so that a migration runs with what its own commit brings.

The first step brings everything of the new template but what serves, which stays as it is
deployed; then the migration runs from the new definition; the second step brings the rest.
A pure decision on two templates, each as its JSON holds it.
"""

from typing import Any

from stack.checks.body import references

Body = dict[str, Any]
MIGRATION_OUTPUT = "MigrateTaskDefinition"
# What answers requests, does the work, or decides where requests go.
SERVING = (
    "AWS::ECS::Service",
    "AWS::ECS::TaskDefinition",
    "AWS::ECS::TaskSet",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::Events::Rule",
    "AWS::Scheduler::",
)
# What gives a role or a secret more from its own side, without being referred to.
ATTACHED = (
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::SecretsManager::ResourcePolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
)


def first_step(new: Body, deployed: Body) -> Body | None:
    """Return the template to apply before the migration; None if the deployed one will do.

    Nothing is removed in this step: what runs may still use it.
    """
    if migration_inputs(deployed) == migration_inputs(new):
        return None
    sections = {
        name: _both(deployed, new, name) for name in ("Parameters", "Mappings", "Conditions")
    }
    resources = _without_dangling(
        _held(deployed, new), deployed["Resources"], sections["Parameters"]
    )
    known = {*resources, *sections["Parameters"]}
    outputs = _both(deployed, new, "Outputs")
    return {
        **new,
        **{name: section for name, section in sections.items() if section},
        "Resources": resources,
        "Outputs": {name: each for name, each in outputs.items() if _named(each) <= known},
    }


def migration_inputs(body: Body) -> Body:
    """Collect what a migration runs with: its definition, all it refers to, attached policies."""
    resources = body.get("Resources", {})
    titles = _closure(resources, _migrations(body))
    attached = {
        title: each
        for title, each in resources.items()
        if each.get("Type") in ATTACHED and _named(each) & titles
    }
    return {**{title: resources[title] for title in titles}, **attached}


def _both(deployed: Body, new: Body, section: str) -> Body:
    """Join a section of both templates: what is held may refer to what the new one lacks."""
    return {**deployed.get(section, {}), **new.get(section, {})}


def _held(deployed: Body, new: Body) -> Body:
    """Join the resources of both, with what serves as it is deployed, and no new one of that."""
    migrations = _migrations(new)
    brought = {
        title: each
        for title, each in new["Resources"].items()
        if title in migrations or not each["Type"].startswith(SERVING)
    }
    return {**deployed["Resources"], **brought}


def _without_dangling(resources: Body, deployed: Body, parameters: Body) -> Body:
    """Hold back what refers to something that only the second step makes."""
    while True:
        known = {*resources, *parameters}
        dangling = [title for title, each in resources.items() if not _named(each) <= known]
        if not dangling:
            return resources
        kept = {title: each for title, each in resources.items() if title not in dangling}
        resources = {**kept, **{title: deployed[title] for title in dangling if title in deployed}}


def _migrations(body: Body) -> set[str]:
    """Find the task definition of the migration, by the output that names it."""
    output = body.get("Outputs", {}).get(MIGRATION_OUTPUT, {})
    return _named(output) & set(body.get("Resources", {}))


def _closure(resources: Body, titles: set[str]) -> set[str]:
    """Add all that these resources refer to, and so on."""
    while True:
        further = {name for title in titles for name in _named(resources[title])} & set(resources)
        if further <= titles:
            return titles
        titles = titles | further


def _named(node: object) -> set[str]:
    """List the resources and parameters that a part of a template refers to."""
    names = {name for how, name in references(node) if how in {"Ref", "Fn::GetAtt", "DependsOn"}}
    return {name for name in names if not name.startswith("AWS::")}
