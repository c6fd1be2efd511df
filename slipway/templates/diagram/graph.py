"""What is drawn: files, the resources that each adds, and who refers to whom."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from troposphere import Template

Reference = tuple[str, str]


@dataclass(frozen=True)
class Resource:
    """A resource; `condition` is empty where it exists in any case."""

    title: str
    kind: str
    condition: str


@dataclass(frozen=True)
class Room:
    """A file, and the resources that it adds."""

    path: str
    resources: tuple[Resource, ...]


@dataclass(frozen=True)
class Graph:
    """A stack; a reference goes from the title that has it to the title that it names."""

    name: str
    description: str
    rooms: tuple[Room, ...]
    references: tuple[Reference, ...]

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All resources, file by file."""
        return tuple(each for room in self.rooms for each in room.resources)

    @property
    def heading(self) -> str:
        """The environment and the numbers, as a title of the drawing."""
        files = f"{_count(self.resources, 'resource')} in {_count(self.rooms, 'file')}"
        return f"{self.name}: {files}" if self.name else files

    def between(self) -> dict[Reference, list[Reference]]:
        """Gather references by the two files that they join, with those within one file."""
        home = {each.title: room.path for room in self.rooms for each in room.resources}
        found: dict[Reference, list[Reference]] = {}
        for source, target in self.references:
            found.setdefault((home[source], home[target]), []).append((source, target))
        return found


def build(name: str, template: Template, files: Mapping[str, str]) -> Graph:
    """Read a template, of which `files` names each resource's file."""
    bodies = template.to_dict().get("Resources", {})
    resources = {
        title: Resource(title, bodies[title]["Type"], bodies[title].get("Condition", ""))
        for title in files
    }
    rooms = tuple(
        Room(path, tuple(resources[title] for title in files if files[title] == path))
        for path in dict.fromkeys(files.values())
    )
    named = {title: set(_named(bodies[title])) for title in files}
    references = tuple(
        (source, target)
        for source in files
        for target in files
        if target != source and target in named[source]
    )
    return Graph(name, template.description or "", rooms, references)


def short(resource: Resource) -> str:
    """Name a resource's type without what is the same for all."""
    return resource.kind.removeprefix("AWS::")


def _named(body: Mapping[str, Any]) -> Iterator[str]:
    """List what a resource names; only its own DependsOn is one, a container has another."""
    depends = body.get("DependsOn", [])
    yield from [depends] if isinstance(depends, str) else depends
    yield from _inside(body)


def _inside(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _inside(each)
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _called(key, value)
            yield from _inside(value)


def _called(key: str, value: Any) -> Iterator[str]:
    """List what one function of CloudFormation names."""
    if key == "Ref" and isinstance(value, str):
        yield value
    if key == "Fn::GetAtt":
        yield str(value if isinstance(value, str) else value[0]).partition(".")[0]
    if key == "Fn::Sub":
        text, own = (value, {}) if isinstance(value, str) else value
        names = re.findall(r"\$\{([^!}.]+)[^}]*\}", text)
        yield from (each for each in names if each not in own)


def _count(things: tuple[object, ...], name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"
