"""Replay the past of a brand and tell when it would have rung."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.seam import BrandMinute, EventKind
from tocsin.base.surge import Surge
from tocsin.surge.count import MinuteTally
from tocsin.surge.fold import SurgeFold
from tocsin.surge.tuning import TUNING, Tuning

_TIMELINE = "replay:backtest"


def replay_counts(brand: Brand, counts: Iterable[tuple[int, int]], tuning: Tuning = TUNING) -> Iterator[Surge]:
    """Yield the surges that a series of (minute since 1970, mentions) would have rung, in order of time.

    Only volume is judged: authors, tone and stories are not known. The first pair starts the watch, even with 0.
    """
    fold = SurgeFold(brand, _TIMELINE, tuning)
    memory = None
    for minute, posts in counts:
        if memory is None:
            memory = fold.begin(minute)
        surge = fold.observe(memory, minute, MinuteTally(posts))
        if surge is not None:
            yield surge


def replay_minutes(brand: Brand, minutes: Iterable[BrandMinute], tuning: Tuning = TUNING) -> Iterator[Surge]:
    """Yield the surges that closed minutes would have rung, with all the evidence the mentions hold."""
    fold = SurgeFold(brand, _TIMELINE, tuning)
    state: bytes | None = None
    for minute in minutes:
        state, events = fold.merge(state, minute)
        for event in events:
            if event.kind is EventKind.SURGE:
                yield msgspec.json.decode(event.body, type=Surge)
