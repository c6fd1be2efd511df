"""ECS task definitions: families of revisions."""

from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from tests.story import wire
from tests.story.clock import Clock
from tests.story.identities import arn
from tests.story.refusals import Refusal

TAKEN_FOR_REQUESTS_ONLY = {"tags"}


class TaskDefinitions:
    """Task definitions by ARN, as DescribeTaskDefinition returns them."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.by_arn: dict[str, dict[str, Any]] = {}

    def register(self, properties: dict[str, Any]) -> str:
        """Keep the next revision of a family, and return its ARN."""
        family = properties["family"]
        number = 1 + sum(each["family"] == family for each in self.by_arn.values())
        key = arn("ecs", f"task-definition/{family}:{number}")
        own = {"taskDefinitionArn": key, "revision": number, "status": "ACTIVE"}
        added = {"registeredAt": self.clock.date(), "requiresAttributes": [], "compatibilities": []}
        taken = {
            name: value for name, value in properties.items() if name not in TAKEN_FOR_REQUESTS_ONLY
        }
        self.by_arn[key] = {**taken, **own, **added}
        return key

    def register_template(self, properties: dict[str, Any]) -> str:
        """Keep what a template declares, whose names begin with capitals."""
        shape = wire.model("ecs").shape_for("RegisterTaskDefinitionRequest")
        return self.register(_as_api(shape, properties))

    def find(self, name: str) -> dict[str, Any]:
        """Return a definition by ARN, FAMILY:REVISION, or FAMILY for the newest active one."""
        if name in self.by_arn:
            return self.by_arn[name]
        for each in reversed(self.by_arn.values()):
            number = f"{each['family']}:{each['revision']}"
            if name == number or (name == each["family"] and each["status"] == "ACTIVE"):
                return each
        raise Refusal("ClientException", "Unable to describe task definition.")

    def describe_task_definition(self, request: dict[str, Any]) -> dict[str, Any]:
        """Describe one revision."""
        return {"taskDefinition": self.find(request["taskDefinition"])}

    def register_task_definition(self, request: dict[str, Any]) -> dict[str, Any]:
        """Register the next revision of a family."""
        return {"taskDefinition": self.by_arn[self.register(request)]}

    def deregister_task_definition(self, request: dict[str, Any]) -> dict[str, Any]:
        """Make a revision inactive: nothing new is started from it, and what runs goes on."""
        definition = self.find(request["taskDefinition"])
        definition["status"] = "INACTIVE"
        return {"taskDefinition": definition}

    def list_task_definitions(self, request: dict[str, Any]) -> dict[str, Any]:
        """List the ARNs of a family's revisions, active ones when no status is named."""
        status, family = request.get("status", "ACTIVE"), request.get("familyPrefix")
        arns = [
            key
            for key, each in self.by_arn.items()
            if each["status"] == status and family in {None, each["family"]}
        ]
        return {"taskDefinitionArns": arns[:: -1 if request.get("sort") == "DESC" else 1]}


def _as_api(shape: Shape, value: Any) -> Any:
    """Give a template's value the names and types of the API."""
    if isinstance(shape, StructureShape):
        names = {name.lower(): name for name in shape.members}
        pairs = ((names[name.lower()], each) for name, each in value.items())
        return {name: _as_api(shape.members[name], each) for name, each in pairs}
    if isinstance(shape, ListShape):
        return [_as_api(shape.member, each) for each in value]
    if shape.type_name == "integer":
        return int(value)
    if shape.type_name == "boolean":
        return value in {True, "true"}
    return value if shape.type_name == "map" else str(value)
