"""A stand for shell.run that records docker's commands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slipway.shell import CommandFailed, Completed


@dataclass
class Docker:
    """Notes what is run, and answers with what `answers` holds for a command's last word.

    As shell.run does, it raises CommandFailed for another exit code than 0, unless it is called
    with check=False. A name in `once` is answered so the first time alone.
    """

    answers: Mapping[str, Completed] = field(default_factory=dict)
    ran: list[tuple[list[str], str | None]] = field(default_factory=list)
    once: set[str] = field(default_factory=set)

    def __call__(
        self, command: list[str], *, stdin: str | None = None, check: bool = True, **_: Any
    ) -> Completed:
        """Answer by the command's last word: the image's name."""
        self.ran.append((command, stdin))
        name = command[-1]
        repeated = name in self.once and [each[-1] for each, _ in self.ran].count(name) > 1
        answers = {} if repeated else self.answers
        done = answers.get(name, Completed(tuple(command), 0))
        if check and done.code:
            raise CommandFailed(done)
        return done
