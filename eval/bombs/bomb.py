"""One bomb: what throws it, and what was measured when it was refused."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from tocsin.base.errors import TocsinError


class Bomb(msgspec.Struct, frozen=True, kw_only=True):
    """throw: does what a source makes us do; raises TocsinError when it is refused, returns what it gave if not."""

    name: str
    throw: Callable[[], object]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """How a bomb ended.

    why: what the source is told, "" if it was not refused. is_good: it was refused, or gave nothing that matters.
    extra_mb: peak of memory above what was in use before, None where the system does not tell it.
    """

    name: str
    why: str
    is_good: bool
    took_s: float
    extra_mb: float | None


def thrown(bomb: Bomb) -> Refusal:
    """Return how the bomb ended."""
    gc.collect()
    before_kb = reset_peak()
    started_s, why = time.monotonic(), ""
    try:
        bomb.throw()
    except TocsinError as error:
        why = str(error)
    took_s = time.monotonic() - started_s
    extra_mb = None if before_kb is None else max(0.0, (_kilobytes("VmHWM") - before_kb) / 1_000)
    return Refusal(name=bomb.name, why=why, is_good=bool(why), took_s=took_s, extra_mb=extra_mb)


@contextmanager
def watching(pid: Callable[[], int | None]) -> Iterator[list[float]]:
    """Give a list that holds, after the block, the peak of memory of another process above before; empty if unknown.

    pid: asked again and again, as the process may be replaced or gone.
    """
    found: list[float] = []
    first = pid()
    before_kb = None if first is None else reset_peak(first)
    if before_kb is None:
        yield found
        return
    peaks_kb, is_over = [before_kb], threading.Event()

    def look() -> None:
        while not is_over.wait(0.02):
            running = pid()
            with suppress(OSError, StopIteration):  # it may be gone by now
                peaks_kb.append(0 if running is None else _kilobytes("VmHWM", running))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        is_over.set()
        thread.join()
        found.append((max(peaks_kb) - before_kb) / 1_000)


def reset_peak(pid: int | None = None) -> int | None:
    """Make the system forget the peak of a process (this one); return its memory in use, in kilobytes.

    None where the system does not tell it (not Linux).
    """
    if not sys.platform.startswith("linux"):
        return None
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # what earlier bombs freed would hide what this one takes
    if trim is not None and pid is None:
        trim(0)
    Path(f"/proc/{pid or 'self'}/clear_refs").write_text("5", encoding="ascii")
    return _kilobytes("VmRSS", pid)


def _kilobytes(name: str, pid: int | None = None) -> int:
    lines = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
