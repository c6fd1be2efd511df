"""Nobody else uses the local account: shown with a real browser, and as another user.

And its tasks have nothing of this machine, but what Fargate would give them.
"""

import html
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.browser import REBOUND, Site, browsing, foreign_site
from tests.rehearsal.project import Project, get, standing

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

PORT, UNGUARDED_PORT = 4587, 4586
NOBODY = 65534
CONTENT = "application/x-www-form-urlencoded"
# What a page of the application could run: text of every answer that it gets to see.
SCRIPT = """
const [path, options, done] = arguments;
fetch(path, options).then(async answer => done(answer.status + " " + await answer.text()),
                          error => done("refused: " + error));
"""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A checkout with an account of its own."""
    folder, state = (tmp_path_factory.mktemp(each) for each in ("intruders", "intruders-state"))
    project = Project(folder, state, port=PORT, images="slipway/intruders")
    with standing(project):
        project.run("invoke", "engine")
        yield project


@pytest.fixture(scope="module")
def url(account: Project) -> str:
    """The address of the deployed application."""
    output = account.deploy("--untested")
    assert output.code == 0
    return output.url


@pytest.fixture(scope="module")
def image(account: Project, url: str) -> str:
    """The application's image, by its name in this machine's engine."""
    assert url
    return f"{account.images}:{account.deployed_tag()}"


@pytest.fixture(scope="module")
def browser() -> Iterator["Chrome"]:
    """A browser, which comes from one test to the next as a developer's does."""
    with browsing() as found:
        yield found


@pytest.fixture
def site() -> Iterator[Site]:
    """A site of a foreign name."""
    with foreign_site() as found:
        yield found


def evil_template(image: str) -> str:
    """Write a template whose service runs a command on this machine."""
    container = {"Name": "evil", "Image": image, "Command": ["sleep", "1000"]}
    definition = {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "512",
        "ContainerDefinitions": [container],
    }
    service = {
        "Cluster": {"Ref": "Cluster"},
        "ServiceName": "evil",
        "LaunchType": "FARGATE",
        "TaskDefinition": {"Ref": "Definition"},
        "DesiredCount": 1,
    }
    resources = {
        "Cluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": "evil"}},
        "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
        "Service": {"Type": "AWS::ECS::Service", "Properties": service},
    }
    return json.dumps({"Resources": resources})


def form(port: int, image: str) -> str:
    """Write a page that sends a form to the account as soon as somebody visits it."""
    fields = {
        "Action": "CreateStack",
        "Version": "2010-05-15",
        "StackName": "evil",
        "TemplateBody": evil_template(image),
    }
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in fields.items()
    )
    start = f'<form id="evil" method="post" action="http://localhost:{port}/">'
    return f'{start}{inputs}</form><script>document.getElementById("evil").submit()</script>'


def visit_form(browser: "Chrome", site: Site, port: int) -> str:
    """Visit the site, wait until its form has been answered, and return the answer."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(site.url)
    address = f"http://localhost:{port}/"
    WebDriverWait(browser, 30).until(lambda it: it.current_url == address)
    return browser.page_source


def stacks(project: Project) -> set[str]:
    """Return the names of the account's stacks, whatever became of them."""
    found = project.client("cloudformation").list_stacks()["StackSummaries"]
    return {each["StackName"] for each in found}


def test_a_form_of_a_foreign_site_creates_nothing(
    account: Project, url: str, image: str, browser: "Chrome", site: Site
) -> None:
    """The browser sends it without a question, and the account refuses it."""
    assert url
    before = stacks(account)
    site.page = form(PORT, image)

    answer = visit_form(browser, site, PORT)

    assert "AccessDenied" in answer
    assert "closed to browsers" in answer
    assert stacks(account) == before
    assert "evil" not in str(account.client("ecs").list_clusters())


