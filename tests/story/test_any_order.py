"""Deploy, interrupt, kill, somebody else's deploy, migrate, cancel and recover in any order."""

from contextlib import ExitStack
from typing import Any

import hypothesis.strategies as st
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline import settings as known
from pipeline.revision import Image
from tests.conftest import STAGING
from tests.stack.texts import repeatable
from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.disturbances import CALL
from tests.story.person import KILLED, Outcome, Person
from tests.story.world import World

APPLICATIONS = {
    "good": Application(),
    "crashes": Application(exits=3, last_words=("boom",)),
    "is never healthy": Application(live=500),
    "has a migration that fails": Application(migration=Migration(code=1)),
    "has a slow migration": Application(migration=Migration(seconds=20.0)),
}
ACTS = {
    "interrupt": disturbances.interrupt,
    "kill": disturbances.kill,
    "drop": disturbances.drop,
    "throttle": disturbances.throttle,
}
RECOVERY_NEEDED = 3


class AnyOrder(RuleBasedStateMachine):
    """What must be true whatever people do, and in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(known.resolve("staging", STAGING))
        self.person, self.colleague = Person(self.world), Person(self.world)
        self.images: list[Image] = []
        self.asked_for_older = False
        self.resources = ExitStack()
        self.resources.enter_context(self.world.installed())

    def teardown(self) -> None:
        """Let a last deploy converge, and leave the world."""
        try:
            if self.images:
                self.converge()
        finally:
            self.resources.close()

    @initialize(is_new=st.booleans())
    def begin(self, *, is_new: bool) -> None:
        """Begin with a new environment, or with one in which the first revision serves."""
        image = self.push("good")
        if not is_new:
            self.person.has_deployed(image)

    def push(self, kind: str) -> Image:
        """Commit a revision, newer than all others."""
        commit = f"{len(self.images) + 1:x}".rjust(40, "a")
        image = self.person.push(commit, APPLICATIONS[kind])
        self.images.append(image)
        return image

    @rule(kind=st.sampled_from(sorted(APPLICATIONS)))
    def commit(self, kind: str) -> None:
        """Commit a revision that works, or does not."""
        self.push(kind)

    @rule(data=st.data(), act=st.sampled_from(sorted(ACTS)), nth=st.integers(1, 60))
    def disturb(self, data: Any, act: str, nth: int) -> None:
        """Deploy, and have something go wrong at some call or wait."""
        pattern = "*" if ACTS[act] in {disturbances.interrupt, disturbances.kill} else CALL
        self.world.script.before(pattern, ACTS[act], nth=nth)
        self.check(*self.deploys(data, self.person))

    @rule(data=st.data(), nth=st.integers(1, 60))
    def lose_an_answer(self, data: Any, nth: int) -> None:
        """Deploy, and have AWS do what was asked without anybody hearing of it."""
        self.world.script.after(CALL, disturbances.drop, nth=nth)
        self.check(*self.deploys(data, self.person))

    @rule(data=st.data())
    def deploy(self, data: Any) -> None:
        """Deploy a revision, newer or older."""
        self.check(*self.deploys(data, self.person))

    @rule(data=st.data(), nth=st.integers(1, 60))
    def deploy_beside_a_colleague(self, data: Any, nth: int) -> None:
        """Deploy, while somebody else deploys between two calls."""
        ended: list[tuple[Image, Outcome]] = []
        self.world.script.before(
            CALL, lambda: ended.append(self.deploys(data, self.colleague)), nth=nth
        )
        image, outcome = self.deploys(data, self.person)
        for each in ended:
            self.check_message(each[1])
        if ended:
            self.check_message(outcome)
        else:
            self.check(image, outcome)

    @precondition(lambda self: self.images)
    @rule(data=st.data())
    def go_back(self, data: Any) -> None:
        """Deploy any revision, also an older one: it was asked for."""
        self.asked_for_older = True
        image = data.draw(st.sampled_from(self.images), label="revision")
        self.check(image, self.person.deploy(image, allow_older=True))
        self.asked_for_older = False

    @rule()
    def migrate(self) -> None:
        """Run the migration of what is deployed."""
        self.check_message(self.person.migrate())

    @rule()
    def recover(self) -> None:
        """Free the stack, stuck or not."""
        self.check_message(self.person.recover())

    @rule()
    def cancel(self) -> None:
        """Cancel an update, whether one is running or not."""
        self.check_message(self.person.cancel())

    @precondition(lambda self: self.world.stacks.all and not self.world.stack.busy)
    @rule()
    def delete_in_the_console(self) -> None:
        """Delete the stack without Slipway."""
        self.world.cloudformation.delete_stack({"StackName": self.world.stack.id})

    @rule(seconds=st.sampled_from([1.0, 5.0, 60.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

    @rule(seconds=st.sampled_from([0.0, 5.0]))
    def read_stale(self, seconds: float) -> None:
        """Let DescribeStacks have the earlier state, for some seconds, from now on."""
        self.world.stacks.stale_seconds = seconds

    @rule()
    def break_the_next_rollback(self) -> None:
        """Let the next rollback get stuck."""
        name = self.world.settings.stack_name
        self.world.stacks.operations.failing_rollbacks[name] = "the reason of AWS"

    def deploys(self, data: Any, who: Person) -> tuple[Image, Outcome]:
        """Deploy one of the revisions, and return it with the outcome."""
        image = data.draw(st.sampled_from(self.images), label="revision")
        return image, who.deploy(image)

    def check(self, image: Image, outcome: Outcome) -> None:
        """Check that the exit code tells the truth."""
        self.world.script.disturbances.clear()
        self.check_message(outcome)
        assert (outcome.code == 0) == outcome.proven
        if outcome.proven:
            assert self.world.serving() == {image.digest}
            assert not self.world.stack.busy

    def check_message(self, outcome: Outcome) -> None:
        """Check that who fails says why, and what to type next."""
        if outcome.code not in {0, KILLED}:
            assert "next:" in outcome.message

    def converge(self) -> None:
        """Deploy a good revision, newer than all: it serves, at once or after a recovery."""
        self.world.script.disturbances.clear()
        self.world.stacks.operations.failing_rollbacks.clear()
        image = self.push("good")
        outcome = self.person.deploy(image)
        if outcome.code == RECOVERY_NEEDED:
            assert self.person.recover().code == 0
            outcome = self.person.deploy(image)
        assert outcome.code == 0, outcome.text()
        self.check(image, outcome)

    @invariant()
    def one_migration_at_a_time(self) -> None:
        """Check the database: no two migrations have met in it."""
        assert self.world.database.most_at_once <= 1

    @invariant()
    def newer_is_not_replaced_by_older(self) -> None:
        """Check every update so far, unless an older revision was asked for."""
        replacements = self.world.stacks.replacements
        for deployed, wanted in replacements:
            if deployed and wanted and not self.asked_for_older:
                commits = self.world.git.commits
                assert commits.index(deployed) <= commits.index(wanted)
        replacements.clear()


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    repeatable, max_examples=8, stateful_step_count=6, phases=[Phase.generate]
)
