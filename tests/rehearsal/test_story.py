"""The story of a deploy, in order: each test begins where the one before it ended."""

import json
import re
import shutil
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

import tasks
from tests.rehearsal.project import (
    RAN,
    STAGES,
    Project,
    adopt,
    command_of_readme,
    get,
    version,
)
from tests.rehearsal.visitor import visiting

PAGE = "webapp/templates/index.html"
APPLICATION = Path(__file__).parent / "visits"
# As a task it crashes; the suite, which starts a server of its own, does not see it.
CRASH = """[ "$WEB_PORT" != 8000 ] || { echo 'no wind in the sails' >&2; exit 7; }
exec gunicorn"""


@pytest.fixture(scope="module")
def url(project: Project) -> str:
    """The address of the service, once it is deployed."""
    output = project.deploy()
    assert output.code == 0
    return output.url


def test_the_readme_s_command_deploys_to_a_page_that_answers(project: Project) -> None:
    """In a clean checkout, one command goes from the commit to the running page."""
    output = project.run("bash", "-c", command_of_readme("deploy"))

    assert output.code == 0
    assert output.stages == list(STAGES)
    status, page = get(output.url)
    assert status == 200
    assert project.git("rev-parse", "HEAD")[:12] in page
    assert "Nobody has signed yet" in page


def test_the_suite_ran_inside_the_image_and_left_a_report(project: Project) -> None:
    """The JUnit report has the suite's tests, none of them failed or skipped."""
    suite = ET.parse(project.folder / "build/junit.xml").getroot()[0]  # noqa: S314 - our own

    assert int(suite.attrib["tests"]) > 10
    assert [suite.attrib[each] for each in ("failures", "errors", "skipped")] == ["0", "0", "0"]


def test_what_runs_is_the_digest_that_was_tested(project: Project) -> None:
    """The tag of the tested image and every running task have one digest."""
    inspect = ["docker", "image", "inspect", "--format", "{{.Id}}"]
    tag = project.deployed_tag()
    assert tag.startswith(project.git("rev-parse", "HEAD"))
    tested = project.run(*inspect, f"{project.images}:{tag}-tested").text.strip()

    running = {task["containers"][0]["imageDigest"] for task in project.running_tasks()}
    assert running == {tested}


def test_the_image_is_non_root_and_says_where_it_is_from(project: Project) -> None:
    """The image has a user who is not root, and the labels of its revision."""
    commit = project.git("rev-parse", "HEAD")
    template = '{{.Config.User}} {{index .Config.Labels "org.opencontainers.image.revision"}}'
    inspect = ["docker", "image", "inspect", "--format", template]

    image = f"{project.images}:{project.deployed_tag()}"
    assert project.run(*inspect, image).text == f"10001:10001 {commit}\n"


def test_the_same_commit_again_is_nothing_to_do(project: Project, url: str) -> None:
    """No build, no test, no push, no change set; and the exit code is 0."""
    before = project.change_sets()

    output = project.deploy()

    assert output.code == 0
    assert "nothing to do" in output.text
    assert output.stages == []
    assert project.change_sets() == before
    assert output.url == url


def test_the_smaller_tasks_tell_what_runs(project: Project, url: str) -> None:
    """State, outputs and logs are shown, the template is printed; nothing is changed by it."""
    commit, changes = project.git("rev-parse", "HEAD"), project.change_sets()

    assert f"revision: {commit}" in (status := project.run("invoke", "status")).text
    assert "2 of 2 tasks run" in status.text
    (reported,) = map(json.loads, project.run("invoke", "status", "--json").text.splitlines())
    assert reported["services"][0]["running"] == 2
    events = [json.loads(line)["event"] for line in project.deploy("--json").text.splitlines()]
    assert events == ["deploy_started", "proven", "summary"]
    outputs = json.loads(project.run("invoke", "outputs").text)
    assert outputs["WebServiceName"] == "web"
    assert outputs["LoadBalancerDNSName"].startswith(url.split("/")[-2])
    assert "GET /" in project.run("invoke", "logs").text
    assert "WebService" in json.loads(project.run("invoke", "stack.template").text)["Resources"]
    assert ">WebService<" in project.run("invoke", "stack.diagram").text
    assert "nothing to change" in project.run("invoke", "bootstrap").text
    assert "nothing to recover" in project.run("invoke", "recover").text
    doctor = project.run("invoke", "doctor")
    assert doctor.code == 0
    for subject in ("engine", "git", "clock", "delivery stack", "application stack"):
        assert f"ok         {subject}: " in doctor.text
    assert project.change_sets() == changes


