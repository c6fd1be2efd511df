"""The application stack: what one environment runs."""

from troposphere import Template

from stack.alarms import add_alarms
from stack.assets import add_assets
from stack.cluster import add_cluster
from stack.dashboard import add_dashboard
from stack.database import add_database
from stack.domain import add_certificate, add_record
from stack.egress import add_egress
from stack.load_balancer import add_load_balancer
from stack.network import add_network
from stack.options import Options
from stack.parameters import add_parameters
from stack.roles import add_roles
from stack.scaling import add_scaling
from stack.schedule import add_schedule
from stack.security_groups import add_security_groups
from stack.tasks import Tasks, add_migration, add_web_task
from stack.waf import add_firewall
from stack.web import Room, add_web_service
from stack.worker import add_worker


def template(options: Options) -> Template:
    """Return the application template; without a revision, everything but the service."""
    template = Template("Slipway application: a web service behind a load balancer")
    parameters = add_parameters(template, options)
    network = add_network(template, options)
    groups = add_security_groups(template, network)
    egress = add_egress(template, options, network, groups)
    cluster = add_cluster(template, options)
    certificate = add_certificate(template, options)
    balancer = add_load_balancer(template, options, network, groups, certificate)
    if certificate:
        add_record(template, certificate, balancer.balancer)
    if options.waf:
        add_firewall(template, balancer)
    alarms = add_alarms(template, options, parameters, balancer)
    database = add_database(template, options, network, groups, alarms)
    assets = add_assets(template) if options.assets else None
    roles = add_roles(template, options, database, cluster, assets)
    tasks = Tasks(options, parameters, cluster, roles, database, assets)
    add_migration(template, tasks)
    web_task = add_web_task(template, tasks)
    room = Room(cluster, egress, groups)
    service = add_web_service(template, options, parameters, room, balancer, web_task, alarms)
    add_scaling(template, options, parameters, cluster, balancer, service)
    if options.worker:
        add_worker(template, tasks, room)
    if options.schedule:
        add_schedule(template, tasks, room, options.schedule, alarms)
    if options.dashboard:
        add_dashboard(template, cluster, balancer, database)
    return template
