"""The local account's server beside a stand-in of MiniStack, which is not installed here.

Whether the real one has the names that the server's parts reach into is asked at each start of
the server.
"""

import contextlib
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PARTS = tuple(
    path.stem for path in (Path(__file__).parents[2] / "slipway" / "emulator").glob("[!_]*.py")
)
# They need no MiniStack, so there is one of each.
PURE = {
    "claim",
    "definition",
    "guard",
    "health",
    "refusal",
    "signature",
}
MODULES = (
    "ministack",
    "ministack.app",
    "ministack.core",
    "ministack.core.concurrency",
    "ministack.core.iam_evaluator",
    "ministack.core.responses",
    "ministack.services",
    "ministack.services.alb",
    "ministack.services.cloudformation",
    "ministack.services.cloudformation.changesets",
    "ministack.services.cloudformation.handlers",
    "ministack.services.cloudformation.helpers",
    "ministack.services.cloudformation.provisioners",
    "ministack.services.cloudformation.stacks",
    "ministack.services.ecr",
    "ministack.services.ecs",
    "ministack.services.ssm",
    "docker",
    "docker.errors",
    "docker.models",
    "docker.models.containers",
    "docker.models.images",
    "docker.types",
)


@pytest.fixture
def ministack(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Modules of MiniStack's names, with nothing in them; the last part of the name is the key."""
    made: dict[str, Any] = {}
    for name in MODULES:
        parent, _, own = name.rpartition(".")
        made[own] = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, made[own])
        if parent:
            setattr(sys.modules[parent], own, made[own])
    made["concurrency"].spawn_background = lambda work, *given: work(*given)
    made["responses"].request_scope = lambda *_: contextlib.nullcontext()
    made["containers"].ContainerCollection = type("ContainerCollection", (), {})
    for error in ("DockerException", "ImageNotFound", "NotFound"):
        setattr(made["errors"], error, type(error, (Exception,), {}))
    made["types"].Mount = lambda target, source, **options: (target, source, options)
    for name in ("get_account_id", "get_region"):
        setattr(made["responses"], name, str)
    made["images"].ImageCollection = type("ImageCollection", (), {})
    return made


class Parts(dict[str, Any]):
    """The server's modules by name, each loaded when it is asked for first."""

    def __missing__(self, part: str) -> Any:
        self[part] = importlib.import_module(f"slipway.emulator.{part}")
        return self[part]


@pytest.fixture
def parts(ministack: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The server's modules, loaded beside that stand-in."""
    assert ministack
    yield Parts()
    for part in set(PARTS) - PURE:
        sys.modules.pop(f"slipway.emulator.{part}", None)
