"""Stories of promises that the product does not keep yet: test's name -> what is missing.

A name without parameters is all of them. Each is expected to fail, strictly: the first run
after the product keeps the promise asks for the line to be removed here.
"""

FRONT_DOOR = "the proof does not ask the front door, nor look at stopped tasks"
SINGLE = "a migration is not found again, and not alone"
LOG = "the last lines of a log that arrive a second later are not waited for"
ANSWERS = "an answer that is not AWS's ends in a traceback"
PENDING: dict[str, str] = {
    "test_a_first_deploy_creates_everything_and_proves_it": "our own change set counts as others'",
    "test_a_crash_is_rolled_back_and_explained_in_the_last_lines": LOG,
    "test_no_task_is_not_proven": FRONT_DOOR,
    "test_no_task_is_right_when_it_was_asked_for": FRONT_DOOR,
    "test_a_crash_loop_after_the_rollout_is_not_proven": FRONT_DOOR,
    "test_an_application_that_is_not_ready_is_not_proven": FRONT_DOOR,
    "test_a_door_that_this_machine_cannot_reach_is_said": FRONT_DOOR,
    "test_an_interrupted_migration_goes_on_and_says_so": SINGLE,
    "test_a_second_run_converges_and_leaves_nothing_behind[17-interrupt]": SINGLE,
    "test_a_second_run_converges_and_leaves_nothing_behind[17-kill]": SINGLE,
    "test_a_second_run_converges_and_leaves_nothing_behind[25-interrupt]": SINGLE,
    "test_a_second_run_converges_and_leaves_nothing_behind[25-kill]": SINGLE,
    "test_two_deploys_of_the_same_revision_migrate_once": SINGLE,
    "test_a_migration_of_another_revision_is_waited_for": SINGLE,
    "test_the_migration_of_a_killed_deploy_is_found_again": SINGLE,
    "test_silence_ends": ANSWERS,
    "test_an_answer_that_is_not_aws_is_an_error_with_a_hint": ANSWERS,
    "test_lists_that_come_one_item_at_a_time_are_read_to_their_end": LOG,
    "test_a_migration_without_an_end_is_stopped_and_its_log_is_shown": LOG,
}
