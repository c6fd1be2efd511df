"""Deploy, interrupt, kill, somebody else's deploy, migrate, cancel and recover in any order."""

from contextlib import ExitStack

import hypothesis.strategies as st
from hypothesis import Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from slipway import settings as known
from slipway.revision import Image
from tests.conftest import STAGING
from tests.stack.texts import repeatable
from tests.story import disturbances
from tests.story.applications import Application, Migration
from tests.story.disturbances import CALL
from tests.story.person import INTERRUPTED, KILLED, Outcome, Person
from tests.story.world import World

APPLICATIONS = {
    "good": Application(),
    "crashes": Application(exits=3, last_words=("boom",)),
    "is never healthy": Application(live=500),
    "has a migration that fails": Application(migration=Migration(code=1)),
    "has a slow migration": Application(migration=Migration(seconds=20.0)),
}
ENDS = {"interrupt": disturbances.interrupt, "kill": disturbances.kill}
FAULTS = {"drop": disturbances.drop, "throttle": disturbances.throttle}
# A new revision of a kind, or the number of an earlier one.
REVISIONS = st.sampled_from(["good", *sorted(APPLICATIONS)]) | st.integers(0, 9)
# A deploy of a new revision makes about so many calls.
MOMENTS = st.integers(1, 80)
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

    @rule(which=REVISIONS)
    def deploy(self, which: str | int) -> None:
        """Deploy a revision: a new one that works or does not, or an earlier one."""
        self.check(*self.deploys(which, self.person))

    @rule(which=REVISIONS, act=st.sampled_from(sorted(ENDS)), nth=MOMENTS)
    def leave(self, which: str | int, act: str, nth: int) -> None:
        """Deploy, and be interrupted or killed at some call or wait."""
        self.world.script.before("*", ENDS[act], nth=nth)
        before = len(self.world.one_off_tasks())
        image, outcome = self.deploys(which, self.person)
        if outcome.code == INTERRUPTED:
            has_migration = len(self.world.one_off_tasks()) > before
            self.check_what_goes_on(outcome, has_migration=has_migration)
        self.check(image, outcome)

    @rule(which=REVISIONS, act=st.sampled_from(sorted(FAULTS)), nth=MOMENTS)
    def disturb(self, which: str | int, act: str, nth: int) -> None:
        """Deploy, and have a call fail."""
        self.world.script.before(CALL, FAULTS[act], nth=nth)
        self.check(*self.deploys(which, self.person))

    @rule(which=REVISIONS, nth=MOMENTS)
    def lose_an_answer(self, which: str | int, nth: int) -> None:
        """Deploy, and have AWS do what was asked without anybody hearing of it."""
        self.world.script.after(CALL, disturbances.drop, nth=nth)
        self.check(*self.deploys(which, self.person))

    @rule(which=REVISIONS, other=REVISIONS, nth=MOMENTS)
    def deploy_beside_a_colleague(self, which: str | int, other: str | int, nth: int) -> None:
        """Deploy, while somebody else deploys between two calls."""
        ended: list[Outcome] = []
        self.world.script.before(
            CALL, lambda: ended.append(self.deploys(other, self.colleague)[1]), nth=nth
        )
        image, outcome = self.deploys(which, self.person)
        for each in [*ended, outcome]:
            self.check_message(each)
        if not ended:
            self.check(image, outcome)

    @rule(which=REVISIONS)
    def go_back(self, which: str | int) -> None:
        """Deploy any revision, also an older one: it was asked for."""
        self.asked_for_older = True
        image = self.choose(which)
        self.check(image, self.person.deploy(image, allow_older=True))
        self.newer_is_not_replaced_by_older()
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

    @precondition(lambda self: self.world.is_created and not self.world.stack.busy)
    @rule()
    def delete_in_the_console(self) -> None:
        """Delete the stack without Slipway."""
        self.world.stacks.delete(self.world.stack)

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

    def deploys(self, which: str | int, who: Person) -> tuple[Image, Outcome]:
        """Deploy a revision, and return it with the outcome."""
        image = self.choose(which)
        return image, who.deploy(image)

    def choose(self, which: str | int) -> Image:
        """Return a new revision of a kind, or an earlier one by its number."""
        if isinstance(which, str):
            return self.push(which)
        return self.images[which % len(self.images)]

    def check(self, image: Image, outcome: Outcome) -> None:
        """Check that the exit code is true."""
        self.world.script.disturbances.clear()
        self.check_message(outcome)
        assert (outcome.code == 0) == outcome.proven
        if outcome.proven:
            assert self.world.serving() == {image.digest}
            assert not self.world.stack.busy or self.world.stack.status == "DELETE_IN_PROGRESS"

    def check_message(self, outcome: Outcome) -> None:
        """Check that who fails says why, and what to type next."""
        if outcome.code not in {0, KILLED}:
            assert "next:" in outcome.message

    def check_what_goes_on(self, outcome: Outcome, *, has_migration: bool) -> None:
        """Check that who leaves hears what was begun and goes on."""
        if self.world.stacks.replacements and self.world.stack.busy:
            assert "goes on" in outcome.message
        if has_migration and self.world.database.running:
            assert "running" in outcome.message

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
    repeatable, max_examples=6, stateful_step_count=6, phases=[Phase.generate]
)
