"""The worker: an example of what runs beside the web server."""

import signal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.config import database_url
from webapp.models import Entry, connect

PAUSE_SECONDS = 60


def main() -> None:
    """Log how many have signed, once a minute, until SIGTERM."""
    # Blocked, it waits for the end of what has been begun.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    engine = connect(database_url())
    while True:
        with Session(engine) as session:
            print(f"{session.scalar(select(func.count(Entry.id)))} have signed", flush=True)
        if signal.sigtimedwait({signal.SIGTERM}, PAUSE_SECONDS):
            return


if __name__ == "__main__":
    main()
