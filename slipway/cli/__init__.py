"""What a task does: it composes the rooms. Each module is loaded when a task uses it first."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from slipway.cli import (
        bootstrap,
        deploy,
        doctor,
        image,
        local,
        migrate,
        recover,
        restart,
        secrets,
        sessions,
        shell,
        show,
        stack,
    )

    __all__ = [
        "bootstrap",
        "deploy",
        "doctor",
        "image",
        "local",
        "migrate",
        "recover",
        "restart",
        "secrets",
        "sessions",
        "shell",
        "show",
        "stack",
    ]
else:

    def __getattr__(name: str) -> "ModuleType":
        """Load a module of this package: `invoke --list` needs none of them."""
        try:
            return importlib.import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"{__name__}.{name}":
                raise
            raise AttributeError(f"slipway.cli has no module {name}") from None
