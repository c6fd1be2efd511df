"""The pages. Every link is relative: the same page is served at / and under a prefix."""

import platform
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.config import STARTED, database_url, release
from webapp.models import MESSAGE_LENGTH, NAME_LENGTH, Entry, connect

pages = Blueprint("pages", __name__)
SHOWN_ENTRIES = 20
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(engine: Engine | None = None) -> Flask:
    """Make the application on `engine`, or on the database of DATABASE_URL."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 16 * 1024
    app.extensions["engine"] = engine or connect(database_url(), wait=3)
    app.register_blueprint(pages)
    app.after_request(_add_headers)
    return app


@pages.get("/")
def index() -> str:
    """Show the release and the guest book."""
    newest = select(Entry).order_by(Entry.written.desc(), Entry.id.desc()).limit(SHOWN_ENTRIES)
    with _session() as session:
        entries = session.scalars(newest).all()
        lengths = {"name_length": NAME_LENGTH, "message_length": MESSAGE_LENGTH}
        return render_template("index.html", release=release(), entries=entries, **lengths)


@pages.post("/sign")
def sign() -> Response:
    """Add an entry to the guest book."""
    if not _from_our_own_page():
        abort(HTTPStatus.FORBIDDEN)
    name, message = (request.form.get(each, "").strip() for each in ("name", "message"))
    if not (0 < len(name) <= NAME_LENGTH and 0 < len(message) <= MESSAGE_LENGTH):
        abort(HTTPStatus.BAD_REQUEST)
    if "\0" in name + message:
        abort(HTTPStatus.BAD_REQUEST)
    with _session() as session, session.begin():
        session.add(Entry(name=name, message=message))
    answer = redirect("./", HTTPStatus.SEE_OTHER)
    answer.autocorrect_location_header = False
    return answer  # type: ignore[return-value]


@pages.get("/health/live")
def live() -> dict[str, str]:
    """Say that the process serves."""
    return {"status": "live"}


@pages.get("/health/ready")
def ready() -> tuple[dict[str, str], HTTPStatus]:
    """Say whether the database answers."""
    try:
        with _session() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        current_app.logger.exception("the database does not answer")
        return {"status": "the database does not answer"}, HTTPStatus.SERVICE_UNAVAILABLE
    return {"status": "ready"}, HTTPStatus.OK


@pages.get("/version")
def version() -> dict[str, str]:
    """Say what runs here."""
    python = platform.python_version()
    return {"revision": release().revision, "started": STARTED.isoformat(), "python": python}


def _session() -> Session:
    return Session(current_app.extensions["engine"])


def _from_our_own_page() -> bool:
    """Refuse a form on another site; a client that is no browser sends neither header."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site:
        return site == "same-origin"
    return origin is None or urlsplit(origin).netloc == request.host


def _add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    return response
