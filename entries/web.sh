#!/bin/sh
# Serves the application. gunicorn gets SIGTERM itself, and ends when its requests have ended.
set -eu

# Threads, so that a slow client holds a thread and not a process; a connection is kept
# for longer than a load balancer's idle time-out (60 s), so that it never ends first.
# exec keeps the number: the application can end its server by it.
# The access log has the request's target as it was sent: decoded (%(U)s), it could hold line ends
# and escape sequences.
export WEB_SERVER_PID=$$
exec gunicorn 'webapp.app:create_app()' \
    --bind "0.0.0.0:${WEB_PORT:-8000}" \
    --workers "${WEB_CONCURRENCY:-2}" \
    --worker-class gthread --threads 8 \
    --worker-tmp-dir /dev/shm \
    --keep-alive 75 \
    --graceful-timeout 25 \
    --no-control-socket \
    --access-logfile - \
    --access-logformat '%(m)s %({raw_uri}e)s %(s)s %(b)s %(M)sms'
