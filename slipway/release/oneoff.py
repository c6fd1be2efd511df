"""One-off tasks: the new image's migration, in the service's own network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slipway.aws import contract, faults, log_stream, task_definitions
from slipway.errors import Failed, Interrupted
from slipway.events import Note, Say
from slipway.release import diagnose, follow, log_lines, running
from slipway.release.migration import Migration

if TYPE_CHECKING:
    from types_boto3_ecs.type_defs import TaskTypeDef

    from slipway.aws.stack import Stack
    from slipway.revision import Image
    from slipway.settings import Settings


def migrate(settings: Settings, stack: Stack, image: Image, say: Say) -> None:
    """Run the migration of `image`, or follow the one that runs already, to its end.

    One migration runs at a time: that of another image is waited for first. The stack's own
    migration definition is the base: its roles, secrets and logs, with the new image.
    Raises Failed with the cause when the migration's container does not exit with 0,
    Interrupted when the person stops waiting: the task itself goes on.
    """
    outputs = contract.outputs(stack, "cluster", "migrate_task_definition")
    base = task_definitions.read(settings, outputs.migrate_task_definition)
    container = task_definitions.application_containers(base, image.repository)[0]
    migration = Migration(settings, stack, image, outputs.cluster, base, container)
    task_definitions.remove_leftovers(settings, base, image)
    while (ended := _attempt(migration, say)) is None:
        pass
    _require_good(migration, ended, say)


def stop(settings: Settings, stack: Stack, say: Say) -> None:
    """Stop every migration that starts or runs, no matter who started it."""
    outputs = contract.outputs(stack, "cluster", "migrate_task_definition")
    cluster = outputs.cluster
    base = task_definitions.read(settings, outputs.migrate_task_definition)
    tasks = running.read(settings, cluster, base["family"], "RUNNING")
    for task in tasks:
        follow.stop(settings, cluster, task, "invoke migrate --stop")
        say(Note(f"stopping {running.describe(task)}"))
    if not tasks:
        say(Note("no migration runs"))


def _attempt(migration: Migration, say: Say) -> follow.Ended | None:
    """Follow a migration of the image to its end; None when another one had to end first."""
    oldest = next(iter(migration.running_tasks("RUNNING", "STOPPED")), None)
    if oldest is None:
        return _run(migration, say)
    is_own = running.runs(oldest, migration.container["name"], migration.image)
    if is_own and not running.is_ending(oldest):
        say(Note(f"{running.describe(oldest)} runs already: following it"))
        return _follow(migration, oldest, say)
    say(Note(f"waiting for {running.describe(oldest)}"))
    _wait_for_migration(migration, oldest, say)
    return None


def _wait_for_migration(migration: Migration, other: TaskTypeDef, say: Say) -> None:
    """Wait for the end of a migration that is not ours, and show what it writes."""
    try:
        follow.to_the_end(migration.watched(other), say)
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; {running.describe(other)} keeps running, and this one did not start",
            hint="the same command waits for it again",
        ) from None
    except follow.TooLongError:
        raise Failed(
            f"{running.describe(other)} still runs after {follow.RUN_SECONDS} s",
            hint=f"wait for it, or stop it: {migration.stop_command}",
        ) from None


def _run(migration: Migration, say: Say) -> follow.Ended | None:
    """Start a task and follow it; None when another run was first, and it has to be looked again.

    Another run may have started an older task, or deregistered the definition as a leftover.
    """
    definition = task_definitions.with_image(migration.base, migration.image)
    with task_definitions.registered(migration.settings, definition) as arn:
        try:
            task = migration.start(arn)
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted; a migration may have started",
                hint="the same command finds it and follows it",
            ) from None
        except Exception as error:
            if task_definitions.is_inactive(error):
                return None
            raise
        say(Note(f"migration {log_stream.short(task['taskArn'])} started"))
        return _follow(migration, task, say, yields=True)


def _follow(
    migration: Migration, task: TaskTypeDef, say: Say, *, yields: bool = False
) -> follow.Ended | None:
    watched, name = migration.watched(task), log_stream.short(task["taskArn"])
    try:
        return follow.to_the_end(
            watched, say, others=lambda: migration.running_tasks("RUNNING") if yields else []
        )
    except KeyboardInterrupt:
        raise Interrupted(
            f"interrupted; migration {name} of {running.short_tag(migration.image.tag)} "
            "keeps running",
            hint=f"the same command follows it again; or stop it: {migration.stop_command}",
        ) from None
    except follow.TooLongError:
        limit = f"did not end within {follow.RUN_SECONDS} s"
        lines = follow.stop_and_read(watched, limit, say)
        line = log_lines.exception_line(lines) or next(reversed(lines), "")
        raise Failed(
            f"migration {name} {limit} and was stopped"
            + (f"\n  its log ends: {faults.shorten(line)}" if line else ""),
            hint=f"invoke logs --env {migration.settings.environment}",
        ) from None


def _require_good(migration: Migration, ended: follow.Ended, say: Say) -> None:
    """Raise Failed unless the migration's own container exited with 0; side-cars do not count."""
    name = migration.container["name"]
    containers = ended.task.get("containers", [])
    own = next((each for each in containers if each.get("name") == name), None)
    if own and own.get("exitCode") == 0:
        return
    event = diagnose.stopped(ended.task, [migration.container], own, ended.lines)
    say(event)
    raise Failed(
        f"the migration of {running.short_tag(migration.image.tag)} failed; nothing was deployed"
        f"\n  {event.cause}",
        hint=f"fix it, commit, then: invoke deploy --env {migration.settings.environment}",
    )
