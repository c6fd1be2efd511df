"""What a deploy promises, on the real thing: each test breaks something that users break."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.project import Output, Project, get, standing, version
from tests.rehearsal.visitor import visiting

PAGE = "webapp/templates/index.html"
WEB, MIGRATE = "entries/web.sh", "entries/migrate.sh"
# The suite starts a server of its own, on another port, and has a report to write.
AS_A_TASK = '[ "$WEB_PORT" != 8000 ] ||'
NOT_IN_THE_SUITE = '[ -n "${JUNIT_XML:-}" ] ||'
# One failure is enough: nobody wants to wait for three.
SOON = {"LOCAL_STACK_BREAKER_COUNT": "1"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A checkout that is deployed to an account of its own."""
    folder, state = (tmp_path_factory.mktemp(each) for each in ("promises", "promises-state"))
    made = Project(folder, state, port=4578, images="slipway/promises")
    with standing(made):
        made.run("invoke", "engine")
        assert made.deploy(**SOON).code == 0
        yield made


@pytest.fixture
def url(project: Project) -> str:
    """The address of the service."""
    return project.deploy(**SOON).url


@pytest.fixture
def colleague(project: Project, tmp_path: Path) -> Project:
    """A colleague with a clone of this moment, who deploys to the same account."""
    project.git("clone", "--quiet", str(project.folder), str(tmp_path / "clone"))
    for name in (".env",):
        (tmp_path / "clone" / name).write_text(project.read(name))
    return replace(project, folder=tmp_path / "clone")


def change(project: Project, text: str) -> str:
    """Commit another page."""
    project.write(PAGE, project.read(PAGE) + f"<!-- {text} -->\n")
    return project.commit(text)


@contextmanager
def fault(project: Project, entry: str, line: str) -> Iterator[None]:
    """Commit an entry with one more line before its last command, and at the end its repair."""
    good = project.read(entry)
    project.write(entry, good.replace("\nexec ", f"\n{line}\nexec ", 1))
    project.commit(f"a fault in {entry}")
    try:
        yield
    finally:
        project.write(entry, good)
        project.commit(f"{entry} is repaired")


def last_lines(output: Output) -> str:
    """Return the last five lines, which a person sees."""
    return "\n".join(output.text.rstrip().splitlines()[-5:])


def service(project: Project) -> dict[str, Any]:
    """Describe the web service."""
    ecs = project.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    return dict(ecs.describe_services(cluster=cluster, services=["web"])["services"][0])


def test_an_older_commit_is_refused_from_a_clone_that_has_not_fetched(
    project: Project, colleague: Project, url: str
) -> None:
    """Exit 4, with the remote at hand or gone: not knowing is not "no"."""
    newest = change(project, "the clone does not have it")
    assert project.deploy(**SOON).code == 0

    fetched = colleague.deploy(**SOON)
    assert fetched.code == 4
    assert f"runs {newest[:12]}, which is newer" in fetched.text

    change(project, "nor this one")
    assert project.deploy(**SOON).code == 0
    colleague.git("remote", "remove", "origin")
    unknown = colleague.deploy(**SOON)
    assert unknown.code == 4
    assert "git cannot tell" in unknown.text
    assert "build" not in unknown.stages
    assert version(url) == project.git("rev-parse", "HEAD")


def test_two_deploys_at_once_take_turns(project: Project, url: str) -> None:
    """The second waits for the first and shows it; both succeed, and the newer one serves."""
    change(project, "the first of two")
    first = project.start("invoke", "deploy", **SOON)
    lines = []
    assert first.stdout
    for line in first.stdout:
        lines.append(line)
        if line.strip() == "release":
            break
    newer = change(project, "the second of two")
    second = project.deploy(**SOON)
    ended = project.finish(first)

    assert ended.code == 0, "".join(lines) + ended.text
    assert second.code == 0
    assert version(url) == newer


def test_a_new_secret_arrives_in_one_deploy(project: Project, url: str) -> None:
    """The migration of the commit that needs it has it, and visitors notice nothing."""
    secret = project.client("secretsmanager").create_secret(Name="needed", SecretString="a secret")
    with_secret = {**SOON, "LOCAL_STACK_SECRETS": f"NEEDED={secret['ARN']}"}
    before = service(project)["taskDefinition"]
    with fault(project, MIGRATE, f'{NOT_IN_THE_SUITE} : "${{NEEDED:?is not set}}"'):
        without = project.deploy(**SOON)
        assert without.code == 1
        assert "NEEDED: is not set" in last_lines(without)
        assert service(project)["taskDefinition"] == before

        with visiting(url) as visitor:
            output = project.deploy(**with_secret)
        assert output.code == 0
        assert output.stages == ["infrastructure", "migrate", "release", "proof"]
        assert visitor.failures == []
        assert version(url) == project.git("rev-parse", "HEAD")


