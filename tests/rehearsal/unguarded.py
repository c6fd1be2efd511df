"""The local account's server without its guard, to show that the guard is what refuses.

It shows whose it is, because otherwise nobody would believe that the account is up.
"""

from ministack import app

from pipeline.local import server, server_health
from pipeline.local.server_guard import HEALTH, Receive, Scope
from pipeline.local.server_refusal import Send
from pipeline.local_key import AccessKey


def leave_open(key: AccessKey) -> None:
    """Let everybody in."""
    api, health = app.app, server_health.page(key)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_health = scope["type"] == "http" and scope["path"] == HEALTH
        await (health if is_health else api)(scope, receive, send)

    app.app = serve


if __name__ == "__main__":
    server.close = leave_open
    server.main()
