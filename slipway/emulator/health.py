"""Part of the local account's server: its health page, which says that it runs and whose it is.

It takes the place of MiniStack's. To a challenge it answers with a proof that it knows the
account's key: another program that listens on the port cannot pass for it.
"""

import json
import os

from slipway.emulator.guard import Receive, Scope, Serve
from slipway.emulator.refusal import Send
from slipway.local_key import AccessKey


def page(key: AccessKey) -> Serve:
    """Return the ASGI application of the health page; the query is the challenge."""

    async def serve(scope: Scope, _receive: Receive, send: Send) -> None:
        challenge = scope["query_string"].decode("latin-1")
        answer = {"edition": os.environ["MINISTACK_EDITION"], "proof": key.proof(challenge)}
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return serve
