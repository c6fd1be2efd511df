"""Part of the local account's server: a new deployment of a service by force.

Gaps of MiniStack that are closed here:

- Its CloudFormation hands ForceNewDeployment to no call. Here an update of an AWS::ECS::Service
  that enables it is a new deployment:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ecs-service-forcenewdeployment.html
- The tasks of a service are started by its name. Here they are started by a deployment's id:
  https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
"""
# ruff: noqa: SLF001 - MiniStack has no public hooks

from contextvars import ContextVar
from typing import Any

from ministack.services import ecs
from ministack.services.cloudformation import provisioners

SERVICE = "AWS::ECS::Service"
_forced: ContextVar[bool] = ContextVar("forced", default=False)


def force_deployments() -> None:
    """Let a template's ForceNewDeployment reach UpdateService."""
    handlers, call = provisioners._RESOURCE_HANDLERS[SERVICE], ecs._update_service
    update = handlers["update"]

    def update_service(request: dict[str, Any]) -> Any:
        return call({**request, "forceNewDeployment": True} if _forced.get() else request)

    def update_by_force(service: str, old: Any, new: Any, stack: str) -> Any:
        token = _forced.set(is_forced(new))
        try:
            return update(service, old, new, stack)
        finally:
            _forced.reset(token)

    ecs._update_service = update_service
    handlers.update(update=update_by_force)


def name_deployments() -> None:
    """Let every answer name the deployment that started a task of a service."""
    project = ecs._sanitize

    def with_deployment(record: Any) -> Any:
        shown = project(record)
        started_by = record.get("_deployment_id") if isinstance(record, dict) else None
        return {**shown, "startedBy": started_by} if started_by else shown

    ecs._sanitize = with_deployment


def is_forced(properties: dict[str, Any]) -> bool:
    """Whether a service's properties force a new deployment; a text may stand for a boolean."""
    force = properties.get("ForceNewDeployment") or {}
    return str(force.get("EnableForceNewDeployment")).lower() == "true"
