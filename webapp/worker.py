"""The worker: an example of what runs beside the web server."""

import signal
from threading import Event

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.config import database_url
from webapp.models import Entry, connect

PAUSE_SECONDS = 60


def main() -> None:
    """Tell the log how many have signed, once a minute, until SIGTERM."""
    stop, engine = Event(), connect(database_url())
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    while not stop.is_set():
        with Session(engine) as session:
            print(f"{session.scalar(select(func.count(Entry.id)))} have signed", flush=True)
        stop.wait(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
