#!/bin/sh
# Runs at the times of STACK_SCHEDULE, and ends.
set -eu

exec python -m webapp.tidy