def test_a_rotated_secret_arrives_by_a_restart(project: Project, url: str) -> None:
    """New containers of the same revision have it, and visitors notice nothing."""
    secrets = project.client("secretsmanager")
    arn = secrets.create_secret(Name="rotated", SecretString="first")["ARN"]
    assert project.deploy(**SOON, LOCAL_STACK_SECRETS=f"ROTATED={arn}").code == 0
    before, revision = service(project), version(url)
    tasks = {each["taskArn"] for each in project.running_tasks()}
    secrets.put_secret_value(SecretId=arn, SecretString="second")
    with visiting(url) as visitor:
        output = project.run("invoke", "restart")

    assert output.code == 0, output.text
    assert output.stages == ["restart", "proof"]
    assert "proven: " in output.text
    assert visitor.failures == []
    assert version(url) == revision
    after = service(project)
    assert after["taskDefinition"] == before["taskDefinition"]
    assert after["deployments"][0]["id"] != before["deployments"][0]["id"]
    assert not tasks & {each["taskArn"] for each in project.running_tasks()}
    assert {variable(project, each, "ROTATED") for each in containers(project)} == {"second"}


def containers(project: Project) -> list[str]:
    """List the ids of the web service's containers."""
    return [each["runtimeId"] for task in project.running_tasks() for each in task["containers"]]


def variable(project: Project, container: str, name: str) -> str:
    """Read a variable of a container's environment."""
    listed = project.run("docker", "inspect", "--format", "{{json .Config.Env}}", container)
    variables = dict(each.partition("=")[::2] for each in json.loads(listed.text))
    return str(variables[name])


def test_a_task_that_never_becomes_healthy_is_explained(project: Project, url: str) -> None:
    """What the load balancer sees stands in the last five lines, with who serves now."""
    before = version(url)
    with fault(project, WEB, f"{AS_A_TASK} exec python -m http.server 8000"):
        output = project.deploy(**SOON)

    assert output.code == 1
    assert "404" in last_lines(output)
    assert f"{before[:12]} serves" in last_lines(output)
    assert version(url) == before


def test_a_crash_loop_is_not_proven(project: Project, url: str) -> None:
    """A task that is healthy for some seconds and then ends, for ever, does not serve."""
    assert url
    end = "{ sleep 8; echo 'out of wind' >&2; kill $$; } &"
    with fault(project, WEB, f"{AS_A_TASK} {end}"):
        output = project.deploy(**SOON)

    assert output.code == 1
    assert "proven: " not in output.text.replace("not proven: ", "")
    assert "web exited" in last_lines(output)
    assert project.deploy(**SOON).code == 0


def test_what_git_does_not_name_is_in_no_image(project: Project, url: str) -> None:
    """An ignored file with a password stays on this machine, and the tag is the commit's."""
    (project.folder / "webapp" / ".env").write_text("DB_PASSWORD=hunter2\n")
    commit = change(project, "beside an ignored file")

    assert project.deploy(**SOON).code == 0

    assert version(url) == commit
    image = project.running_tasks()[0]["containers"][0]["image"]
    listed = ["docker", "run", "--rm", "--pull=never", "--entrypoint", "ls", image, "-a", "webapp"]
    assert ".env" not in project.run(*listed).text
    assert get(url)[0] == 200


def test_a_release_that_is_interrupted_can_be_cancelled(project: Project, url: str) -> None:
    """Ctrl-C says that CloudFormation goes on; invoke cancel brings the old revision back."""
    before = version(url)
    with fault(project, WEB, f"{AS_A_TASK} exec sleep 3600"):
        started = project.start("invoke", "deploy", **SOON)
        assert started.stdout
        for line in started.stdout:
            if line.strip() == "WebService UPDATE_IN_PROGRESS":
                break
        interrupted = project.interrupt(started)
        cancelled = project.run("invoke", "cancel")

    assert interrupted.code == 130
    assert "invoke cancel" in last_lines(interrupted)
    assert cancelled.code == 0
    assert "the update was cancelled" in cancelled.text
    assert project.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert version(url) == before
