"""The delivery stack: what an account and region needs before the first deploy."""

from troposphere import Template

from stack import repository


def template() -> Template:
    """Make the delivery template: the repository of the application's images."""
    made = Template("Slipway delivery: where the application's images are kept")
    repository.add(made)
    return made
