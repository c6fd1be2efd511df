"""Stories of promises that the product does not keep yet: test's name -> what is missing.

A name without parameters is all of them. Each is expected to fail, strictly: the first run
after the product keeps the promise asks for the line to be removed here.
"""

LOG = "the last lines of a log that arrive a second later are not waited for"
HINT = "a RunTask that starts nothing has no hint"
PENDING: dict[str, str] = {
    "test_a_crash_is_rolled_back_and_explained_in_the_last_lines": LOG,
    "test_a_crash_loop_after_the_rollout_is_not_proven": LOG,
    "test_lists_that_come_one_item_at_a_time_are_read_to_their_end": LOG,
    "test_an_answer_that_is_not_aws_is_an_error_with_a_hint[ecs.RunTask]": HINT,
}
