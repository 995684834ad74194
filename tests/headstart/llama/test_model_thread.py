import threading
from collections.abc import Callable, Iterator

import pytest

from headstart.errors import SessionClosedError
from headstart.llama.model_thread import ModelThread, Stopped, Urgency

WAIT_S = 10.0


@pytest.fixture
def thread() -> Iterator[ModelThread]:
    made = ModelThread()
    yield made
    made.close()


def yields(*items: object) -> Callable[[Stopped], Iterator[object]]:
    return lambda _: iter(items)


def until_stopped(started: threading.Event) -> Callable[[Stopped], Iterator[str]]:
    """Work that goes on until it is told to stop."""

    def work(stopped: Stopped) -> Iterator[str]:
        started.set()
        pause = threading.Event()
        while not stopped():
            pause.wait(0.001)
        yield "stopped"

    return work


def test_a_job_gives_what_its_work_yields(thread: ModelThread) -> None:
    assert list(thread.submit(yields(1, 2, 3))) == [1, 2, 3]


def test_what_the_work_raises_travels_to_the_caller_and_the_thread_goes_on(thread: ModelThread) -> None:
    def broken(_: Stopped) -> Iterator[int]:
        yield 1
        raise ZeroDivisionError("in the middle")

    job = iter(thread.submit(broken))

    assert next(job) == 1
    with pytest.raises(ZeroDivisionError, match="in the middle"):
        next(job)
    assert list(thread.submit(yields(2))) == [2]


def test_jobs_run_one_at_a_time_and_turns_before_prefills(thread: ModelThread) -> None:
    started, order = threading.Event(), list[str]()

    def noted(name: str) -> Callable[[Stopped], Iterator[str]]:
        def work(_: Stopped) -> Iterator[str]:
            order.append(name)
            yield name

        return work

    running = thread.submit(until_stopped(started))
    assert started.wait(WAIT_S)
    jobs = [
        thread.submit(noted("prefill 1"), Urgency.PREFILL),
        thread.submit(noted("turn 1")),
        thread.submit(noted("prefill 2"), Urgency.PREFILL),
        thread.submit(noted("turn 2")),
    ]
    running.cancel()
    for job in jobs:
        list(job)

    assert order == ["turn 1", "turn 2", "prefill 1", "prefill 2"]


def test_a_turn_stops_a_prefill_that_is_under_way(thread: ModelThread) -> None:
    started = threading.Event()
    prefill = thread.submit(until_stopped(started), Urgency.PREFILL)
    assert started.wait(WAIT_S)

    assert list(thread.submit(yields("turn"))) == ["turn"]
    assert list(prefill) == ["stopped"]


def test_a_prefill_does_not_stop_a_turn_nor_another_prefill(thread: ModelThread) -> None:
    asked = threading.Event()
    go_on = threading.Event()
    answers: list[bool] = []

    def work(stopped: Stopped) -> Iterator[None]:
        asked.set()
        assert go_on.wait(WAIT_S)
        answers.append(stopped())
        yield

    for urgency in Urgency:
        asked.clear()
        go_on.clear()
        running = thread.submit(work, urgency)
        assert asked.wait(WAIT_S)
        waiting = thread.submit(yields("prefill"), Urgency.PREFILL)
        go_on.set()
        list(running)
        assert list(waiting) == ["prefill"]

    assert answers == [False, False]


def test_leaving_the_results_stops_the_work(thread: ModelThread) -> None:
    finished = threading.Event()

    def endless(stopped: Stopped) -> Iterator[int]:
        pause = threading.Event()
        yield 0
        while not stopped():
            pause.wait(0.001)
        finished.set()

    for _ in thread.submit(endless):
        break

    assert finished.wait(WAIT_S)


def test_closing_stops_the_work_and_lets_everyone_go_who_waits() -> None:
    thread = ModelThread()
    started = threading.Event()
    running = thread.submit(until_stopped(started))
    waiting = thread.submit(yields("never"))
    assert started.wait(WAIT_S)
    thread.close(WAIT_S)

    assert list(running) == ["stopped"]
    with pytest.raises(SessionClosedError):
        list(waiting)
    with pytest.raises(SessionClosedError):
        thread.submit(yields("late"))
    thread.close()


def test_closing_a_thread_that_never_ran_is_fine() -> None:
    ModelThread().close()


def test_a_cancelled_job_that_never_began_ends_without_results(thread: ModelThread) -> None:
    started = threading.Event()
    running = thread.submit(until_stopped(started))
    waiting = thread.submit(yields("unwanted"))
    waiting.cancel()
    assert started.wait(WAIT_S)
    running.cancel()

    assert list(waiting) == []