def test_without_the_guard_the_same_form_runs_a_command(
    account: Project, image: str, browser: "Chrome", site: Site
) -> None:
    """So it is the guard that refuses, and this test can fail."""
    unguarded = replace(account, port=UNGUARDED_PORT)
    site.page = form(UNGUARDED_PORT, image)
    try:
        unguarded.bring_up("tests.rehearsal.unguarded")
        assert "CreateStackResult" in visit_form(browser, site, UNGUARDED_PORT)

        waiter = unguarded.client("cloudformation").get_waiter("stack_create_complete")
        waiter.wait(StackName="evil", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        names = unguarded.run("docker", "ps", "--format", "{{.Names}}").text
        assert any(name.endswith("-evil") for name in names.split())
    finally:
        unguarded.run("invoke", "local.down", "--yes")


def test_a_name_that_points_here_is_refused(account: Project, url: str, browser: "Chrome") -> None:
    """DNS rebinding: to the browser the account is then the foreign site itself."""
    path = url.removeprefix(f"http://localhost:{account.port}")
    for address in ("/", "/_ministack/health", path):
        browser.get(f"http://{REBOUND}:{account.port}{address}")
        assert "answers to localhost names alone" in browser.page_source


@pytest.mark.parametrize("host", ["path", "name"])
def test_a_script_of_the_application_cannot_use_the_account(
    account: Project, url: str, browser: "Chrome", host: str
) -> None:
    """Its page has the API's own origin, so same-origin is no reason to trust it.

    The example's own pages run no scripts at all, which another application's do.
    """
    browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
    name = url.rstrip("/").rpartition("/")[2]
    port = account.port
    browser.get(url if host == "path" else f"http://{name}.alb.localhost:{port}/")
    assert "It left the slipway." in browser.page_source

    api = "/" if host == "path" else f"http://localhost:{port}/"
    target = {"X-Amz-Target": "secretsmanager.ListSecrets"}
    calls: list[tuple[str, dict[str, Any]]] = [
        (
            api,
            {"method": "POST", "headers": {"Content-Type": CONTENT}, "body": "Action=ListStacks"},
        ),
        (api, {"method": "POST", "headers": target, "body": "{}"}),
        (f"{api}_ministack/health", {}),
        (f"{api}v2/_catalog", {}),
        (f"{api}_ministack/reset", {"method": "POST"}),
    ]
    for path, options in calls:
        answer = browser.execute_async_script(SCRIPT, path, options)
        # Of another origin, it does not even get to see that it was refused.
        assert answer.startswith("403 " if host == "path" else "refused: ")
    assert stacks(account)


def test_the_application_works_in_the_browser(url: str, browser: "Chrome") -> None:
    """Its page, its style sheet, and its form."""
    from selenium.webdriver.common.by import By

    browser.get(url)
    browser.find_element(By.NAME, "name").send_keys("A visitor")
    browser.find_element(By.NAME, "message").send_keys("Seen in a browser")
    browser.find_element(By.TAG_NAME, "button").click()

    assert "Seen in a browser" in browser.find_element(By.TAG_NAME, "ol").text
    assert browser.execute_script("return document.styleSheets[0].cssRules.length")


def as_nobody(question: Callable[[], str]) -> str:
    """Ask as the user nobody and return the answer; without root's rights, as the user here."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            answer = question()
        except ClientError as error:
            answer = f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error}"
        except urllib.error.HTTPError as error:
            answer = f"{error.code} {error.read()!r}"
        except BaseException as error:  # noqa: BLE001 - it goes to the parent, as a text
            answer = f"{type(error).__name__} {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        answer = file.read()
    os.waitpid(child, 0)
    return answer


def ask(client: Any, call: str) -> str:
    """Make a call that needs no argument."""
    return str(getattr(client, call)())


@pytest.mark.parametrize("key", ["x", "test", "000000000000"])
def test_another_user_s_key_is_refused(account: Project, url: str, key: str) -> None:
    """MiniStack takes these for its root user."""
    assert url
    session = boto3.Session(key, key, region_name="us-east-1")
    calls = {
        "secretsmanager": "list_secrets",
        "cloudformation": "list_stacks",
        "ecs": "list_clusters",
        "s3": "list_buckets",
        "sts": "get_caller_identity",
    }
    for service, call in calls.items():
        client = session.client(service, endpoint_url=f"http://localhost:{account.port}")
        answer = as_nobody(partial(ask, client, call))
        assert answer.startswith("403 ")
        assert "InvalidClientTokenId" in answer


@pytest.mark.parametrize("path", ["/", "/bucket/key", "/_ministack/config", "/v2/_catalog"])
def test_another_user_is_refused_without_a_key(account: Project, path: str) -> None:
    """There is no anonymous call, and the registry wants a login."""
    address = f"http://localhost:{account.port}{path}"
    request = urllib.request.Request(address, data=b"Action=ListStacks", method="POST")

    answer = as_nobody(lambda: str(urllib.request.urlopen(request, timeout=10).read()))  # noqa: S310

    assert answer[:4] in {"401 ", "403 "}


def test_another_user_cannot_read_the_key(account: Project) -> None:
    """Nor anything else of the account's folder."""
    assert account.credentials_file.stat().st_mode & 0o777 == 0o600
    assert account.credentials_file.parent.stat().st_mode & 0o777 == 0o700
    if os.getuid() == 0:
        assert as_nobody(account.credentials_file.read_text).startswith("PermissionError")


def test_an_unsigned_token_takes_no_role(account: Project) -> None:
    """AssumeRoleWithWebIdentity is unsigned by nature, and nobody here can check the token."""
    role = {"RoleArn": "arn:aws:iam::000000000000:role/slipway", "RoleSessionName": "evil"}
    with pytest.raises(ClientError, match="MissingAuthenticationToken"):
        account.client("sts").assume_role_with_web_identity(**role, WebIdentityToken="a.b.c" * 4)


def test_another_account_of_the_port_is_left_alone(
    account: Project, url: str, tmp_path: Path
) -> None:
    """Another user, or another state folder, can neither use nor remove it."""
    other = replace(account, state=tmp_path)

    for command in (["local.down", "--yes"], ["local.up"]):
        output = other.run("invoke", *command)
        assert output.code == 2
        assert f"port {account.port} is taken by another local AWS account" in output.text
    assert get(url)[0] == 200


def test_a_database_is_removed_by_nobody_who_was_not_asked(account: Project, url: str) -> None:
    """Without a terminal there is nobody to ask, so a script has to say it."""
    output = account.run("invoke", "local.down")

    assert output.code == 4
    assert "invoke local.down --yes" in output.text
    assert get(url)[0] == 200


def test_a_database_that_is_gone_is_brought_up_with_its_rows(account: Project, url: str) -> None:
    """Its container, that is; the rows are in a volume."""
    name = account.run("docker", "ps", "--format", "{{.Names}}", "--filter", f"name={PORT}").text
    sign = urllib.parse.urlencode({"name": "A visitor", "message": "Before the fall"}).encode()
    urllib.request.urlopen(f"{url}sign", data=sign, timeout=10).close()  # noqa: S310 - our own
    account.run("docker", "rm", "--force", name.strip())

    assert account.run("invoke", "local.up").code == 0

    assert "Before the fall" in get(url)[1]


def test_a_container_that_is_gone_is_replaced(account: Project, url: str) -> None:
    """Its task has stopped, with a reason, and is no target in the meantime."""
    assert url
    before = {task["taskArn"]: task for task in account.running_tasks()}
    arn, task = before.popitem()
    account.run("docker", "rm", "--force", task["containers"][0]["runtimeId"])

    until = time.monotonic() + 60
    while len({each["taskArn"] for each in account.running_tasks()} - {arn}) < 2:
        assert time.monotonic() < until
        time.sleep(1)
        assert get(url)[0] == 200

    ecs, cluster = account.client("ecs"), task["clusterArn"]
    (stopped,) = ecs.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
    assert stopped["lastStatus"] == "STOPPED"
    assert stopped["containers"][0]["reason"] == "the container is gone"


def definition(image: str, **container: Any) -> dict[str, Any]:
    """Write a task definition with one container."""
    return {
        "family": "intruder",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "main", "image": image, **container}],
    }


