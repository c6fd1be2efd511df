"""An update in two steps, so that a migration runs with what its own commit brings.

The first step brings everything of the new template but what serves, which stays as it is
deployed; then the migration runs from the new definition; the second step brings the rest.
Pure decisions on two templates, each as its JSON holds it, and their parameters by name.
"""

from collections.abc import Mapping
from typing import Any

from slipway.aws.template_values import HIDDEN
from slipway.templates import held
from slipway.templates.checks.body import references

Body = dict[str, Any]
Values = Mapping[str, str]
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


def first_step(
    new: Body, deployed: Body, values: Values, carried: Values
) -> tuple[Body, set[str]] | None:
    """Return the template to apply before the migration; None if the deployed one will do.

    `values` are the parameters of the new template, `carried` those of the stack. With the
    template come the names of those that take their new value already; all others keep theirs.
    Nothing is taken away in this step: what runs may still use it.
    """
    taken = taken_parameters(new, values, carried)
    if not taken and migration_inputs(deployed) == migration_inputs(new):
        return None
    sections = held.sections(new, deployed, taken)
    pins = held.Pins({name: carried[name] for name in taken}, sections.renamed)
    before = {title: held.pinned(each, pins) for title, each in deployed["Resources"].items()}
    parameters = sections.bodies["Parameters"]
    resources = _without_dangling(_held(before, new), before, parameters)
    known = {*resources, *parameters}
    outputs = _outputs(new, held.pinned(deployed.get("Outputs", {}), pins), resources, before)
    body = {
        **new,
        **{name: section for name, section in sections.bodies.items() if section},
        "Resources": resources,
        "Outputs": {name: each for name, each in outputs.items() if _named(each) <= known},
    }
    return body, taken


def taken_parameters(new: Body, values: Values, carried: Values) -> set[str]:
    """List the parameters that reach a migration's environment and whose value changes.

    Not one that CloudFormation hides: what serves could not be held at a value that is unknown.
    """
    reached = {name for each in _environments(new).values() for name in _named(each)}
    known = {name for name in reached if carried.get(name, HIDDEN) != HIDDEN}
    return {name for name in known if values.get(name) != carried[name]}


def same_environment(new: Body, deployed: Body, values: Values, carried: Values) -> bool:
    """Whether a migration has the same variables and secrets as it had when it last ran."""
    if taken_parameters(new, values, carried):
        return False
    return list(_environments(new).values()) == list(_environments(deployed).values())


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


def _environments(body: Body) -> dict[str, list[Any]]:
    """Find the variables and secrets of each container of the migration, by its name."""
    return {
        str(container.get("Name")): [container.get("Environment"), container.get("Secrets")]
        for title in sorted(_migrations(body))
        for container in body["Resources"][title]["Properties"].get("ContainerDefinitions", [])
    }


def _outputs(new: Body, before: Body, resources: Body, deployed: Body) -> Body:
    """Join the outputs of both: of what is as it is deployed, the output is as well."""
    kept = {title for title, each in resources.items() if each == deployed.get(title)}
    brought = {
        name: each
        for name, each in new.get("Outputs", {}).items()
        if name not in before or not _named(each) & kept
    }
    return {**before, **brought}


def _held(before: Body, new: Body) -> Body:
    """Join the resources of both, with what serves as it is deployed, and no new one of that."""
    migrations, joined = _migrations(new), dict(before)
    for title, each in new["Resources"].items():
        if title in migrations or not each["Type"].startswith(SERVING):
            joined[title] = held.with_permissions(each, before.get(title, {}))
    return joined


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
