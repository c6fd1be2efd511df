#!/bin/sh
# Brings the database to the state that this image needs, or exits with a code other than 0.
set -eu

exec alembic --config webapp/alembic.ini upgrade head
