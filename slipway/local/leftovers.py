"""What a local account leaves in the container engine: its tasks' containers, its images' names."""

from slipway.shell import run


def remove_containers(instance: str) -> None:
    """Remove the containers of the server that calls itself so, with their volumes."""
    label = f"label=ministack.instance={instance}"
    ids = run(["docker", "ps", "--all", "--quiet", "--filter", label]).stdout.split()
    if ids:
        run(["docker", "rm", "--force", "--volumes", *ids])


def remove_image_names(reference: str) -> None:
    """Remove the names of images that match, such as "localhost:4566/*"; others of theirs stay.

    An image that was pulled by its digest has no tag, and goes by the digest.
    """
    columns = "{{.Repository}}:{{.Tag}} {{.Repository}}@{{.Digest}}"
    listed = ["docker", "images", "--digests", "--format", columns]
    rows = run([*listed, "--filter", f"reference={reference}"]).stdout.splitlines()
    if names := [image_name(*row.split()) for row in rows]:
        run(["docker", "rmi", "--force", *names], check=False)


def image_name(by_tag: str, by_digest: str) -> str:
    """Choose the name by which an image can be removed: its tag, or its digest without one."""
    return by_digest if by_tag.endswith(":<none>") else by_tag
