"""Part of the local account's server: the private names of MiniStack that its parts replace.

MiniStack has no public hooks, so its version is pinned, and the server does not start with one
in which a name has moved.
"""

import importlib

NEEDED = {
    "ministack.app": (
        "_handle_alb_request",
        "_load_persisted_state",
        "_send_if_handled",
        "_stop_docker_containers",
        "_with_date_header",
    ),
    "ministack.core.responses": ("_account_from_sts_session",),
    "ministack.services.alb": ("_ACTION_MAP", "_p", "_tgs"),
    "ministack.services.cloudformation": (
        "_ACTION_HANDLERS",
        "_stacks",
    ),
    "ministack.services.cloudformation.changesets": ("_find_change_set",),
    "ministack.services.cloudformation.handlers": (
        "_delete_stack_async",
        "_resolve_stack",
    ),
    "ministack.services.cloudformation.helpers": (
        "_error",
        "_p",
    ),
    "ministack.services.cloudformation.provisioners": (
        "_RESOURCE_HANDLERS",
        "_normalize_container_defs",
    ),
    "ministack.services.cloudformation.stacks": (
        "_roll_back_operation",
        "_runs_on_worker_thread",
        "_sends_back_failed_update",
    ),
    "ministack.services.ecr": ("_get_authorization_token",),
    "ministack.services.ecs": (
        "_ACTION_MAP",
        "_build_run_kwargs",
        "_cleanup_task_resources",
        "_cluster_name_from_arn",
        "_clusters",
        "_create_service",
        "_get_docker",
        "_iso",
        "_launch_choice",
        "_make_deployment",
        "_mark_task_running",
        "_mark_task_stopped",
        "_maybe_mark_stopped",
        "_primary_deployment",
        "_reconcile_service_tasks",
        "_record_service_task_failure",
        "_refresh_service_state",
        "_register_metadata",
        "_register_task_definition",
        "_remove_docker_container",
        "_resolve_cluster_name",
        "_run_task",
        "_sanitize",
        "_services",
        "_task_ip",
        "_tasks",
        "_update_service",
    ),
}


def missing() -> list[str]:
    """List what of NEEDED this MiniStack lacks."""
    return [
        f"{module}.{name}"
        for module, names in NEEDED.items()
        for name in names
        if not hasattr(importlib.import_module(module), name)
    ]
