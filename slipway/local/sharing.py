"""Which checkout used a local account last: its stack and database are shared by all."""

import os
from collections.abc import Callable
from pathlib import Path


def note(kept: Path, checkout: Path, say: Callable[[str], None], port: int) -> None:
    """Write into the file `kept` that `checkout` uses the account; say that another one did.

    A checkout that is gone is not mentioned.
    """
    # A path may hold bytes that are no UTF-8.
    last = os.fsdecode(kept.read_bytes()).strip() if kept.exists() else ""
    if last == str(checkout):
        return
    kept.write_bytes(os.fsencode(f"{checkout}\n"))
    if last and Path(last).is_dir():
        say(
            f"the local AWS account of port {port} was last used from {last}:"
            " its stack and database are shared; for an account of its own, set another LOCAL_PORT"
        )
