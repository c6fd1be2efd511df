"""Create what is missing in the database."""

from sqlalchemy import text

from app.database import engine

with engine().begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS visits (id serial PRIMARY KEY)"))
