"""Run a pure function on hostile input in a child process that may neither last nor swell."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar, cast

from tocsin.base.errors import SourceError, TocsinError

P = ParamSpec("P")
R = TypeVar("R")

LIMIT_S = 5.0
MEMORY_BYTES = 1_000_000_000
_START_S = 60.0  # for a child to come up on a busy machine, beside the time of its first work


class BoundedWorker:
    """One child process, started at the first call and replaced when it had to be ended. Calls wait for one another.

    limit_s: seconds that one call may take. memory_bytes: of the child's data, on systems that can bound it (Linux).
    """

    def __init__(self, *, limit_s: float = LIMIT_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self.limit_s = limit_s
        self.memory_bytes = memory_bytes
        self._lock = threading.Lock()
        self._child: tuple[BaseProcess, Connection] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the child's process, None while there is none: to see what it takes."""
        child = self._child
        return None if child is None else child[0].pid

    def call(self, function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return `function(*args, **kwargs)` as computed in the child; all of them must be picklable.

        Raises the TocsinError that the function raised, and SourceError when it took too long or too much memory, or
        ended its process. Any other error of the function is shown on standard error by the child, which ends.
        """
        with self._lock:
            pipe = self._started()
            try:
                pipe.send(function)
                # The child imports what the function needs before its time counts.
                if pipe.poll(_START_S):
                    pipe.recv()
                pipe.send((args, kwargs))
                if not pipe.poll(self.limit_s):
                    self._end()
                    raise SourceError(
                        "Reading the answer took more than {limit_s} s and was ended; the source sends something odd.",
                        permanent=False,
                        limit_s=self.limit_s,
                    )
                kind, content = pipe.recv()
            except (EOFError, ConnectionError):
                self._end()
                raise SourceError(
                    "Reading the answer ended its process; the source sends something odd.", permanent=False
                ) from None
        if kind == "error":
            raise _revived(content)
        if kind == "memory":
            raise SourceError(
                "Reading the answer needed more than {memory_bytes} bytes; the source sends something odd.",
                permanent=False,
                memory_bytes=self.memory_bytes,
            )
        return cast(R, content)

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _started(self) -> Connection:
        if self._child is not None and self._child[0].is_alive():
            return self._child[1]
        self._end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self.memory_bytes), name="tocsin-reader", daemon=True)
        process.start()
        theirs.close()
        self._child = process, ours
        return ours

    def _end(self) -> None:
        if self._child is not None:
            process, pipe = self._child
            self._child = None
            pipe.close()
            process.kill()
            process.join()


def _serve(pipe: Connection, memory_bytes: int) -> None:
    """Answer calls until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory(memory_bytes)
    while True:
        try:
            function = pipe.recv()
            pipe.send(("ready", None))
            args, kwargs = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("done", function(*args, **kwargs)))
        except TocsinError as error:
            pipe.send(("error", (type(error), error.args, error.__dict__)))
        except MemoryError:
            pipe.send(("memory", None))
            os._exit(1)


def _bound_memory(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such bound; the time limit stays
        return
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))


def _revived(packed: tuple[type[TocsinError], tuple[object, ...], dict[str, object]]) -> TocsinError:
    """Return the error again: errors with keyword arguments do not unpickle by themselves."""
    kind, args, state = packed
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error
