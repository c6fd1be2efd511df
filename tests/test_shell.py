"""The process boundary, with real processes."""

import sys
import time
from pathlib import Path

import pytest

from slipway.errors import ConfigurationError, Failed
from slipway.shell import CommandFailed, Completed, attach, run, start_detached


def python(code: str) -> list[str]:
    """Make a command that runs a line of Python."""
    return [sys.executable, "-c", code]


def test_standard_input_reaches_the_child_and_is_not_in_the_arguments() -> None:
    """The way in for a secret: the child reads it, and its argument list does not show it."""
    code = "import sys; print(sys.stdin.read()); print(*sys.argv, sys.orig_argv)"
    read, arguments = run(python(code), stdin="hush").stdout.splitlines()
    assert read == "hush"
    assert "hush" not in arguments


def test_a_child_without_standard_input_does_not_wait_for_the_terminal() -> None:
    """A command that asks a question gets an end of file, not this process's input."""
    ask = "import sys; print(repr(sys.stdin.read()))"
    outer = f"from slipway.shell import run; print(run({python(ask)!r}).stdout, end='')"
    root = str(Path(__file__).parents[1])
    assert run(python(outer), stdin="typed", env={"PYTHONPATH": root}).stdout == "''\n"


def test_what_a_command_left_is_returned() -> None:
    """Both outputs and the code come back, and the command as it was."""
    command = python("import sys; print('out'); print('err', file=sys.stderr)")
    assert run(command) == Completed(tuple(command), 0, "out\n", "err\n")


def test_variables_are_added_to_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child sees what is given, and the rest as it was."""
    monkeypatch.setenv("INHERITED", "kept")
    code = "import os; print(os.environ['INHERITED'], os.environ['ADDED'])"
    assert run(python(code), env={"ADDED": "new"}).stdout == "kept new\n"


def test_bytes_that_are_no_text_do_not_break_a_command() -> None:
    """A log with broken bytes is still a log."""
    code = r"import sys; sys.stdout.buffer.write(b'a\xffb')"
    assert run(python(code)).stdout == "a\N{REPLACEMENT CHARACTER}b"


def test_a_missing_program_is_a_matter_of_configuration(tmp_path: Path) -> None:
    """The message names the program and what to install."""
    with pytest.raises(ConfigurationError) as caught:
        run(["no-such-program"])
    assert str(caught.value) == "no-such-program is not installed\n  next: install no-such-program"
    with pytest.raises(ConfigurationError, match="no-such-program is not installed"):
        start_detached(["no-such-program"], log=tmp_path / "log")


def test_a_missing_git_has_a_hint_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The tools that every user needs come with what to do about them."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="next: install git"):
        run(["git", "status"])


def test_a_program_that_may_not_be_run_is_a_matter_of_configuration(tmp_path: Path) -> None:
    """A file without the right to execute it is no traceback."""
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    with pytest.raises(ConfigurationError, match="cannot be run"):
        run([str(script)])
    with pytest.raises(ConfigurationError, match="cannot be run"):
        start_detached([str(script)], log=tmp_path / "log")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Not the program is said to be missing, but the folder."""
    with pytest.raises(ConfigurationError, match=f"no such folder: {tmp_path / 'gone'}"):
        run(python(""), cwd=tmp_path / "gone")


def test_an_exit_code_is_a_failure_with_the_last_lines() -> None:
    """The last fifteen lines of what the command complained of, and the hint, are the message."""
    code = "import sys; [print(f'line {n}', file=sys.stderr) for n in range(20)]; sys.exit(7)"
    with pytest.raises(CommandFailed) as caught:
        run(python(code), hint="look there")
    what, *last = caught.value.what.splitlines()
    assert what.startswith("exit code 7 from: ")
    assert last == [f"  line {number}" for number in range(5, 20)]
    assert caught.value.hint == "look there"
    assert caught.value.completed.code == 7
    assert caught.value.exit_code == 1


def test_a_failure_without_complaints_shows_the_output() -> None:
    """Some programs complain on standard output."""
    with pytest.raises(CommandFailed, match="why not"):
        run(python("print('why not'); raise SystemExit(1)"))


def test_an_unchecked_exit_code_is_returned() -> None:
    """Where a code is an answer it is no error."""
    assert run(python("raise SystemExit(3)"), check=False).code == 3


def test_a_command_without_an_end_is_stopped() -> None:
    """The time-out is a failure that says how long was waited, and for what."""
    started = time.monotonic()
    with pytest.raises(Failed, match=r"no end after 0 s: .*sleep") as caught:
        run(python("import time; time.sleep(60)"), timeout=0.2, hint="look there")
    assert time.monotonic() - started < 30
    assert caught.value.hint == "look there"


def test_a_shown_command_writes_to_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    """With show the output goes out as it comes, and not into the result."""
    done = run(python("print('seen')"), show=True)
    assert capfd.readouterr().out == "seen\n"
    assert done.stdout == ""


def test_a_detached_command_writes_to_its_log(tmp_path: Path) -> None:
    """Its output is added to what the log holds, in a session of its own."""
    log = tmp_path / "log"
    log.write_text("before\n")
    code = "import os; print(os.getsid(0) == os.getpid())"
    assert start_detached(python(code), log=log).wait() == 0
    assert log.read_text() == "before\nTrue\n"


def test_an_output_that_is_no_text_goes_into_a_file(tmp_path: Path) -> None:
    """Bytes arrive as they were written, and are not in the result."""
    file = tmp_path / "output"
    with file.open("wb") as output:
        done = run(python(r"import sys; sys.stdout.buffer.write(b'a\xff\r\n')"), stdout=output)
    assert file.read_bytes() == b"a\xff\r\n"
    assert done.stdout == ""


def test_an_attached_command_has_the_terminal_s_input_and_its_code() -> None:
    """What is typed is the command's; Ctrl-C ends neither it nor us."""
    inner = "import os, signal, sys; print(sys.stdin.read()); sys.exit(5)"
    outer = (
        "import os, signal; from slipway.shell import attach;"
        f"code = attach({python(inner)!r}); print(code)"
    )
    root = str(Path(__file__).parents[1])
    assert run(python(outer), stdin="typed", env={"PYTHONPATH": root}).stdout == "typed\n5\n"
    with pytest.raises(ConfigurationError, match="not installed"):
        attach(["no-such-program"])


def test_ctrl_c_is_the_attached_command_s() -> None:
    """The terminal sends it to both; the command decides what it means."""
    inner = (
        "import signal, os, sys, time;"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(7));"
        "os.kill(os.getppid(), signal.SIGINT); os.kill(os.getpid(), signal.SIGINT); time.sleep(9)"
    )
    assert attach(python(inner)) == 7
