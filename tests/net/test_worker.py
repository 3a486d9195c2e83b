from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from tocsin.base.errors import SourceError
from tocsin.net.worker import BoundedWorker


def _double(number: int, *, plus: int = 0) -> int:
    return number * 2 + plus


def _for_ever() -> None:
    while True:
        pass


def _swell() -> int:
    return len(bytearray(3_000_000_000))


def _refuse() -> None:
    raise SourceError("{url} is no feed.", permanent=True, retry_after_s=3.0, url="https://example.org/")


def _vanish() -> None:
    sys.exit(0)


@pytest.fixture(scope="module")
def worker() -> Iterator[BoundedWorker]:
    one = BoundedWorker(limit_s=1.0)
    yield one
    one.close()


def test_the_result_comes_back(worker: BoundedWorker) -> None:
    assert worker.call(_double, 3, plus=1) == 7
    assert worker.call(_double, 4) == 8


def test_an_error_for_people_comes_back_as_it_was(worker: BoundedWorker) -> None:
    with pytest.raises(SourceError, match="is no feed") as caught:
        worker.call(_refuse)
    assert caught.value.permanent and caught.value.retry_after_s == 3.0
    assert caught.value.params == {"url": "https://example.org/"}


def test_what_never_ends_is_ended_and_the_next_call_works(worker: BoundedWorker) -> None:
    started = time.monotonic()
    with pytest.raises(SourceError, match=r"more than 1\.0 s"):
        worker.call(_for_ever)
    assert time.monotonic() - started < 30
    assert worker.call(_double, 1) == 2


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is bounded on Linux only")
def test_what_swells_is_ended(worker: BoundedWorker) -> None:
    with pytest.raises(SourceError, match="needed more than"):
        worker.call(_swell)


def test_a_process_that_vanishes_is_told(worker: BoundedWorker) -> None:
    with pytest.raises(SourceError, match="ended its process"):
        worker.call(_vanish)