def test_the_deployed_image_s_migrations_can_be_run_by_hand(project: Project, url: str) -> None:
    """They find nothing to do, and the service is left alone."""
    output = project.run("invoke", "migrate")

    assert output.code == 0
    assert output.stages == ["migrate"]
    assert get(url)[0] == 200


def test_a_shell_needs_the_session_manager_s_plugin(project: Project) -> None:
    """Exit 2, and where to get it, before anything is asked of AWS."""
    output = project.run("invoke", "shell", PATH=str(Path(sys.executable).parent))

    assert output.code == 2
    assert "session-manager-plugin is not installed" in output.text


def test_an_environment_s_templates_are_checked_by_one_task(project: Project) -> None:
    """A user has our checks and the linter behind a task, which leaves what it looked at."""
    output = project.run("invoke", "stack.lint")

    assert output.code == 0
    assert (project.folder / "build/stack/local-application.json").exists()


def test_a_new_commit_rolls_without_a_failed_request(project: Project, url: str) -> None:
    """Visitors notice nothing; what was written before is still there."""
    form = urllib.parse.urlencode({"name": "Ada", "message": "before the release"}).encode()
    urllib.request.urlopen(url + "sign", form, timeout=10).close()  # noqa: S310
    project.write(PAGE, project.read(PAGE).replace("It left the slipway.", "It sails."))
    commit = project.commit("a new line")

    with visiting(url) as visitor:
        output = project.deploy()

    assert output.code == 0
    assert output.stages == ["build", "test", "push", "migrate", "release", "proof"]
    assert visitor.answers > 50
    assert visitor.failures == []
    page = get(url)[1]
    assert "It sails." in page
    assert "before the release" in page
    assert version(url) == commit


def test_only_what_changed_was_built_and_sent(project: Project) -> None:
    """A second push finds the layers of the first; a second build finds its steps."""
    project.write(PAGE, project.read(PAGE).replace("It sails.", "It sails well."))
    project.commit("another line")
    built = project.run("invoke", "build")
    project.run("invoke", "test")
    pushed = project.run("invoke", "push")

    assert re.search(r"\[build 3/3\].*\n#\d+ CACHED", built.text)
    assert "Layer already exists" in pushed.text
    assert len(re.findall(r": Pushed", pushed.text)) <= 2
    assert project.deploy().stages == ["migrate", "release", "proof"]


def test_a_dirty_tree_is_never_mistaken_for_its_commit(project: Project, url: str) -> None:
    """What is not committed is deployed under a tag that says so; the commit is another image."""
    commit = project.git("rev-parse", "HEAD")
    project.write(PAGE, project.read(PAGE).replace("It sails well.", "It drifts."))

    assert project.deploy().code == 0
    assert version(url).startswith(f"{commit}-dirty-")

    project.git("checkout", "--quiet", ".")
    assert project.deploy().code == 0
    assert version(url) == commit


