"""The local account: when it is up, whose it is, what is kept of it."""
# ruff: noqa: SLF001 - the names that it gives in the engine are its own

import dataclasses
import fcntl
import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from slipway import local_key
from slipway.docker import engine
from slipway.errors import ConfigurationError, Failed, Refused
from slipway.local import account, database, emulator, projects
from slipway.local_key import AccessKey
from slipway.settings import Settings, database_secret
from slipway.shell import CommandFailed, Completed

PROOF = b"PROOF"


class Answering(HTTPServer):
    """A server on a port of its own that answers every question with `answer`.

    In the answer, PROOF stands for the proof that a server with `key` would give.
    """

    answer = b""
    asked = 0
    key = AccessKey("", "")


class Handler(BaseHTTPRequestHandler):
    """Answers, and counts."""

    server: Answering

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked += 1
        self.send_response(200)
        self.end_headers()
        proof = self.server.key.proof(self.path.partition("?")[2])
        self.wfile.write(self.server.answer.replace(PROOF, proof.encode()))

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of all local accounts, empty."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "slipway"


@pytest.fixture
def server(allowed_ports: set[int]) -> Iterator[Answering]:
    """What listens on the account's port."""
    made = Answering(("127.0.0.1", 0), Handler)
    allowed_ports.add(made.server_port)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def here(settings: Settings, server: Answering, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings whose local port is the server's; it says that it is the account's."""
    port = server.server_port
    server.key = local_key.create(port)
    state = local_key.state_folder(port)
    (state / "ready").touch()
    (state / "password").write_text("hush")
    (state / "projects").mkdir()
    (state / "projects" / "slipway").touch()
    server.answer = says(emulator.edition(port, waits=True))
    monkeypatch.setattr(database, "runs", lambda _: True)
    return dataclasses.replace(settings, local_port=port)


@pytest.fixture
def brought_up(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports of the accounts that were brought up, which nothing really is."""
    ports: list[int] = []
    monkeypatch.setattr(account, "_bring_up", lambda given, _: ports.append(given.local_port))
    return ports


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The databases that were created, and the secrets that were kept, which none really is."""
    made: list[tuple[str, str]] = []
    monkeypatch.setattr(database, "create", lambda _, name: made.append(("database", name)))
    keep = lambda settings, url: made.append((database_secret(settings.project), url))  # noqa: E731
    monkeypatch.setattr(projects, "_keep_secret", keep)
    return made


def test_a_second_project_gets_a_database_and_a_secret_of_its_own(
    here: Settings, joined: list[tuple[str, str]], brought_up: list[int]
) -> None:
    """In the account that runs; once, and the first project's stay as they are."""
    shop = dataclasses.replace(here, project="web-shop")
    account.up(shop, pytest.fail)
    account.up(shop, pytest.fail)
    assert joined == [
        ("database", "web_shop"),
        ("web-shop/local/database-url", "postgresql://app:hush@database:5432/web_shop"),
    ]
    assert brought_up == []
    assert projects.names(here.local_port) == ["slipway", "web-shop"]


def says(edition: str) -> bytes:
    """Write the health page of a server that says so of itself."""
    return json.dumps({"edition": edition, "proof": PROOF.decode()}).encode()


def test_an_account_that_is_up_costs_one_request(
    here: Settings, server: Answering, brought_up: list[int]
) -> None:
    """Nothing is started, nothing is said, nothing but the server is asked."""
    account.up(here, pytest.fail)

    assert server.asked == 1
    assert brought_up == []


@pytest.mark.parametrize("answer", [b"<html>", b"[]", says("light"), says("slipway other waits")])
def test_a_port_that_something_else_has_is_said_with_the_setting(
    here: Settings, server: Answering, answer: bytes
) -> None:
    """Another program, and another's account, are left alone by `up` and by `down`."""
    server.answer = answer

    for command in (account.up, forcibly_down):
        with pytest.raises(ConfigurationError, match=f"port {here.local_port} is taken") as raised:
            command(here, pytest.fail)

        assert "LOCAL_PORT" in raised.value.hint
    assert local_key.state_folder(here.local_port).exists()


@pytest.mark.parametrize("secret", ["", "another"])
def test_a_server_that_only_says_that_it_is_the_account_s_is_another(
    here: Settings, server: Answering, secret: str
) -> None:
    """Another user's program could, and would get the images and the database's password."""
    server.key = AccessKey(server.key.key_id, secret)

    for command in (account.up, forcibly_down):
        with pytest.raises(ConfigurationError, match="is taken by another local AWS account"):
            command(here, pytest.fail)


def test_a_server_is_not_believed_before_the_account_has_a_key(
    here: Settings, server: Answering
) -> None:
    """What cannot be proven is not true."""
    local_key.credentials_file(here.local_port).unlink()

    edition = emulator.answering_edition(server.server_port)

    assert edition not in emulator.editions(server.server_port)


def forcibly_down(settings: Settings, say: account.Say) -> None:
    """Remove the account, and agree to the loss of its database."""
    account.down(settings, say, lambda _: True)


def test_two_users_accounts_have_no_name_in_common(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one port, in one engine: neither by label, nor by the names of container and network."""
    found = [(emulator.instance(4566), account._name(4566))]
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "other"))
    found.append((emulator.instance(4566), account._name(4566)))
    monkeypatch.setattr("os.getuid", lambda: 4711)
    found.append((emulator.instance(4566), account._name(4566)))

    assert all(len({each[kind] for each in found}) == 3 for kind in (0, 1))


def test_our_own_server_that_hangs_is_named(
    here: Settings, server: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not something else that has the port: its process is known."""
    server.answer = b""
    monkeypatch.setattr(emulator, "process_id", lambda _: 4711)

    with pytest.raises(Failed, match=r"server \(process 4711\) does not answer") as raised:
        account.up(here, pytest.fail)

    assert "kill 4711" in raised.value.hint


def test_a_database_that_does_not_run_is_brought_up_again(
    here: Settings, brought_up: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server answers, but a migration would fail."""
    monkeypatch.setattr(database, "runs", lambda _: False)

    account.up(here, pytest.fail)

    assert brought_up == [here.local_port]


def test_the_server_is_left_alone_when_its_database_is_brought_up(
    here: Settings, joined: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stacks and services go on; others may be at work in it. A project joins again."""
    started: list[str] = []
    monkeypatch.setattr(database, "runs", lambda _: False)
    monkeypatch.setattr(database, "up", lambda name, *_: started.append(name))
    monkeypatch.setattr(engine, "require", lambda: None)
    monkeypatch.setattr(emulator, "stop", pytest.fail)

    account.up(here, lambda _: None)

    assert started == [account._database(here.local_port)]
    assert ("database", "slipway") in joined


def test_a_database_goes_only_when_somebody_agrees(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise nothing at all is removed: exit 4, and the option that does it."""
    asked: list[str] = []

    def disagree(question: str) -> bool:
        asked.append(question)
        return False

    monkeypatch.setattr(engine, "ask", lambda: True)
    monkeypatch.setattr(database, "exists", lambda _: True)
    monkeypatch.setattr(emulator, "stop", pytest.fail)

    with pytest.raises(Refused, match="nothing was removed") as raised:
        account.down(here, pytest.fail, disagree)

    assert "--yes" in raised.value.hint
    assert "with the database of slipway?" in asked[0]
    assert local_key.state_folder(here.local_port).exists()


def test_an_account_that_was_interrupted_on_its_way_up_is_brought_up(
    here: Settings, brought_up: list[int]
) -> None:
    """The server answers, but what comes after it was not done."""
    (local_key.state_folder(here.local_port) / "ready").unlink()

    account.up(here, pytest.fail)

    assert brought_up == [here.local_port]


def test_another_setting_of_the_waits_is_said(here: Settings, brought_up: list[int]) -> None:
    """The account is shared, so it is not restarted under somebody's deploy."""
    said: list[str] = []

    account.up(dataclasses.replace(here, local_stack_waits=False), said.append)

    assert brought_up == []
    assert "LOCAL_STACK_WAITS" in said[0]


def test_without_an_engine_the_engine_s_own_words_come_through(
    here: Settings, server: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is begun then."""

    def require() -> None:
        raise ConfigurationError("no engine", hint="invoke engine")

    monkeypatch.setattr(engine, "require", require)
    monkeypatch.setattr(emulator, "answering_edition", lambda _: None)

    with pytest.raises(ConfigurationError, match="no engine"):
        account.up(here, pytest.fail)

    assert server.asked == 0


def test_down_leaves_the_password_while_the_engine_that_has_the_database_is_away(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the database would stay, with a password that nobody knows."""

    def require() -> None:
        raise ConfigurationError("no engine", hint="invoke engine")

    monkeypatch.setattr(engine, "ask", lambda: None)
    monkeypatch.setattr(engine, "require", require)
    monkeypatch.setattr(emulator, "answering_edition", lambda _: None)

    with pytest.raises(ConfigurationError, match="no engine"):
        account.down(here, lambda _: None, pytest.fail)

    assert local_key.state_folder(here.local_port).exists()


def test_down_where_nothing_is_does_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a server nor an engine is needed for that."""
    monkeypatch.setattr(engine, "ask", lambda: None)
    monkeypatch.setattr(engine, "require", pytest.fail)
    monkeypatch.setattr(emulator, "answering_edition", lambda _: None)

    account.down(settings, lambda _: None, pytest.fail)


def test_a_server_that_cannot_be_ended_is_said(
    here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number went with the state folder."""
    monkeypatch.setattr(engine, "ask", lambda: None)
    with pytest.raises(Failed, match="still listens"):
        account.down(here, lambda _: None, pytest.fail)


def test_a_number_of_a_process_counts_while_its_file_is_locked() -> None:
    """After a crash the number may be another program's; a lock ends with its process."""
    kept = local_key.state_folder(4566) / "pid"
    assert emulator.process_id(4566) is None
    kept.parent.mkdir(parents=True)
    kept.write_text("4711")
    assert emulator.process_id(4566) is None
    with kept.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert emulator.process_id(4566) == 4711


def test_the_server_listens_on_loopback_and_keeps_its_state_in_its_folder(home: Path) -> None:
    """Nothing of one account is in the variables of another."""
    found = emulator.variables(4570, "neighbour", waits=False)

    assert found["BIND_HOST"] == "127.0.0.1"
    assert found["STATE_DIR"] == str(home / "4570" / "state")
    assert found["HOSTNAME"] == "neighbour"
    assert found["SLIPWAY_STACK_WAITS"] == "0"
    assert found["S3_DATA_DIR"] == str(home / "4570" / "s3")
    assert found["TMPDIR"] == str(home / "4570" / "tmp")
    assert found["MINISTACK_EDITION"] != emulator.edition(4570, waits=True)
    assert f"{found['MINISTACK_HOSTNAME']}:4570" == emulator.instance(4570)


def test_the_server_s_environment_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the account's own, nor one of the user's for AWS, nor in an argument."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the user")
    key = local_key.create(4570)
    found = emulator.variables(4570, "neighbour", waits=True)

    assert not {key.secret, "of the user"} & set(found.values())
    assert found["AWS_SECRET_ACCESS_KEY"] == ""
    assert local_key.read_file(Path(found["AWS_SHARED_CREDENTIALS_FILE"])) == key


def test_an_interrupted_installation_is_made_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mark is written last; with it, nothing is installed."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> Completed:
        commands.append(command)
        if "venv" in command:
            (made := Path(command[-1]) / "bin").mkdir(parents=True, exist_ok=True)
            (made / "python").touch()
        return Completed(tuple(command), 0)

    monkeypatch.setattr(emulator, "run", run)
    python = emulator.environment(lambda _: None)

    assert python.is_relative_to(home)
    assert [command[2:4] for command in commands] == [["venv", "--clear"], ["pip", "install"]]
    assert "--require-hashes" in commands[1]
    emulator.environment(pytest.fail)
    (python.parents[1] / "complete").unlink()
    emulator.environment(lambda _: None)
    assert len(commands) == 4


def test_the_password_is_in_a_file_of_its_owner_and_on_no_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reaches docker by the name of a variable, and psql by standard input."""
    commands: list[list[str]] = []
    environments: list[object] = []

    def run(command: list[str], **given: object) -> Completed:
        commands.append(command)
        environments.append(given.get("env"))
        return Completed(tuple(command), int("start" in command))

    monkeypatch.setattr(database, "run", run)
    monkeypatch.setattr(database, "_require_reachable", lambda _: None)
    kept = tmp_path / "password"

    password = database.up("name", "network", "postgres:17", kept)

    assert kept.read_text() == password
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not any(password in word for command in commands for word in command)
    assert {"POSTGRES_PASSWORD": password} in environments
    assert database.up("name", "network", "postgres:17", kept) == password


def test_a_database_that_exists_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows are a project's; any other refusal is an error."""
    words = 'createdb: error: database creation failed: ERROR:  database "shop" already exists'
    monkeypatch.setattr(database, "run", lambda _, **__: Completed((), 1, "", words))
    database.create("name", "shop")
    monkeypatch.setattr(database, "run", lambda _, **__: Completed((), 1, "", "no server"))
    with pytest.raises(CommandFailed):
        database.create("name", "shop")


def test_the_database_is_published_nowhere() -> None:
    """Tasks reach it by its alias; this machine's ports are left alone."""
    command = database.create_command("name", "network", "postgres:17")

    assert command[:2] == ["docker", "run"]
    assert {"--network-alias", "database"} <= set(command)
    assert not {"--publish", "-p", "--publish-all", "-P"} & set(command)
