"""A template of a user's own: the product's, with one more variable in each container."""

from typing import Any

from stack.options import Options
from stack.services import application


def template(options: Options) -> dict[str, Any]:
    """Return the application stack of a commit that brings the variable NEEDED."""
    body: dict[str, Any] = application.template(options).to_dict()
    for resource in body["Resources"].values():
        if resource["Type"] == "AWS::ECS::TaskDefinition":
            for container in resource["Properties"]["ContainerDefinitions"]:
                container["Environment"].append({"Name": "NEEDED", "Value": "1"})
    return body
