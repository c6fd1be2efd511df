"""Names that a template uses: each is there, and none changes with every deploy."""

from collections.abc import Iterator

from slipway.templates.checks.body import NAMING, Body, references, walk

REVISION = "WebAppRevision"


def dangling(body: Body) -> Iterator[str]:
    """Find who names what is not there, or is of another kind: a condition is no resource."""
    for section in ("Resources", "Conditions", "Outputs"):
        for title, each in body.get(section, {}).items():
            # Once for each name, in the order of the template.
            for how, name in dict.fromkeys(references(each)):
                known = {one for part in NAMING[how] for one in body.get(part, {})}
                if name not in known and not name.startswith("AWS::"):
                    yield f"{title} refers to {name}, which does not exist"


def tags(body: Body) -> Iterator[str]:
    """Find a tag that has the revision: CloudFormation would touch its resource each time."""
    for title, each in body.get("Resources", {}).items():
        nodes = [node for node in walk(each.get("Properties", {})) if isinstance(node, dict)]
        tags = [node[key] for node in nodes for key in node if key.endswith("Tags")]
        if ("Ref", REVISION) in references(tags):
            yield f"{title} has the revision in its tags, so each deploy changes it"
