"""An application in FastAPI, with a layout and a Dockerfile of its own."""
