"""The local account's server without its guard, to show that the guard is what refuses.

It shows whose it is, because otherwise nobody would believe that the account is up.
"""

from ministack import app

from slipway.emulator import health as health_page
from slipway.emulator import server
from slipway.emulator.guard import HEALTH, Receive, Scope
from slipway.emulator.refusal import Send
from slipway.local_key import AccessKey


def leave_open(key: AccessKey) -> None:
    """Let everybody in."""
    api, health = app.app, health_page.page(key)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        is_health = scope["type"] == "http" and scope["path"] == HEALTH
        await (health if is_health else api)(scope, receive, send)

    app.app = serve


if __name__ == "__main__":
    server.close = leave_open
    server.main()
