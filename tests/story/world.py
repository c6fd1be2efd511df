"""An AWS account with one environment's stacks, and the clock it lives by."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import botocore.endpoint
import botocore.waiter
import pytest
from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.httpsession import URLLib3Session
from botocore.useragent import UserAgentString

from slipway import polling, together
from slipway.aws import calls as aws_calls
from slipway.cli import signals
from slipway.release import follow, front_door, prove
from tests.story import callers, permissions, wire
from tests.story.account import Ec2, Parameters, Quotas, Zones
from tests.story.applications import Application, Database
from tests.story.change_sets import ChangeSets
from tests.story.clock import Clock
from tests.story.cloudformation import CloudFormation
from tests.story.disturbances import SLEEP, Garbage, Killed, Script
from tests.story.ecr import Registry
from tests.story.ecs import Ecs
from tests.story.elb import Balancers
from tests.story.history import History
from tests.story.iam import Iam
from tests.story.identities import Identities
from tests.story.logs import Logs
from tests.story.rds import Databases
from tests.story.refusals import Refusal
from tests.story.s3 import Buckets
from tests.story.secretsmanager import Secrets
from tests.story.services import Services
from tests.story.stack_list import Stacks
from tests.story.task_definitions import TaskDefinitions
from tests.story.tasks import Tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from botocore.awsrequest import AWSResponse

    from slipway.settings import Settings
    from tests.story.stacks import Stack
    from tests.story.tasks import Task

LATENCY_SECONDS = 0.02
READ_TIMEOUT_SECONDS = 30.0
CALLS = 20_000
PAGE_OF_A_PROXY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


class World:
    """Everything that a story can see and change."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.script = Script()
        self.git = History()
        self.database = Database()
        self.applications: dict[str, Application] = {}
        self.logs = Logs(self.clock)
        self.elb = Balancers()
        self.secrets = Secrets()
        self.rds = Databases()
        self.s3 = Buckets()
        self.ecr = Registry(self.clock, settings.ecr_repository.partition("/")[0])
        self.task_definitions = TaskDefinitions(self.clock)
        self.tasks = Tasks(self)
        self.services = Services(self)
        self.ecs = Ecs(self)
        self.stacks = Stacks(self)
        self.change_sets = ChangeSets(self)
        self.cloudformation = CloudFormation(self)
        self.sts = Identities()
        self.iam = Iam()
        self.ec2 = Ec2()
        self.ssm = Parameters()
        self.route53 = Zones()
        self.quotas = Quotas()
        self.secretsmanager = self.secrets
        self.elbv2 = self.elb
        self.caller = callers.Caller(callers.bootstrapped(self))
        self.calls: list[str] = []
        # The calls by rounds: those of one round go out together.
        self.rounds: list[list[str]] = [[]]
        self._round = 0
        self.killed = False
        # Whether this machine can reach the front door.
        self.reachable = True

    def send(self, request: Any) -> AWSResponse:
        """Answer a request that botocore would send."""
        self._live()
        service = wire.service_of(request)
        if service == "s3":
            return self._put_object(request)
        operation, parameters = wire.parse(service, request)
        name = f"{service}.{operation.name}"
        self._begin(name)
        try:
            self.meet(name)
            self._require_permission(service, operation.name, parameters)
            result = getattr(self._service(service), xform_name(operation.name))(parameters)
            response = wire.serialize(request.url, operation, result)
            response.headers["date"] = format_datetime(self.clock.date())
            self.meet(name, after=True)
        except Refusal as refusal:
            return wire.refuse(request.url, service, refusal)
        except Garbage:
            return wire.answer(request.url, 200, PAGE_OF_A_PROXY)
        return response

    def _service(self, name: str) -> Any:
        return self.quotas if name == "service-quotas" else getattr(self, name)

    def _put_object(self, request: Any) -> AWSResponse:
        """Answer a call of S3, whose protocol has no operation's name."""
        self._begin("s3.PutObject")
        if not self.caller.is_administrator:
            self.caller.require(permissions.put_object(request.url), "AccessDenied")
        return self.s3.answer(request)

    def _begin(self, name: str) -> None:
        """Record a call, which takes its time."""
        self.calls.append(name)
        assert len(self.calls) < CALLS, "the story does not end"
        self._round += 1
        if self._round == len(self.rounds):
            self.rounds.append([])
            self.clock.advance(LATENCY_SECONDS)
        self.rounds[self._round].append(name)

    def together(self, *calls: Callable[[], Any]) -> list[Any]:
        """Run calls one after the other, in rounds that begin at the same time."""
        first, last, values = self._round, self._round, []
        for call in calls:
            self._round = first
            values.append(call())
            last = max(last, self._round)
        self._round = last
        return values

    def _require_permission(self, service: str, name: str, parameters: dict[str, Any]) -> None:
        """Refuse a call that the caller's policy does not allow."""
        if self.caller.is_administrator:
            return
        is_json = wire.model(service).resolved_protocol == "json"
        code = "AccessDeniedException" if is_json else "AccessDenied"
        self.caller.require(permissions.questions(service, name, parameters), code)

    def sleep(self, seconds: float) -> None:
        """Let the time of a wait of the product pass."""
        self._live()
        self.meet(SLEEP)
        self.clock.advance(seconds)

    def meet(self, name: str, *, after: bool = False) -> None:
        """Let the script see a call or a wait; a kill is for ever."""
        try:
            self.script.meet(name, after=after)
        except Killed:
            self.killed = True
            raise
        except botocore.endpoint.HTTPClientError as error:
            if isinstance(error, botocore.exceptions.ReadTimeoutError):
                self.clock.advance(READ_TIMEOUT_SECONDS)
            raise

    @property
    def stack(self) -> Stack:
        """The application stack, also one that was deleted."""
        name = self.settings.stack_name
        return next(each for each in reversed(self.stacks.all) if each.name == name)

    @property
    def is_created(self) -> bool:
        """Whether there is, or was, an application stack."""
        return any(each.name == self.settings.stack_name for each in self.stacks.all)

    def stack_of_delivery(self) -> Stack:
        """Return the delivery stack, also one that was deleted."""
        name = self.settings.delivery_stack_name
        return next(each for each in reversed(self.stacks.all) if each.name == name)

    def serving(self) -> set[str]:
        """Return the digests that the load balancer sends requests to."""
        return {
            str(task.digest)
            for task in self.tasks.by_arn.values()
            if task.runs and any(self._is_healthy(task, group) for group in task.target_groups)
        }

    def one_off_tasks(self) -> list[Task]:
        """Return the tasks that no service started, oldest first."""
        return [each for each in self.tasks.by_arn.values() if not each.deployment]

    def _is_healthy(self, task: Task, group: str) -> bool:
        target = self.elb.groups[group].get(task.address)
        return target is not None and target.healthy and self.elb.receives(group)

    def front_door(self, _url: str) -> int | None:
        """Return what the readiness path answers; None when this machine cannot reach it."""
        return self.elb.ready() if self.reachable else None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Let the product live in this world: its AWS, its clock, its git, its front door."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(URLLib3Session, "send", lambda _own, request: self.send(request))
            # This header takes a tenth of the time, and nobody reads it.
            patch.setattr(UserAgentString, "to_string", lambda _own: "story")
            patch.setattr(SigV4Auth, "add_auth", wire.sign)
            patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=self.sleep))
            patch.setattr(botocore.waiter, "time", SimpleNamespace(sleep=self.sleep))
            patch.setattr(aws_calls, "threading", SimpleNamespace(Timer=self.clock.timer))
            patch.setattr(together, "run", self.together)
            patch.setattr(polling, "monotonic", self.clock.monotonic)
            patch.setattr(polling, "wall", self.clock.wall)
            patch.setattr(polling, "sleep", self.sleep)
            # A story needs fewer looks than a person who waits: half of its time were these.
            patch.setattr(prove, "POLL_SECONDS", 4.0)
            patch.setattr(follow, "FIRST_POLL_SECONDS", 0.5)
            self.git.install(patch)
            patch.setattr(front_door, "ask", self.front_door)
            # A command sets what signals do, and the process of a test lives on after it.
            handlers = {each: signal.getsignal(each) for each in signals.INTERRUPTS}
            yield
            for number, handler in handlers.items():
                signal.signal(number, handler)

    def _live(self) -> None:
        """Raise when the process that asks is dead."""
        if self.killed:
            raise Killed
