"""Whether what is deployed is newer than what is to be deployed."""

from slipway.aws import contract
from slipway.aws.stack import Stack
from slipway.aws.stack_status import Step
from slipway.errors import Refused
from slipway.git.history import Relation, relation


def commit_of(tag: str) -> str:
    """Return the commit that an image's tag begins with."""
    return tag.partition("-")[0]


def compare(stack: Stack, tag: str) -> Relation | None:
    """Return what an image is to the deployed one, by their commits; None if nothing is deployed.

    Git may fetch what this checkout lacks to tell.
    """
    deployed = commit_of(contract.revision_of(stack))
    if not deployed or stack.step is Step.CREATE:
        return None
    return relation(deployed, commit_of(tag))


def require_not_older(
    stack: Stack, tag: str, relation: Relation | None, *, allow_older: bool
) -> None:
    """Raise Refused if an older commit would replace a newer one, or if git cannot tell."""
    deployed, wanted = (commit_of(each)[:12] for each in (contract.revision_of(stack), tag))
    if allow_older:
        return
    if relation is Relation.OLDER:
        raise Refused(
            f"{stack.name} runs {deployed}, which is newer than {wanted}",
            hint="git pull; or, to go back: --allow-older",
        )
    if relation is Relation.UNKNOWN:
        raise Refused(
            f"{stack.name} runs {deployed}, and git cannot tell whether {wanted} is older: "
            "this checkout does not have that commit",
            hint="git fetch --unshallow, or push the commit; or deploy all the same: --allow-older",
        )
