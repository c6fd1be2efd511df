"""The sizes that a task has on Fargate: for each CPU its own range of memory.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

import re

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


def units(size: object) -> int | None:
    """Return CPU units or MiB of a size as ECS takes it: 512, ".5 vCPU", "2 GB"; None otherwise."""
    match = re.fullmatch(r"(\d*\.?\d+)\s*(vcpu|gb)?", str(size).strip(), re.IGNORECASE)
    if not match:
        return None
    exact = float(match[1]) * (GIB if match[2] else 1)
    return int(exact) if exact.is_integer() else None
