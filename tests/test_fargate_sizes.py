"""The sizes of tasks, as ECS takes them."""

import pytest

from slipway import fargate_sizes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("512", 512),
        (512, 512),
        ("0.5 vCPU", 512),
        (".25vcpu", 256),
        ("2 GB", 2048),
        *((text, None) for text in ("512 MB", "", "-1", "1.5", "two", None)),
    ],
)
def test_a_size_is_read_as_ecs_takes_it(text: object, size: int | None) -> None:
    """In units, or with a unit's name."""
    assert fargate_sizes.units(text) == size


def test_every_cpu_has_its_memory() -> None:
    """From half a GiB for a quarter of a core to 120 GiB for sixteen."""
    assert fargate_sizes.SIZES[256][0] == 512
    assert fargate_sizes.SIZES[16384][-1] == 120 * fargate_sizes.GIB
