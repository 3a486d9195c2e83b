"""Long work asked for by a page: done in a thread, answered at once when it is quick, polled for when it is not."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tocsin.base.errors import TocsinError

KEPT = 32
PATIENCE_S = 2.0  # a page waits so long for its answer before it shows that work goes on

Progress = Callable[[int], None]


class Job:
    """One piece of work. done: how much was done, in the work's own unit, for the page that waits."""

    def __init__(self) -> None:
        self.done = 0
        self.result: Any = None
        self.error: TocsinError | None = None
        self._ended = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether there is a result, or an error."""
        return self._ended.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end for a while; return whether it came."""
        return self._ended.wait(seconds)

    def run(self, work: Callable[[Progress], Any], end: Callable[[], None]) -> None:
        """Do the work, then `end`. Anything but an error for people is raised again, once the waiting page is told."""
        try:
            self.result = work(self._note)
        except TocsinError as error:
            self.error = error
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
                self._pool.submit(job.run, work, end)
            return job

    def find(self, key: Hashable) -> Job | None:
        """Return the job of a key, None when there is none or it was forgotten."""
        with self._lock:
            return self._jobs.get(key)

    def forget(self, key: Hashable) -> None:
        """Let the same key be asked for anew."""
        with self._lock:
            self._jobs.pop(key, None)


JOBS = Jobs()
