"""Which line of a log names the error."""

from typing import Any

import pytest

from slipway.release import log_lines

GUNICORN = """\
[2026-01-01 00:00:00 +0000] [1] [INFO] Starting gunicorn 23.0.0
[2026-01-01 00:00:01 +0000] [7] [ERROR] Exception in worker process
Traceback (most recent call last):
  File "/usr/lib/gunicorn/arbiter.py", line 608, in spawn_worker
    worker.init_process()
    ~~~~~~~~~~~~~~~~~~~^^
  File "/app/webapp/config.py", line 3, in <module>
    os.environ["SECRET_KEY"]
KeyError: 'SECRET_KEY'
[2026-01-01 00:00:01 +0000] [7] [INFO] Worker exiting (pid: 7)
Traceback (most recent call last):
  File "/usr/lib/gunicorn/arbiter.py", line 209, in run
    self.sleep()
gunicorn.errors.HaltServer: <HaltServer 'Worker failed to boot.' 3>
[2026-01-01 00:00:02 +0000] [1] [ERROR] Worker (pid:7) exited with code 3
[2026-01-01 00:00:02 +0000] [1] [ERROR] Shutting down: Master
[2026-01-01 00:00:02 +0000] [1] [ERROR] Reason: Worker failed to boot."""
CHAINED = """\
Traceback (most recent call last):
  File "/app/webapp/db.py", line 3, in connect

psycopg.OperationalError: connection refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/webapp/app.py", line 3, in create_app
RuntimeError: no database"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/app/main.py", line 3, in <module>
  |     main()
  | ExceptionGroup: unhandled errors (2 sub-exceptions)
  +-+---------------- 1 ----------------"""
PREFIXED = """\
web: Traceback (most recent call last):
web:   File "/app/main.py", line 3, in <module>
web: ModuleNotFoundError: No module named 'flask'"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GUNICORN, "KeyError: 'SECRET_KEY'"),
        # The head of the traceback is older than what was read.
        ("\n".join(GUNICORN.splitlines()[3:10]), "KeyError: 'SECRET_KEY'"),
        (CHAINED, "psycopg.OperationalError: connection refused"),
        (GROUP, "ExceptionGroup: unhandled errors (2 sub-exceptions)"),
        (PREFIXED, "ModuleNotFoundError: No module named 'flask'"),
        ("start\nERROR: no such table\nbye", "ERROR: no such table"),
        (
            "exec entries/web.sh: permission denied\n[1] [ERROR] Shutting down: Master",
            "exec entries/web.sh: permission denied",
        ),
        ("Traceback (most recent call last):\n  File", ""),
        ("GET /health/live 200", ""),
        ("", ""),
    ],
)
def test_the_line_of_the_error_is_picked(text: str, expected: str) -> None:
    """The first traceback's end: a server writes twenty lines of its own after it."""
    assert log_lines.exception_line(text.splitlines()) == expected


@pytest.mark.parametrize(
    ("code", "lines", "expected"),
    [
        (2, ["starting", "migrate.sh: 5: NEEDED: is not set"], "migrate.sh: 5: NEEDED: is not set"),
        (7, ["KeyError: 'X'", "no wind in the sails"], "KeyError: 'X'"),
        (7, ["no wind in the sails", "", "Shutting down: Master"], "no wind in the sails"),
        (7, ["no wind", "GET /health/live 200 12 3ms"], "no wind"),
        (7, ['10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200'], ""),
        (7, [], ""),
        (0, ["GET / 200"], ""),
        (143, ["GET / 200"], ""),
        (None, ["GET / 200"], ""),
    ],
)
def test_what_a_container_said_last_is_its_reason(
    code: int | None, lines: list[str], expected: str
) -> None:
    """If it ended by itself: the last line of one that was stopped explains nothing."""
    container: Any = {"name": "web", "exitCode": code}
    assert log_lines.last_words(lines, container) == expected
