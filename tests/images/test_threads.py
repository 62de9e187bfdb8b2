"""Parts of an image on all cores: each is worked on, errors come out, and a fork has threads of its own."""

import multiprocessing
import threading
from collections.abc import Iterator

import cv2
import pytest

from pipeline.images import threads


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    threads._pool.cache_clear()
    yield
    threads._pool.cache_clear()


def test_every_part_is_worked_on(two_cores: None) -> None:
    done: list[int] = []
    threads.each(done.append, range(50))

    assert list(range(50)) == sorted(done)


def test_parts_are_worked_on_at_once(two_cores: None) -> None:
    meeting = threading.Barrier(2, timeout=30)

    def meet(_: int) -> None:
        meeting.wait()

    threads.each(meet, range(2))


def test_a_single_part_stays_in_its_thread(two_cores: None) -> None:
    where: list[int] = []
    threads.each(lambda _: where.append(threading.get_ident()), ["only"])

    assert [threading.get_ident()] == where


def test_the_first_parts_error_comes_out(two_cores: None) -> None:
    def work(part: int) -> None:
        raise ValueError(str(part))

    with pytest.raises(ValueError, match=r"^0$"):
        threads.each(work, range(5))


def test_what_is_made_ahead_comes_in_order_and_no_more_than_cores_plus_one(two_cores: None) -> None:
    begun: list[int] = []

    def work(part: int) -> int:
        begun.append(part)
        return part * part

    for number, made in enumerate(threads.ahead(work, range(20))):
        assert number * number == made
        assert len(begun) <= number + 3


def test_an_error_ahead_comes_in_its_place_and_ends_the_rest(two_cores: None) -> None:
    begun: list[int] = []

    def work(part: int) -> int:
        begun.append(part)
        return 1 // (3 - part)

    made = threads.ahead(work, range(100))

    assert [0, 0, 1] == [next(made) for _ in range(3)]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert len(begun) < 10


def _in_a_fork(answer: "multiprocessing.SimpleQueue[int]") -> None:
    done: list[int] = []
    threads.each(done.append, range(9))
    answer.put(len(done))


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_fork_does_not_wait_for_the_threads_of_its_parent(two_cores: None) -> None:
    threads.each(lambda _: None, range(9))
    context = multiprocessing.get_context("fork")
    answer = context.SimpleQueue()
    process = context.Process(target=_in_a_fork, args=(answer,))
    process.start()
    process.join(20)
    stuck = process.is_alive()
    process.kill()

    assert not stuck
    assert 9 == answer.get()


def test_opencv_is_as_before_when_the_last_of_several_threads_has_left() -> None:
    before = cv2.getNumThreads()
    cv2.setNumThreads(3)
    try:
        first, second = threads.one_each(), threads.one_each()
        seen = []
        for step in (first.__enter__, second.__enter__, lambda: first.__exit__(None, None, None)):
            step()
            seen.append(cv2.getNumThreads())
        second.__exit__(None, None, None)
        seen.append(cv2.getNumThreads())
    finally:
        cv2.setNumThreads(before)

    assert [1, 1, 1, 3] == seen
