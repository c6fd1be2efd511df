"""The application stack: what one environment runs."""

from troposphere import Template

from stack import cluster, load_balancer, network, parameters, roles, tasks, web


def template() -> Template:
    """Make the application template; without a revision, everything but the service."""
    made = Template("Slipway application: a web service behind a load balancer")
    given = parameters.add(made)
    place = network.add(made)
    room = cluster.add(made)
    balancer = load_balancer.add(made, place, given.port)
    rights = roles.add(made, given.database_url, room.log_group)
    shared = tasks.Tasks(given, room, rights)
    tasks.add_migration(made, shared)
    web_task = tasks.add_web(made, shared)
    group = web.add_security_group(made, place, balancer, given.port)
    web.add(made, given, room, place, balancer, group, web_task)
    return made
