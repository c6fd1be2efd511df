"""The application's own suite; it runs inside the image, against a real Postgres."""