def test_an_image_that_crashes_at_start_is_taken_back(project: Project, url: str) -> None:
    """Exit 1, the container's exit code and last words on the screen, the old one serves."""
    before = version(url)
    good = project.read("entries/web.sh")
    project.write("entries/web.sh", good.replace("exec gunicorn", CRASH))
    project.commit("a crash")

    with visiting(url) as visitor:
        output = project.deploy()

    assert output.code == 1
    assert "web exited with code 7" in output.text
    assert "| no wind in the sails" in output.text
    assert project.stack()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert visitor.failures == []
    assert version(url) == before

    project.write("entries/web.sh", good)
    project.commit("fixed")
    assert project.deploy().code == 0


def test_a_migration_that_fails_stops_the_deploy(project: Project, url: str) -> None:
    """Exit 1, the migration's last words, no change of the stack, the old one serves."""
    before, changes = version(url), project.change_sets()
    project.write(
        "webapp/migrations/versions/0002_bad.py",
        '"""Bad."""\nrevision = "0002"\ndown_revision = "0001"\n\n\n'
        "def upgrade() -> None:\n"
        '    """Fail, but only where the guest book is not empty."""\n'
        "    from alembic import op\n"
        '    op.execute("DO $$ BEGIN IF EXISTS (SELECT 1 FROM entries) THEN "\n'
        "               \"RAISE EXCEPTION 'reef ahead'; END IF; END $$\")\n\n\n"
        'def downgrade() -> None:\n    """Nothing."""\n',
    )
    project.commit("a migration that fails on real data")

    output = project.deploy()

    assert output.code == 1
    assert output.stages == ["build", "test", "push", "migrate"]
    assert "reef ahead" in output.text
    assert project.change_sets() == changes
    assert version(url) == before

    project.git("rm", "--quiet", "webapp/migrations/versions/0002_bad.py")
    project.commit("without it")


def test_a_red_suite_reaches_no_repository(project: Project, url: str) -> None:
    """Nothing is pushed; a push is refused, unless the untested image is asked for by name."""
    before = version(url)
    test = "webapp/tests/test_pages.py"
    good = project.read(test)
    project.write(test, good + "\n\ndef test_red() -> None:\n    assert not 'red'\n")
    commit = project.commit("a red test")

    output = project.deploy()
    assert output.code == 1
    assert output.stages == ["build", "test"]
    assert version(url) == before

    refused = project.run("invoke", "push")
    assert refused.code == 4
    assert "is not tested" in refused.text

    assert project.deploy("--untested").code == 0
    assert version(url) == commit
    project.write(test, good)
    project.commit("green again")
    assert project.deploy().code == 0


def test_an_older_commit_is_refused_unless_named(project: Project, url: str) -> None:
    """Exit 4 and no change; with --allow-older it is deployed."""
    newest = version(url)
    branch = project.git("branch", "--show-current")
    older = project.git("rev-parse", "HEAD~2")
    project.git("checkout", "--quiet", older)

    refused = project.deploy()
    assert refused.code == 4
    assert "newer" in refused.text
    assert version(url) == newest

    assert project.deploy("--allow-older").code == 0
    assert version(url) == older
    project.git("checkout", "--quiet", branch)
    assert project.deploy().code == 0


def test_an_image_that_is_missing_from_the_repository_is_sent_again(
    project: Project, url: str
) -> None:
    """What somebody deleted comes back; the service is not touched."""
    tag = project.deployed_tag()
    tags = [{"imageTag": tag}, {"imageTag": f"{tag}-tested"}]
    project.client("ecr").batch_delete_image(repositoryName="slipway", imageIds=tags)

    output = project.deploy()

    assert output.code == 0
    assert output.stages == ["push"]
    assert "nothing to do" in output.text
    assert get(url)[0] == 200


def test_a_named_parameter_is_carried_over(project: Project, url: str) -> None:
    """What was named once stays, without being named again."""
    assert project.deploy("--parameter", "WebWorkerDesiredCount=1").code == 0
    assert len(project.running_tasks()) == 1

    project.write(PAGE, project.read(PAGE) + "\n")
    project.commit("a line more")
    assert project.deploy().code == 0
    assert len(project.running_tasks()) == 1
    assert get(url)[0] == 200


