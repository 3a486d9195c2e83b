"""Work in the background of a page: done once, told when it ends, never waited for in vain."""

from __future__ import annotations

import threading

import pytest

from tocsin.base.errors import InputError
from tocsin.web.watches.jobs import KEPT, Jobs, Progress


@pytest.fixture
def ended() -> list[int]:
    return []


def test_the_same_work_asked_for_twice_is_done_once(ended: list[int]) -> None:
    jobs, hold, runs = Jobs(), threading.Event(), []

    def work(note: Progress) -> int:
        runs.append(1)
        note(3)
        hold.wait(5)
        return 42

    first = jobs.ask("a", work, lambda: ended.append(1))
    assert jobs.ask("a", work, lambda: ended.append(1)) is first
    assert not first.wait(0)
    hold.set()
    assert first.wait(5)
    assert (first.result, first.done, first.failed, len(runs), len(ended)) == (42, 3, False, 1, 1)


def test_an_error_for_people_is_kept_for_the_page(ended: list[int]) -> None:
    def work(_: Progress) -> None:
        raise InputError("Nothing to read.")

    job = Jobs().ask("a", work, lambda: ended.append(1))
    assert job.wait(5)
    assert str(job.error) == "Nothing to read."
    assert not job.failed


def test_a_fault_ends_the_waiting_and_is_logged(caplog: pytest.LogCaptureFixture, ended: list[int]) -> None:
    def work(_: Progress) -> None:
        raise ZeroDivisionError

    jobs = Jobs()
    job = jobs.ask("a", work, lambda: ended.append(1))
    assert job.wait(5)
    assert job.failed
    assert ended == [1]


def test_old_work_is_forgotten_and_may_be_asked_for_again() -> None:
    jobs = Jobs()
    for number in range(KEPT + 1):
        jobs.ask(number, lambda _: None, lambda: None).wait(5)
    assert jobs.find(0) is None
    assert jobs.find(KEPT) is not None
    jobs.forget(KEPT)
    assert jobs.find(KEPT) is None
