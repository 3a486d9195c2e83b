"""Look back: was there a rise in what was heard late, at the time it was written?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from tocsin.surge.baseline import Usual
from tocsin.surge.count import BIN_MIN, BINS_KEPT, RECENT_MIN, Counts, MinuteTally
from tocsin.surge.plumbing.late import Late, late_tallies
from tocsin.surge.state import SurgeState

BACK_MIN = 2 * 24 * 60  # a rise that ended longer ago is history, not news
_WINDOWS_MIN = (60, 120, 360)
_OUTSTANDING = 4.0  # deviations; of the hundreds of windows of a day's backlog, chance puts some at three
_SIZE = 4.0  # what comes with it varies by half of its mean at the least
_TRIED = 2
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SurgeState)

Ints = npt.NDArray[np.int64]


def looks_back(
    memory: SurgeState, usual: Usual, late: Sequence[Late], fewest: int
) -> Iterator[tuple[SurgeState, int, MinuteTally]]:
    """Yield the memory as it would have stood just before a past minute, that minute, and what was said in it.

    The minutes are those at which late posts make the usual look exceeded, the most so first; two at most. The memory
    knows of nothing that was told. fewest: mentions in six hours under which nothing is tested.
    """
    testable = [one for one in late if one.is_testable]
    tallies = [(written, tally) for written, tally in late_tallies(testable) if memory.first <= written]
    if not tallies:
        return
    history = _history(memory)
    for end in _outstanding(memory.counts.last, history, usual, tallies, fewest)[:_TRIED]:
        past: SurgeState = _decoder.decode(_encoder.encode(memory))
        past.counts = _rewound(memory.counts.last, history, end, tallies)
        past.usual = None
        past.owed = 0.0
        past.told = None
        past.waiting = {}
        yield past, end, dict(tallies)[end]


def _history(memory: SurgeState) -> Ints:
    """Return the bins in order of time, the newest last, with what still waits to be counted."""
    history, newest = memory.counts.history(), memory.counts.last // BIN_MIN
    for number, posts in memory.waiting.items():
        history[BINS_KEPT - 1 - (newest - number)] += posts
    return history


def _outstanding(
    last: int, history: Ints, usual: Usual, late: Sequence[tuple[int, MinuteTally]], fewest: int
) -> list[int]:
    """Return the minutes of late posts at which a window stands far over the usual, the farthest first; one a bin.

    It must stand out from what came with it as well: a day's posts that come at once are no rise at any of its hours.
    """
    newest = last // BIN_MIN
    recent = [(minute, tally.posts) for minute, tally in late if last - BACK_MIN < minute <= last]
    if not recent:
        return []
    span, found = recent[-1][0] - recent[0][0] + 1, []
    for number, end in sorted({minute // BIN_MIN: minute for minute, _ in recent}.items()):
        place, best = BINS_KEPT - 1 - (newest - number), 0.0
        for window in _WINDOWS_MIN:
            seen = int(history[place + 1 - window // BIN_MIN : place + 1].sum())
            if seen < fewest:
                continue
            beside = sum(posts for minute, posts in recent if not end - window < minute <= end)
            mean = usual.expected(window, end) + beside * window / max(span - window, window)
            best = max(best, (seen - mean) / math.sqrt(mean + mean * mean / min(usual.size(window), _SIZE) + 1e-9))
        if best >= _OUTSTANDING:
            found.append((best, end))
    return [end for _, end in sorted(found, reverse=True)]


def _rewound(last: int, history: Ints, end: int, late: Sequence[tuple[int, MinuteTally]]) -> Counts:
    """Return the counts as they would have stood at the minute `end`, itself left out, had all been heard in time.

    Minutes are shared out evenly within their five; of who spoke and how, what the late posts say is all there is.
    """
    past = Counts(last=end)
    then, start = end // BIN_MIN, end - RECENT_MIN + 1
    held = history[: BINS_KEPT - (last // BIN_MIN - then)].tolist()
    held[-1] -= min(held[-1], dict(late)[end].posts)
    past.fill(then - len(held) + 1, held)
    for minute in range(start, end + 1):
        posts, place = held[minute // BIN_MIN - then - 1], minute % BIN_MIN
        past.recent[minute - start] = posts * (place + 1) // BIN_MIN - posts * place // BIN_MIN
    for minute, tally in late:
        if start <= minute < end:
            past.mark(minute, tally)
    return past
