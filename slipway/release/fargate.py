"""Which sizes of a template's tasks Fargate does not have."""

from collections.abc import Iterator, Mapping

from slipway.aws.template_values import Body
from slipway.fargate_sizes import SIZES, units


def problems(template: Body, values: Mapping[str, str]) -> Iterator[str]:
    """List each pair of CPU and memory in a template's task definitions that Fargate lacks.

    `values` has the parameters' texts by name. What CloudFormation alone can decide, as by
    Fn::If, is left to it.
    """
    pairs: dict[tuple[str, str], None] = {}
    for each in template.get("Resources", {}).values():
        properties = each.get("Properties", {})
        if each.get("Type") == "AWS::ECS::TaskDefinition" and _is_fargate(properties):
            cpu, memory = (_resolved(properties.get(name), values) for name in ("Cpu", "Memory"))
            if cpu and memory:
                pairs[cpu, memory] = None
    for cpu, memory in pairs:
        yield from _problem(cpu, memory)


def _is_fargate(properties: Body) -> bool:
    return "FARGATE" in properties.get("RequiresCompatibilities", [])


def _resolved(value: object, values: Mapping[str, str]) -> str:
    """Read a text, a number or a reference to a parameter; "" for anything else."""
    if isinstance(value, dict):
        return values.get(str(value.get("Ref", "")), "")
    return "" if value is None else str(value)


def _problem(cpu: str, memory: str) -> Iterator[str]:
    size = units(cpu)
    if size is None or (size not in SIZES and size < max(SIZES)):
        yield f"Fargate has no tasks of {cpu} CPU units; it has {', '.join(map(str, SIZES))}"
    # A size beyond this table is newer than it.
    elif size in SIZES and units(memory) not in SIZES[size]:
        first, last = SIZES[size][:2], SIZES[size][-1]
        allowed = f"{', '.join(map(str, first))} ... {last}"
        yield f"Fargate has no tasks of {cpu} CPU units and {memory} MiB; it has {allowed}"
