"""AWS's schemas of resource types, which the pinned cfn-lint carries.

https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from functools import cache
from typing import Any

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

REGION = "us-east-1"


@cache
def of(kind: str) -> dict[str, Any]:
    """Return the schema of a type such as "AWS::ECS::Service"."""
    return dict(PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema)
