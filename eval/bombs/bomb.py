"""One bomb: what throws it, and what was measured when it was refused."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tocsin.base.errors import TocsinError

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


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
    before_kb = _reset_peak()
    started_s, why = time.monotonic(), ""
    try:
        bomb.throw()
    except TocsinError as error:
        why = str(error)
    took_s = time.monotonic() - started_s
    extra_mb = None if before_kb is None else max(0.0, (_kilobytes("VmHWM") - before_kb) / 1_000)
    return Refusal(name=bomb.name, why=why, is_good=bool(why), took_s=took_s, extra_mb=extra_mb)


def own_memory_mb() -> float:
    """Return the memory in use by this process, 0 where the system does not tell it."""
    return (_kilobytes("VmRSS") if sys.platform.startswith("linux") else 0) / 1_000


def _reset_peak() -> int | None:
    """Make the system forget the peak; return the memory in use, in kilobytes. None where it cannot (not Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # what earlier bombs freed would hide what this one takes
    if trim is not None:
        trim(0)
    _RESET.write_text("5", encoding="ascii")
    return _kilobytes("VmRSS")


def _kilobytes(name: str) -> int:
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))
