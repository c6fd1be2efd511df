"""Names that a template uses: each is there, and none changes with every deploy."""

from collections.abc import Iterator

from stack.checks.body import Body, references, walk


def dangling(body: Body) -> Iterator[str]:
    """Find who names what is not there."""
    known = {
        name for part in ("Resources", "Parameters", "Conditions") for name in body.get(part, {})
    }
    for title, name in references(body):
        if name not in known and not name.startswith("AWS::"):
            yield f"{title} names {name}, which is not there"


def tags(body: Body) -> Iterator[str]:
    """Find a tag that has the revision: CloudFormation would touch its resource each time."""
    for title, each in body["Resources"].items():
        if {"Ref": "WebAppRevision"} in walk(each.get("Properties", {}).get("Tags", [])):
            yield f"{title} has the revision in its tags, so each deploy changes it"
