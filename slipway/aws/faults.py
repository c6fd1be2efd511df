"""Why a task stopped: whether that is a fault, which container failed, and the cause in one line.

A task is a dict as DescribeTasks returns it. The codes and messages:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from types_boto3_ecs.type_defs import (
        ContainerDefinitionOutputTypeDef,
        ContainerTypeDef,
        TaskTypeDef,
    )

# A summary of this length and its next step fit into five lines of 60 columns.
CAUSE_LENGTH = 160
EXITED = {"EssentialContainerExited", "TaskFailedToStart"}
# AWS took the machine away. ECS starts another task, and the image is not the reason.
RECLAIMED = {
    "SpotInterruption": "AWS reclaimed its Spot capacity",
    "TerminationNotice": "AWS reclaimed its host",
    "InfrastructureHealth": "its host became unhealthy",
}
# What the end of a task sends to its other containers: SIGKILL and SIGTERM.
STOPPED_WITH_THE_TASK = {137, 143}
SECRET = re.compile(r"\b(asm|ssm)\b|ssm parameters|(retrieve|fetch) secret|secretsmanager:")


def is_fault(task: TaskTypeDef) -> bool:
    """Whether a task stopped for a fault of what it ran.

    It exited by itself, could not start, or the scheduler stopped it because a health check
    failed ("Task failed ELB health checks in ...", "Task failed container health checks").
    Scaling in, a replaced deployment and a person's stop are no faults, nor is lost capacity.
    """
    code, reason = task.get("stopCode", ""), task.get("stoppedReason", "")
    return code in EXITED or (
        code == "ServiceSchedulerInitiated" and reason.startswith("Task failed")
    )


def reclaimed(task: TaskTypeDef) -> str:
    """Return what AWS took from a task, as a clause; "" when it stopped for another reason."""
    return RECLAIMED.get(task.get("stopCode", ""), "")


def is_explained(task: TaskTypeDef) -> bool:
    """Whether ECS has written down how a task that stops ended.

    A stopping task gets its exit codes when its containers have ended; a task that could not
    start, or failed a health check, needs none.
    """
    ended = task.get("lastStatus", "STOPPED") in {"STOPPED", "DEPROVISIONING", "DELETED"}
    if task.get("stopCode") != "EssentialContainerExited":
        return True
    return ended or any("exitCode" in each for each in task.get("containers", []))


def never_ran(task: TaskTypeDef, container: ContainerTypeDef | None) -> bool:
    """Whether no container of a task has started; `container` is the one that failed."""
    has_code = (container or {}).get("exitCode") is not None
    return task.get("stopCode") == "TaskFailedToStart" and not has_code


def failed_container(
    task: TaskTypeDef, definitions: Sequence[ContainerDefinitionOutputTypeDef]
) -> ContainerTypeDef | None:
    """Return the container that ended the task, as DescribeTasks has it; None when none is known.

    `definitions` are the containerDefinitions of the task's definition: containers that they
    do not name (an agent of GuardDuty) do not count. Essential ones come first, then an exit
    code of its own, then a reason, then one that the task's end may have caused.
    """
    essential = {each.get("name"): each.get("essential", True) for each in definitions}
    containers = [each for each in task.get("containers", []) if each.get("name") in essential]
    ranked = sorted(containers, key=lambda each: (not essential[each["name"]], _rank(each)))
    return ranked[0] if ranked else None


def _rank(container: ContainerTypeDef) -> int:
    code = container.get("exitCode")
    if code is not None and code != 0 and code not in STOPPED_WITH_THE_TASK:
        return 0
    if container.get("reason"):
        return 1
    if code in STOPPED_WITH_THE_TASK:
        return 2
    return 3 if code == 0 else 4


def cause(
    task: TaskTypeDef, container: ContainerTypeDef | None, *, line: str = "", target: str = ""
) -> str:
    """Explain in one line why a task stopped.

    `container` is the one that failed, `line` what its log says of the error, `target` what
    the load balancer saw of the task; the last two are "" when nothing is known.
    """
    name = (container or {}).get("name") or "the task"
    own, reason = (container or {}).get("reason", ""), task.get("stoppedReason", "")
    # The more exact of the two: a container that cannot be pulled has it, a secret the task.
    text = next((each for each in (own, reason) if "Error" in each), own or reason)
    code = (container or {}).get("exitCode")
    if lost := reclaimed(task):
        return lost
    if task.get("stopCode") == "UserInitiated":
        what = f"{name} was stopped: {reason or 'by a person'}"
    elif "health check" in reason and is_fault(task):
        what = f"{name} never became healthy: {target or reason.partition(' in (')[0]}"
    elif code is not None:
        what = _exited(name, code, own)
    elif task.get("stopCode") == "TaskFailedToStart" or "Error" in text:
        what = _not_started(name, text)
    else:
        what = f"{name} stopped without an exit code: {text or 'ECS gives no reason'}"
    return shorten(f"{what}: {line}" if line else what)


def _exited(name: str, code: int, reason: str) -> str:
    if "OutOfMemory" in reason:
        return f"{name} was killed for memory (OutOfMemory, exit code {code})"
    known = f" ({_signal(code)})" if _signal(code) else ""
    because = f" ({reason})" if reason and not known else ""
    return f"{name} exited with code {code}{known}{because}"


def _signal(code: int) -> str:
    """Name the signal of an exit code such as 137, as a shell does; "" when it is none."""
    try:
        return signal.Signals(code - 128).name if code > 128 else ""  # noqa: PLR2004
    except ValueError:
        return ""


def _not_started(name: str, text: str) -> str:
    if "CannotPull" in text:
        return f"the image cannot be pulled: {text}"
    if "ResourceInitializationError" in text:
        secret = SECRET.search(text)
        return f"a secret cannot be read: {text}" if secret else f"the task cannot start: {text}"
    return f"{name} did not start: {text or 'ECS gives no reason'}"


def shorten(text: str, length: int = CAUSE_LENGTH) -> str:
    """Cut the middle out of a long text: its beginning names the kind, its end the reason."""
    if len(text) <= length:
        return text
    half = (length - len(" ... ")) // 2
    return f"{text[:half].rstrip()} ... {text[-half:].lstrip()}"
