"""Git as a deploy uses it: one call, with the failures that a user can cause explained."""

import re
import shlex
from pathlib import Path
from typing import IO

from slipway.errors import ConfigurationError, SlipwayError
from slipway.shell import CommandFailed, Completed, run

# English messages, because they are read here; no lock on the user's index; objects as they
# were committed, whatever `git replace` puts in their place; and no prompt of any kind. A hook
# exports the repository that it runs for, which is not the folder that is asked here:
# https://git-scm.com/docs/githooks#_description
ENVIRONMENT: dict[str, str | None] = {
    "GIT_COMMON_DIR": None,
    "GIT_DIR": None,
    "GIT_INDEX_FILE": None,
    "GIT_OBJECT_DIRECTORY": None,
    "GIT_PREFIX": None,
    "GIT_WORK_TREE": None,
    "LC_ALL": "C",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "SSH_ASKPASS_REQUIRE": "force",
    "GCM_INTERACTIVE": "never",
}


def git(
    *words: str,
    folder: Path = Path(),
    env: dict[str, str] | None = None,
    stdin: str | None = None,
    stdout: IO[bytes] | None = None,
    timeout: float = 600,
) -> str:
    """Run one git command in `folder` and return its output, without white space at the end.

    `timeout` is in seconds. Raises what `explain_git_failure` returns when the exit code is not 0.
    """
    done = attempt(*words, folder=folder, env=env, stdin=stdin, stdout=stdout, timeout=timeout)
    if done.code:
        raise explain_git_failure(done)
    return done.stdout.rstrip()


def attempt(
    *words: str,
    folder: Path = Path(),
    env: dict[str, str] | None = None,
    stdin: str | None = None,
    stdout: IO[bytes] | None = None,
    timeout: float = 600,
) -> Completed:
    """Run one git command whose exit code is an answer."""
    return run(
        ["git", *words],
        cwd=folder,
        env={**ENVIRONMENT, **(env or {})},
        stdin=stdin,
        stdout=stdout,
        check=False,
        timeout=timeout,
    )


def explain_git_failure(done: Completed) -> SlipwayError:
    """Return the error for a git command that failed, with git's own words.

    A checkout that belongs to another user is a matter of configuration:
    https://git-scm.com/docs/git-config#Documentation/git-config.txt-safedirectory
    """
    fatal = [line for line in done.stderr.splitlines() if line.startswith("fatal: ")]
    said = fatal[-1].removeprefix("fatal: ") if fatal else ""
    if match := re.search(r"dubious ownership in repository at '(.*)'", said):
        return ConfigurationError(
            f"git: {said}", hint=f"git config --global --add safe.directory {shlex.quote(match[1])}"
        )
    if said.startswith("not a git repository"):
        return ConfigurationError(
            "this folder is not in a git repository", hint="git init, git add . and git commit"
        )
    return CommandFailed(done, hint="git status shows more; git fsck finds a damaged repository")