@pytest.mark.parametrize(
    "change",
    [
        {"networkMode": "host"},
        {"pidMode": "host"},
        {"volumes": [{"name": "root", "host": {"sourcePath": "/"}}]},
        {"containerDefinitions": [{"name": "main", "image": "x", "privileged": True}]},
    ],
    ids=str,
)
def test_a_task_gets_nothing_of_this_machine(
    account: Project, image: str, change: dict[str, Any]
) -> None:
    """Not with the account's own key, either: Fargate refuses it, too."""
    with pytest.raises(ClientError, match="ClientException"):
        account.client("ecs").register_task_definition(**{**definition(image), **change})


@pytest.mark.parametrize(
    ("code", "container", "expected"),
    [
        ("bytearray(900 * 1024 * 1024)", {}, (137, "OutOfMemoryError")),
        ("open('/app/x', 'w')", {"readonlyRootFilesystem": True, "user": "0"}, (1, "")),
        ("import os; exit(os.getuid() == 4711 and 9)", {"user": "4711"}, (9, "")),
    ],
    ids=["memory", "disk", "user"],
)
def test_a_task_has_the_limits_of_its_definition(
    account: Project, image: str, code: str, container: dict[str, Any], expected: tuple[int, str]
) -> None:
    """It ends here as it would on Fargate: out of memory, on a disk that it cannot write."""
    ecs = account.client("ecs")
    given = definition(image, entryPoint=["python", "-c", code], **container)
    found = ecs.register_task_definition(**given)["taskDefinition"]["taskDefinitionArn"]
    (task,) = ecs.run_task(taskDefinition=found, launchType="FARGATE")["tasks"]

    ecs.get_waiter("tasks_stopped").wait(
        tasks=[task["taskArn"]], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )

    (stopped,) = ecs.describe_tasks(tasks=[task["taskArn"]])["tasks"]
    (ended,) = stopped["containers"]
    assert (ended["exitCode"], ended.get("reason", "").partition(":")[0]) == expected


def test_a_stack_that_is_deleted_while_it_is_created_leaves_no_service(
    account: Project, image: str
) -> None:
    """Its service never becomes stable, and would have started tasks for ever."""
    cloudformation, ecs = account.client("cloudformation"), account.client("ecs")
    body = evil_template(image).replace('["sleep", "1000"]', '["false"]')
    options = {"WaiterConfig": {"Delay": 1, "MaxAttempts": 30}}
    cloudformation.create_stack(StackName="evil", TemplateBody=body)
    until = time.monotonic() + 30
    while "evil" not in str(ecs.list_services(cluster="evil")["serviceArns"]):
        assert time.monotonic() < until
        time.sleep(0.2)

    cloudformation.delete_stack(StackName="evil")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="evil", **options)

    assert "evil" not in str(ecs.list_clusters()["clusterArns"])
    names = account.run("docker", "ps", "--format", "{{.Names}}").text
    assert not any(name.endswith("-evil") for name in names.split())
