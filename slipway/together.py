"""Calls that do not depend on each other, made at the same time."""

import queue
import threading
from collections.abc import Callable
from typing import Any

Answer = tuple[int, Any, BaseException | None]


def run(*calls: Callable[[], Any]) -> list[Any]:
    """Run these functions at the same time, and return their values in order.

    The first error that occurs is raised, without waiting for the others. The calling thread
    waits in a way that a signal interrupts, and no thread keeps the process from ending.
    Clients of botocore may be shared between threads:
    https://docs.aws.amazon.com/boto3/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
    """
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    for number, call in enumerate(calls):
        threading.Thread(target=_answer, args=(answers, number, call), daemon=True).start()
    values: dict[int, Any] = {}
    while len(values) < len(calls):
        number, value, error = answers.get()
        if error is not None:
            raise error
        values[number] = value
    return [values[number] for number in range(len(calls))]


def _answer(answers: "queue.SimpleQueue[Answer]", number: int, call: Callable[[], Any]) -> None:
    try:
        answers.put((number, call(), None))
    except BaseException as error:  # noqa: BLE001 - it is raised in the calling thread
        answers.put((number, None, error))
