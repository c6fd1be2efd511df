"""The delivery stack: what an environment needs before its first deploy."""

from troposphere import Parameter, Template

from stack import permissions_boundary
from stack.delivery import identity, permissions, repository, service_role, templates_bucket
from stack.options import Options


def template(options: Options) -> Template:
    """Make the delivery template: repository, CloudFormation's role, and who deploys.

    It is one for each environment: who may deploy to staging has no right in production.
    """
    made = Template("Slipway delivery: the application's images, and who deploys them")
    stack = made.add_parameter(
        Parameter("ApplicationStack", Type="String", Description="The application stack's name")
    )
    images = repository.add(made, options)
    bucket = templates_bucket.add(made)
    role = service_role.add(made, stack, permissions_boundary.add(made, stack))
    identity.add(made, options, permissions.of_a_deploy(stack, images, bucket, role))
    return made
