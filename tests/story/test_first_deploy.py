"""docs/first-deploy.md, command by command: what it says happens, in an account that is empty."""

from __future__ import annotations

import re
import shlex
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING

import botocore.session
import pytest
from botocore.exceptions import WaiterError
from invoke import Program

import tasks
from slipway.cli import image, task
from slipway.docker import engine
from slipway.docker.engine import Engine
from slipway.image import platforms, recipe
from slipway.settings import load
from tests.story import aws_command
from tests.story.identities import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slipway.events import Say
    from slipway.revision import Image, Revision
    from slipway.settings import Settings
    from tests.story.person import Person
    from tests.story.world import World

PAGE = Path(__file__).parents[2] / "docs" / "first-deploy.md"
# invoke takes the help texts out of the tasks that it parses.
PROGRAM = Program(namespace=deepcopy(tasks.namespace), name="invoke", binary="invoke")


class Reader:
    """Somebody who types a page's commands in a shell: `.env`, NAME=$(...), invoke and aws."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.variables: dict[str, str] = {}
        self.session = botocore.session.get_session()

    def type(self, line: str) -> int:
        """Run one line; return its exit code."""
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            self.variables[name] = value
            return 0
        name, _, rest = line.partition("=$(")
        if rest:
            self.variables[name] = self._aws(rest.removesuffix(")"))
            return 0
        words = shlex.split(line)
        if words[:3] == ["aws", "s3", "rm"]:
            self._empty(self._filled(words[3]))
            return 0
        if words[0] == "aws":
            self._aws(line)
            return 0
        return self._invoke(words)

    def _invoke(self, words: list[str]) -> int:
        try:
            with self.world.caller.administrator():
                PROGRAM.run(words)
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    def _aws(self, line: str) -> str:
        words = [self._filled(word) for word in shlex.split(line)]
        with self.world.caller.administrator():
            return aws_command.run(self._client, words[1:])

    def _filled(self, word: str) -> str:
        for name, value in self.variables.items():
            word = word.replace(f"${name}", value)
        return word

    def _client(self, service: str) -> object:
        return self.session.create_client(
            service,
            region_name=self.variables["AWS_REGION"],
            aws_access_key_id="id",
            aws_secret_access_key="secret",
        )

    def _empty(self, address: str) -> None:
        """Remove what a bucket holds, as the high-level command `aws s3 rm --recursive` does."""
        bucket = address.removeprefix("s3://")
        for key in [key for key in self.world.s3.objects if key[0] == bucket]:
            del self.world.s3.objects[key]


def blocks() -> list[str]:
    """List the blocks of commands on the page."""
    text = PAGE.read_text().replace("ACCOUNT", ACCOUNT)
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


def commands() -> Iterator[str]:
    """Yield the page's commands in their order, without the text that goes into .env."""
    for block in blocks():
        yield from re.sub(r"cat >>.env <<END\n.*?END\n", "", block, flags=re.DOTALL).splitlines()


@pytest.fixture
def reader(world: World, person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """A reader with a checkout of one commit, whose .env is the page's.

    Build, suite and push need a container engine; the rehearsal has them.
    """
    found = Engine("29.0", buildx=True, containerd_store=True)
    monkeypatch.setattr(engine, "require", lambda: found)
    monkeypatch.setattr(platforms, "require", lambda _wanted: False)
    (dotenv,) = re.findall(r"<<END\n(.*?)END\n", blocks()[0], re.DOTALL)
    (tmp_path / ".env").write_text(dotenv)
    (tmp_path / ".gitignore").write_text(".env\n")
    commit = "git -c user.name=r -c user.email=r@example.com commit --quiet --message first"
    for line in ("git init --quiet", "git add .gitignore", commit):
        subprocess.run(shlex.split(line), cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(task, "PROJECT", tmp_path)
    for name, value in {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    settings = load("staging")
    world.settings = settings
    world.stacks.all.clear()
    world.ecr.repositories.clear()
    world.ecr.host = settings.ecr_repository.partition("/")[0]

    def pushed(
        settings: Settings, revision: Revision, found: Image | None, _: Say, *, untested: bool
    ) -> Image:
        assert found is None
        assert not untested
        return person.push(recipe.of(settings, revision).tag)

    monkeypatch.setattr(image, "pushed", pushed)
    return Reader(world)


def test_the_page_leads_to_a_proven_service_and_back_to_an_empty_account(
    reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command succeeds, in the page's order; only the first look finds something missing."""
    world = reader.world
    serving = False
    for line in commands():
        code = reader.type(line)
        screen = capsys.readouterr()
        is_first_look = not world.stacks.all
        assert code == (2 if is_first_look else 0), f"{line}\n{screen.out}\n{screen.err}"
        serving = serving or bool(world.serving())
    assert serving
    assert {each.status for each in world.stacks.all} == {"DELETE_COMPLETE"}
    assert not world.serving()
    assert not world.ecr.repositories
    assert not world.rds.snapshots


def test_a_database_that_is_protected_stops_the_deletion(reader: Reader) -> None:
    """As the page says: without its first two lines nothing is lost."""
    for line in commands():
        if "modify-db-instance" in line:
            break
        reader.type(line)
    reader.type("aws cloudformation delete-stack --stack-name shop-staging")
    with pytest.raises(WaiterError):
        reader.type("aws cloudformation wait stack-delete-complete --stack-name shop-staging")
    assert reader.world.rds.protected
