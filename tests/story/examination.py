"""An environment in order, for the doctor to examine, and how its findings are read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slipway.docker import engine
from slipway.docker.engine import Engine
from slipway.doctor import domain
from slipway.events import Finding, Verdict
from slipway.image import platforms
from tests.story.account import SERVERS, ZONE
from tests.story.identities import ACCOUNT, REGION

if TYPE_CHECKING:
    import pytest

    from tests.story.person import Outcome, Person
    from tests.story.world import World

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:shop-AbCdEf"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d"
PARAMETER = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/token"
OPTIONS = {
    "STACK_IDENTITY": "role",
    "STACK_GITLAB_PROJECT": "group/shop",
    "STACK_DOMAIN": "shop.example.com",
    "STACK_HOSTED_ZONE_ID": ZONE,
    "STACK_SECRETS": f"SECRET_KEY={SECRET}:key::",
    "STACK_SECRETS_KEYS": KEY,
}


def prepare(world: World, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have an environment that was bootstrapped, and a machine that can build for it."""
    world.stacks.all.clear()
    world.ecr.repositories.clear()
    host = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    world.settings = replace(world.settings, ecr_repository=f"{host}/shop-staging")
    set_options(world)
    world.ecr.host = host
    world.secrets.texts[SECRET] = '{"key": "value"}'
    world.secrets.more[SECRET] = {"KmsKeyId": KEY}
    world.ssm.keys["/shop/token"] = "alias/aws/ssm"
    monkeypatch.setattr(
        engine, "require", lambda: Engine("29.0", buildx=True, containerd_store=True)
    )
    monkeypatch.setattr(platforms, "require", lambda _wanted: False)
    monkeypatch.setattr(domain, "name_servers", lambda _name: set(SERVERS))
    assert person.bootstrap().code == 0


def set_options(world: World, **more: str) -> None:
    """Give the environment these options, too."""
    options = tuple(sorted({**OPTIONS, **more}.items()))
    world.settings = replace(world.settings, stack_options=options)


def findings(done: Outcome, verdict: Verdict) -> list[Finding]:
    """List the findings of a verdict."""
    found = [each for each in done.events if isinstance(each, Finding)]
    return [each for each in found if each.verdict is verdict]


def the_wrong_one(done: Outcome) -> Finding:
    """Return the one thing that is wrong; the command says so by exit code 2."""
    assert done.code == 2, done.text()
    (found,) = findings(done, Verdict.WRONG)
    assert found.hint
    return found
