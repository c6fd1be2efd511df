#!/bin/sh
# Runs the application's suite; arguments go to pytest.
set -eu

exec python -m pytest -p no:cacheprovider --junit-xml="${JUNIT_XML:-/tmp/junit.xml}" "$@" webapp/tests
