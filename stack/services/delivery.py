"""The delivery stack: what an environment needs before its first deploy."""

from troposphere import Parameter, Template

from stack.delivery import permissions
from stack.delivery.identity import add_identity
from stack.delivery.repository import add_repository
from stack.delivery.service_role import add_service_role
from stack.delivery.templates_bucket import add_templates_bucket
from stack.options import Options
from stack.permissions_boundary import add_permissions_boundary


def template(options: Options) -> Template:
    """Return the delivery template: repository, CloudFormation's role, deployment identity.

    It is one for each environment: who may deploy to staging has no right in production.
    """
    template = Template("Slipway delivery: ECR repository and deployment identity")
    stack = template.add_parameter(
        Parameter("ApplicationStack", Type="String", Description="The application stack's name")
    )
    images = add_repository(template, options)
    bucket = add_templates_bucket(template)
    role = add_service_role(template, stack, add_permissions_boundary(template, stack))
    add_identity(template, options, permissions.of_a_deploy(stack, images, bucket, role))
    return template
