"""The application stack: what one environment runs."""

from troposphere import Template

from stack import (
    alarms,
    assets,
    cluster,
    dashboard,
    database,
    domain,
    egress,
    load_balancer,
    network,
    parameters,
    roles,
    scaling,
    schedule,
    security_groups,
    tasks,
    waf,
    web,
    worker,
)
from stack.options import Options


def template(options: Options) -> Template:
    """Make the application template; without a revision, everything but the service."""
    made = Template("Slipway application: a web service behind a load balancer")
    given = parameters.add(made, options)
    place = network.add(made, options)
    groups = security_groups.add(made, place)
    way_out = egress.add(made, options, place, groups)
    room = web.Room(cluster.add(made, options), way_out, groups)
    certificate = domain.add(made, options)
    balancer = load_balancer.add(made, options, place, groups, certificate)
    if certificate:
        domain.add_record(made, certificate, balancer.balancer)
    if options.waf:
        waf.add(made, balancer)
    watched = alarms.add(made, options, given, balancer)
    store = database.add(made, options, place, groups, watched)
    files = assets.add(made) if options.assets else None
    rights = roles.add(made, options, store, room.cluster, files)
    shared = tasks.Tasks(options, given, room.cluster, rights, store, files)
    tasks.add_migration(made, shared)
    web_task = tasks.add_web(made, shared)
    service = web.add(made, options, given, room, balancer, web_task, watched)
    scaling.add(made, options, given, room.cluster, balancer, service)
    if options.worker:
        worker.add(made, shared, room)
    if options.schedule:
        schedule.add(made, shared, room, options.schedule, watched)
    if options.dashboard:
        dashboard.add(made, room.cluster, balancer, store)
    return made
