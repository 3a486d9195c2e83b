"""Long work asked for by a page: done in a thread, answered at once when it is quick, polled for when it is not."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tocsin.base.errors import TocsinError

KEPT = 32
PATIENCE_S = 0.1  # a page waits so long for its answer before it shows that work goes on

Progress = Callable[[int], None]
_log = logging.getLogger(__name__)


class Job:
    """One piece of work. done: how much was done, in the work's own unit, for the page that waits.

    error: what stopped it, for people. failed: a fault of ours stopped it, which the log tells.
    """

    def __init__(self) -> None:
        self.done = 0
        self.failed = True  # until the work says otherwise
        self.result: Any = None
        self.error: TocsinError | None = None
        self._ended = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether there is a result, or an error."""
        return self._ended.is_set()

    def wait(self, seconds: float | None) -> bool:
        """Wait for the end for a while, or as long as it takes (None); return whether it came."""
        return self._ended.wait(seconds)

    def run(self, work: Callable[[Progress], Any], end: Callable[[], None]) -> None:
        """Do the work, then `end`; whatever happens, the page that waits is told."""
        try:
            self.result = work(self._note)
            self.failed = False
        except TocsinError as error:
            self.error, self.failed = error, False
        finally:
            end()
            self._ended.set()

    def _note(self, done: int) -> None:
        self.done = done


class Jobs:
    """The jobs of this process by their keys; the same key asked for twice is one job. The oldest are forgotten."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="page-work")
        self._jobs: OrderedDict[Hashable, Job] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: Hashable, work: Callable[[Progress], Any], end: Callable[[], None]) -> Job:
        """Return the job of a key, begun if it is new. end: called in the thread when the work is over."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                job = self._jobs[key] = Job()
                while len(self._jobs) > KEPT:
                    self._jobs.popitem(last=False)
                self._pool.submit(job.run, work, end).add_done_callback(_tell)
            return job

    def find(self, key: Hashable) -> Job | None:
        """Return the job of a key, None when there is none or it was forgotten."""
        with self._lock:
            return self._jobs.get(key)

    def wait(self) -> None:
        """Wait until all work is over."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.wait(None)

    def forget(self, key: Hashable) -> None:
        """Let the same key be asked for anew."""
        with self._lock:
            self._jobs.pop(key, None)


def _tell(future: Future[None]) -> None:
    fault = future.exception()
    if fault is not None:
        _log.error("work for a page failed", exc_info=fault)


JOBS = Jobs()
