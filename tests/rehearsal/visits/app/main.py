"""A page that counts its visits, and reads what it is given when it is imported."""

import os

from fastapi import FastAPI, Request
from sqlalchemy import text

from app.database import engine

KEY = os.environ["SESSION_KEY"]
PLACE = os.environ["PLACE"]
app = FastAPI()


@app.get("/")
def index(request: Request) -> dict[str, object]:
    """Count a visit; say how many there were, where, and what a link looks like."""
    with engine().begin() as connection:
        connection.execute(text("INSERT INTO visits DEFAULT VALUES"))
        visits = connection.scalar(text("SELECT count(*) FROM visits"))
    return {"visits": visits, "place": PLACE, "link": str(request.url_for("up"))}


@app.get("/up")
def up() -> dict[str, str]:
    """Answer once the database does."""
    with engine().connect() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "up"}
