#!/bin/sh
# Works beside the web server; it gets SIGTERM itself, and ends with the work that it has begun.
set -eu

exec python -m webapp.worker
