"""Least privilege, shown: a job of GitLab's deploys with its own rights, and can do nothing else.

The account is the emulator's; authority.py and fenced.py say where it differs from AWS.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.calls import FORBIDDEN, NEEDED, Call, filled
from tests.rehearsal.fenced import Fenced, fenced, is_refused
from tests.rehearsal.project import Project

LONG = """
from stack.services import application


def template(options):
    made = application.template(options)
    made.set_metadata({"Long": "x" * 51_200})
    return made
"""
PAGE = "webapp/templates/index.html"


def is_refused_to(job: Fenced, call: Call, *, administrator: bool = False) -> bool:
    """Whether a call is refused to a job, or to an administrator, for a lack of rights."""
    service, name, given = call
    client = job.administrator(service) if administrator else job.client(service)
    return is_refused(getattr(client, name), **filled(given, job.outputs()))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fenced]:
    """An environment that an administrator has bootstrapped, and a job that may deploy to it."""
    folder, state = (tmp_path_factory.mktemp(each) for each in ("fenced", "fenced-state"))
    with fenced(Project(folder, state, port=4599, images="slipway/fenced")) as made:
        yield made


def test_a_job_deploys_with_its_own_rights(job: Fenced) -> None:
    """The first deploy, its migration included, without an access key anywhere."""
    output = job.job("invoke", "deploy")

    assert output.code == 0
    assert output.stages == [
        "build",
        "test",
        "push",
        "infrastructure",
        "migrate",
        "release",
        "proof",
    ]
    assert "proven: 2 tasks" in output.text


def test_a_job_deploys_the_next_commit(job: Fenced) -> None:
    """An update needs other calls than a creation."""
    job.project.write(PAGE, job.project.read(PAGE) + "\n")
    job.project.commit("a line more")

    assert "proven: 2 tasks" in job.job("invoke", "deploy").text
    assert "nothing to do" in job.job("invoke", "deploy").text


def test_a_template_that_is_too_long_for_a_call_goes_through_the_bucket(job: Fenced) -> None:
    """The stack's own, made longer: the job puts it there, CloudFormation takes it from there."""
    job.project.write("long_stack.py", LONG)
    job.project.commit("a long template")

    long = {"FENCED_STACK_TEMPLATE": "long_stack.template"}
    output = replace(job, settings={**job.settings, **long}).job("invoke", "deploy")

    assert output.code == 0
    kept = job.administrator("s3").list_objects_v2(Bucket=job.outputs()["TemplatesBucket"])
    (found,) = kept["Contents"]
    assert found["Key"].startswith("fenced/")
    assert found["Size"] > 51_200


@pytest.mark.parametrize("task", ["status", "outputs", "logs", "migrate", "recover", "push"])
def test_a_job_runs_every_task_that_talks_to_aws(job: Fenced, task: str) -> None:
    """What a pipeline shows after a deploy, it may read."""
    assert job.job("invoke", task).code == 0


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_job_cannot(job: Fenced, what: str) -> None:
    """It is refused, and an administrator is not: it is the right that is missing."""
    assert is_refused_to(job, FORBIDDEN[what])
    assert not is_refused_to(job, FORBIDDEN[what], administrator=True)


def test_every_statement_is_looked_at(job: Fenced) -> None:
    """A statement that no test needs does not stay in the policy."""
    assert {each["Sid"] for each in job.policy()["Statement"]} == set(NEEDED)


@pytest.mark.parametrize("sid", NEEDED)
def test_a_statement_is_needed(job: Fenced, sid: str) -> None:
    """With it a call is not refused; without it, it is."""
    assert not is_refused_to(job, NEEDED[sid])
    with job.without(sid):
        assert is_refused_to(job, NEEDED[sid])


@pytest.mark.parametrize(
    "claims",
    [
        {"audience": "https://elsewhere.example"},
        {"subject": "project_path:group/other:ref_type:branch:ref:main"},
        {"subject": "project_path:group/shop:ref_type:branch:ref:feature"},
        {"subject": "project_path:group/shop:ref_type:tag:ref:main"},
    ],
)
def test_another_token_takes_no_role(job: Fenced, claims: dict[str, str]) -> None:
    """One for somebody else, of another project, of another branch, or of a tag."""
    with pytest.raises(ClientError, match="AccessDenied"):
        job.client("sts", **claims)
