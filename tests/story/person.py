"""Somebody who types Slipway's commands, and what they see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from invoke.exceptions import Exit

from slipway.cli import bootstrap, doctor, guard, migrate, recover, restart, secrets, show
from slipway.events import Event, Proven
from slipway.release import deploy as releases
from slipway.revision import Image
from slipway.templates import blueprint
from slipway.view.lines import lines_of
from tests.story import templates
from tests.story.applications import Application
from tests.story.disturbances import Killed
from tests.story.template_parameters import values

if TYPE_CHECKING:
    from collections.abc import Callable

    from slipway.settings import Settings
    from slipway.template import Desired
    from tests.story.world import World

# 128 and the signal: SIGINT, SIGKILL.
INTERRUPTED, KILLED = 130, 137
SETTLED_SECONDS = 60.0


@dataclass(frozen=True)
class Outcome:
    """How a command ended: exit code, last message, the events it has shown, what it returned."""

    code: int
    message: str = ""
    events: list[Event] = field(default_factory=list)
    returned: Any = None

    def text(self) -> str:
        """Return everything that was shown, as a person could read it."""
        return "\n".join([*map(str, self.events), self.message])

    @property
    def screen(self) -> list[str]:
        """The lines that were shown, and the last message."""
        shown = [line for each in self.events for line in lines_of(each)]
        return [*shown, *self.message.splitlines()]

    @property
    def proven(self) -> bool:
        """Whether the screen says that the revision serves."""
        return any(isinstance(each, Proven) for each in self.events)


@dataclass
class Person:
    """One checkout and its commands, in a world."""

    world: World

    def push(self, tag: str, application: Application | None = None) -> Image:
        """Commit, build, test and push: the image of a revision is in the repository."""
        settings = self.world.settings
        digest = f"sha256:{hashlib.sha256(tag.encode()).hexdigest()}"
        name = settings.ecr_repository.partition("/")[2]
        self.world.ecr.put(name, digest, tag, f"{tag}-tested")
        self.world.applications[digest] = application or Application()
        commit = tag.partition("-")[0]
        if commit not in self.world.git.commits:
            self.world.git.commits.append(commit)
        return Image(settings.ecr_repository, tag, digest, tested=True)

    def has_deployed(self, image: Image) -> None:
        """Have an image serve, deployed before the story began, without a command."""
        world, settings = self.world, self.world.settings
        template = templates.read(application(settings).body)
        named = {"WebAppRevision": image.tag, "RepositoryURL": image.repository}
        parameters = [{"ParameterKey": k, "ParameterValue": v} for k, v in named.items()]
        stack = world.stacks.add(settings.stack_name)
        world.stacks.begin(stack, template, values(template.parameters, parameters, {}))
        world.database.applied.append(image.digest)
        world.clock.advance(SETTLED_SECONDS)
        assert world.serving() == {image.digest}

    def deploy(
        self, image: Image, *, desired: Desired | None = None, allow_older: bool = False
    ) -> Outcome:
        """Type `invoke deploy`."""
        settings = self.world.settings
        wanted = desired or application(settings)

        def work(say: Callable[[Event], None]) -> Any:
            return releases.deploy(settings, image, wanted, say, allow_older=allow_older)

        return self._run(work)

    def bootstrap(self) -> Outcome:
        """Type `invoke bootstrap`, as an administrator."""
        settings = self.world.settings
        with self.world.caller.administrator():
            return self._run(lambda say: bootstrap.bootstrap(settings, say))

    def doctor(self) -> Outcome:
        """Type `invoke doctor`, as an administrator."""
        with self.world.caller.administrator():
            return self._run(lambda say: doctor.examine(self.world.settings, say))

    def status(self) -> Outcome:
        """Type `invoke status`."""
        return self._run(lambda _: show.status(self.world.settings))

    def outputs(self) -> Outcome:
        """Type `invoke outputs`."""
        return self._run(lambda _: show.outputs(self.world.settings))

    def logs(self, *, follow: bool = False, lines: str = "100") -> Outcome:
        """Type `invoke logs`."""
        settings = self.world.settings
        return self._run(lambda say: show.logs(settings, say, follow=follow, since="", lines=lines))

    def secrets_set(self, name: str) -> Outcome:
        """Type `invoke secrets.set`, with the value on standard input, as an administrator."""
        with self.world.caller.administrator():
            return self._run(lambda say: secrets.put(self.world.settings, name, say))

    def secrets_list(self) -> Outcome:
        """Type `invoke secrets.list`, as an administrator."""
        with self.world.caller.administrator():
            return self._run(lambda say: secrets.read_all(self.world.settings, say))

    def migrate(self, *, stop: bool = False) -> Outcome:
        """Type `invoke migrate`, or `invoke migrate --stop`."""
        return self._run(lambda say: migrate.migrate(self.world.settings, say, stop=stop))

    def restart(self) -> Outcome:
        """Type `invoke restart`."""
        return self._run(lambda say: restart.restart(self.world.settings, say))

    def recover(self) -> Outcome:
        """Type `invoke recover`."""
        return self._run(lambda say: recover.recover(self.world.settings, say))

    def cancel(self) -> Outcome:
        """Type `invoke cancel`."""
        return self._run(lambda say: recover.cancel(self.world.settings, say))

    def _run(self, work: Callable[[Callable[[Event], None]], Any]) -> Outcome:
        """Run a command as the task does, and read its end as a shell does."""
        events: list[Event] = []
        returned: list[Any] = []

        def body() -> None:
            returned.append(work(events.append))
            events.extend(each for each in returned if isinstance(each, Event))

        try:
            guard.guarded(body)()
        except Exit as end:
            return Outcome(end.code, str(end.message), events)
        except Killed:
            self.world.killed = False
            return Outcome(KILLED, "", events)
        return Outcome(0, "", events, returned[0])


def own_template(settings: Settings, name: str) -> Desired:
    """Return what a commit wants that brings one of the templates of tests/story/own_template."""
    return application(replace(settings, stack_template=f"tests.story.own_template.{name}"))


@cache
def application(settings: Settings) -> Desired:
    """Render the application stack's template once for all stories."""
    return blueprint.application(settings)
