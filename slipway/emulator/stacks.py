"""Of the local account's server: what a stack makes of a service.

Part of `server.py`. Gaps of MiniStack's CloudFormation that are closed here, beside those of
`operations`:

- A stack does not wait for its service. Here create and update of an AWS::ECS::Service end
  when the service is stable, and fail when its deployment has failed, or was cancelled.
- A service whose creation failed outlives the rollback, and is in the way of the next one;
  one whose update failed is not sent back. Here both happen.
- ECS calls a service's first deployment complete before it began. Here it begins.
- A template's secrets reach no container, and its numbers stay texts. Here they do not.
- An operation that a stop of the server cut off goes on for ever. Here it has failed.
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

import time
from enum import Enum
from typing import Any

from ministack.services import cloudformation, ecs
from ministack.services.cloudformation import provisioners, stacks

from slipway.emulator import operations
from slipway.emulator.definition import camel

SERVICE = "AWS::ECS::Service"
ROLLOUT_SECONDS = 600
POLL_SECONDS = 0.1

# AWS has no such end; such a stack can be deleted, or freed by ContinueUpdateRollback.
CUT_OFF = {
    "CREATE_IN_PROGRESS": "CREATE_FAILED",
    "DELETE_IN_PROGRESS": "DELETE_FAILED",
    "ROLLBACK_IN_PROGRESS": "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS": "UPDATE_ROLLBACK_FAILED",
}

Properties = dict[str, Any]


class Outcome(Enum):
    """How far a service is on its way to a deployment."""

    WAITING = "waiting"
    STABLE = "stable"
    FAILED = "failed"


def keep_types() -> None:
    """Write a template's secrets, ports and counts as the ECS API has them."""
    normalize = provisioners._normalize_container_defs
    handlers = provisioners._RESOURCE_HANDLERS[SERVICE]
    create, update = handlers["create"], handlers["update"]

    def normalize_all(definitions: list[Properties]) -> list[Properties]:
        return [typed_container(each) for each in normalize(definitions)]

    def create_typed(name: str, properties: Properties, stack: str) -> Any:
        return create(name, typed_service(properties), stack)

    def update_typed(service: str, old: Properties, new: Properties, stack: str) -> Any:
        return update(service, typed_service(old), typed_service(new), stack)

    provisioners._normalize_container_defs = normalize_all
    handlers.update(create=create_typed, update=update_typed)


def typed_container(definition: Properties) -> Properties:
    """Turn a container definition of a template into one of the ECS API."""
    references = definition.get("secrets", [])
    secrets = [{"name": each["Name"], "valueFrom": each["ValueFrom"]} for each in references]
    ports = [
        {**each, "containerPort": int(each["containerPort"])}
        for each in definition.get("portMappings", [])
    ]
    linux = camel(definition.get("linuxParameters") or {})
    return {**definition, "secrets": secrets, "portMappings": ports, "linuxParameters": linux}


def typed_service(properties: Properties) -> Properties:
    """Turn the texts that Number parameters become back into numbers."""
    balancers = [
        {**each, "ContainerPort": int(each["ContainerPort"])}
        for each in properties.get("LoadBalancers", [])
    ]
    count = int(properties.get("DesiredCount", 1))
    return {**properties, "DesiredCount": count, "LoadBalancers": balancers}


def begin_deployments() -> None:
    """Let a service's first deployment be in progress until it has come about."""
    make = ecs._make_deployment

    def make_in_progress(*values: Any, **named: Any) -> Properties:
        return {**make(*values, **named), "rolloutState": "IN_PROGRESS", "rolloutStateReason": ""}

    ecs._make_deployment = make_in_progress


def wait_for_services() -> None:
    """Make a stack wait for its services, and roll back those that fail."""
    handlers = provisioners._RESOURCE_HANDLERS[SERVICE]
    create, update, delete = (handlers[each] for each in ("create", "update", "delete"))
    on_thread, sends_back = stacks._runs_on_worker_thread, stacks._sends_back_failed_update

    def create_and_wait(name: str, properties: Properties, stack: str) -> Any:
        service = create(name, properties, stack)
        try:
            _wait_for_services(stack, service[0])
        except ValueError:
            delete(service[0], properties)
            raise
        return service

    def update_and_wait(service: str, old: Properties, new: Properties, stack: str) -> Any:
        updated = update(service, old, new, stack)
        _wait_for_services(stack, updated[0])
        return updated

    stacks._runs_on_worker_thread = lambda kind: kind == SERVICE or on_thread(kind)
    stacks._sends_back_failed_update = lambda kind: kind == SERVICE or sends_back(kind)
    handlers.update(create=create_and_wait, update=update_and_wait)


def fail_what_was_cut_off() -> None:
    """Let a stack whose operation a stop cut off be in a state that can be left."""
    for stack in cloudformation._stacks._data.values():
        if stack["StackStatus"] in CUT_OFF:
            stack["StackStatus"] = CUT_OFF[stack["StackStatus"]]
            stack["StackStatusReason"] = "the local account was stopped meanwhile"


def outcome(service: Properties, deployment: str) -> Outcome:
    """Judge a service, as MiniStack keeps it, by the deployment that is waited for."""
    own = next((each for each in service["deployments"] if each["id"] == deployment), None)
    if own is None or own["rolloutState"] == "FAILED":
        return Outcome.FAILED
    counts = {service["runningCount"], own["runningCount"]}
    # No task of the previous server runs any more.
    stable = own["rolloutState"] == "COMPLETED" and counts == {service["desiredCount"]}
    return Outcome.STABLE if stable else Outcome.WAITING


def _wait_for_services(stack: str, arn: str) -> None:
    """Wait until the service is stable; the text of a ValueError becomes the event's reason."""
    service = ecs._services["/".join(arn.split("/")[-2:])]
    deployment = ecs._primary_deployment(service)["id"]
    until = time.monotonic() + ROLLOUT_SECONDS
    while (state := outcome(service, deployment)) is not Outcome.STABLE:
        if state is Outcome.FAILED:
            raise ValueError(f"{arn}: ECS Deployment Circuit Breaker was triggered")
        if why := operations.interruption(cloudformation._stacks.get(stack) or {}):
            raise ValueError(why)
        if time.monotonic() > until:
            raise ValueError(f"{arn}: not stable within {ROLLOUT_SECONDS} s")
        time.sleep(POLL_SECONDS)