@pytest.mark.parametrize("stage", ["build", "test", "push", "migrate", "release", "proof"])
def test_an_interrupt_is_mended_by_the_same_command(project: Project, url: str, stage: str) -> None:
    """Ctrl-C in any stage: exit 130, the service serves; the command again finishes the work."""
    project.write(PAGE, project.read(PAGE) + f"<!-- {stage} -->\n")
    commit = project.commit(f"interrupted in {stage}")
    started = project.start("invoke", "deploy")
    assert started.stdout
    for line in started.stdout:
        if line.strip() == stage:
            break
    with visiting(url) as visitor:
        interrupted = project.interrupt(started)
        assert interrupted.code == 130
        assert "Traceback" not in interrupted.text

        assert project.deploy().code == 0
    assert visitor.failures == []
    assert version(url) == commit


def test_the_proof_does_not_believe_the_stack(project: Project) -> None:
    """With a stack that does not wait, it says UPDATE_COMPLETE for a crash; the proof does not."""
    project.run("invoke", "local.down", "--yes")
    assert project.deploy(LOCAL_STACK_WAITS="no").code == 0
    good = project.read("entries/web.sh")
    project.write("entries/web.sh", good.replace("exec gunicorn", CRASH))
    project.commit("a crash that the stack does not see")

    output = project.deploy()

    assert project.stack()["StackStatus"] == "UPDATE_COMPLETE"
    assert output.code == 1
    assert "not proven" in output.text
    project.write("entries/web.sh", good)
    project.commit("fixed again")


def test_an_application_of_one_s_own_is_deployed_beside_the_first(
    project: Project, tmp_path: Path
) -> None:
    """FastAPI, with a layout, a Dockerfile and a user of its own, and no file of the example's.

    What it needs is in its `slipway.toml`; the two projects share nothing but the account.
    """
    first = project.deploy().url
    visits = replace(project, folder=tmp_path, images="visits/app")
    adopt(visits, APPLICATION)
    assert visits.run("invoke", "engine").code == 0
    assert visits.run("bash", "-c", "echo hush | invoke secrets.set SESSION_KEY").code == 0

    output = visits.deploy()

    assert output.code == 0
    assert "/up answers 200" in output.text
    pages = [json.loads(get(output.url)[1]) for _ in range(2)]
    assert [each["visits"] for each in pages] == [1, 2]
    assert pages[0]["place"] == "this machine"
    assert "SESSION_KEY changed" in visits.run("invoke", "secrets.list").text
    assert get(first)[0] == 200
    assert "nothing to do" in project.deploy().text
    visits.remove_images(pushed=False)


def test_everything_listens_on_loopback_only(project: Project) -> None:
    """The account's port is bound to 127.0.0.1, and no container publishes a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(":11E1")}
    assert listening == {"0100007F:11E1"}

    ports = project.run("docker", "ps", "--format", "{{.Names}} {{.Ports}}").text
    assert "0.0.0.0" not in ports  # noqa: S104 - looked for, not bound
    assert "[::]" not in ports


def test_down_removes_all_of_it_and_up_brings_it_back(project: Project) -> None:
    """No container, no volume, no network, no server, no state; then an account again."""
    assert project.run("invoke", "local.down", "--yes").code == 0
    for kind in (["ps", "--all"], ["volume", "ls"], ["network", "ls"]):
        assert "4577" not in project.run("docker", *kind).text
    assert get("http://localhost:4577/")[0] == 0
    assert not (project.state / "slipway" / "4577").exists()

    assert project.run("invoke", "local.up").code == 0
    output = project.deploy()
    assert output.code == 0
    assert get(output.url)[0] == 200
    shutil.rmtree(project.folder / "build", ignore_errors=True)


def test_every_task_was_run() -> None:
    """By this session, of which this is the last story; tests/test_verbs.py says what is owed."""
    assert set(tasks.namespace.task_names) - RAN == set()
