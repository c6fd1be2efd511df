"""The sizes of a task that Fargate has: for each CPU its own range of memory.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

GIB = 1024
# CPU units -> memory in MiB.
SIZES: dict[int, tuple[int, ...]] = {
    256: (512, GIB, 2 * GIB),
    512: tuple(range(GIB, 4 * GIB + 1, GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
}


def problems(template: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
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


def _is_fargate(properties: Mapping[str, Any]) -> bool:
    return "FARGATE" in properties.get("RequiresCompatibilities", [])


def _resolved(value: object, values: Mapping[str, str]) -> str:
    """Read a text, a number or a reference to a parameter; "" for anything else."""
    if isinstance(value, dict):
        return values.get(str(value.get("Ref", "")), "")
    return "" if value is None else str(value)


def units(text: str, unit: str) -> int | None:
    """Read a size as ECS takes it: 512, or with its unit .5 vCPU and 2 GB; None for neither."""
    if found := re.fullmatch(rf"(\d*\.?\d+)\s*({unit})?", text.strip(), re.IGNORECASE):
        size = float(found[1]) * (1024 if found[2] else 1)
        return int(size) if size.is_integer() else None
    return None


def _problem(cpu: str, memory: str) -> Iterator[str]:
    size = units(cpu, "vCPU")
    if size is None or (size not in SIZES and size < max(SIZES)):
        yield f"Fargate has no tasks of {cpu} CPU units; it has {', '.join(map(str, SIZES))}"
    # A size beyond this table is newer than it.
    elif size in SIZES and units(memory, "GB") not in SIZES[size]:
        first, last = SIZES[size][:2], SIZES[size][-1]
        allowed = f"{', '.join(map(str, first))} ... {last}"
        yield f"Fargate has no tasks of {cpu} CPU units and {memory} MiB; it has {allowed}"
