"""The health page shows whose the server is, and proves it."""

import asyncio
import json
from typing import Any

import pytest

from slipway.emulator import health
from slipway.local_key import AccessKey

KEY = AccessKey("LOCALKEY", "the account's secret")


def test_the_page_has_a_proof_for_each_challenge(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that somebody listened to is of no use for the next; the secret is not shown."""
    monkeypatch.setenv("MINISTACK_EDITION", "slipway 0123456789ab")

    first, second = (ask(challenge) for challenge in ("1", "2"))

    assert first == {"edition": "slipway 0123456789ab", "proof": KEY.proof("1")}
    assert second["proof"] == KEY.proof("2") != first["proof"]
    assert AccessKey("LOCALKEY", "another").proof("1") != first["proof"]
    assert KEY.secret not in json.dumps(first)


def ask(challenge: str) -> dict[str, Any]:
    """Ask for the page, and return what is on it."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    asyncio.run(health.page(KEY)({"query_string": challenge.encode()}, receive, send))
    return dict(json.loads(sent[1]["body"]))
