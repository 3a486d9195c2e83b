"""Replay the closed minutes of a brand and tell when they would have rung; bare counts: `surge.replay.series`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.seam import BrandMinute, EventKind
from tocsin.base.surge import Surge
from tocsin.surge.fold import SurgeFold
from tocsin.surge.tuning import TUNING, Tuning

_TIMELINE = "replay:backtest"


def replay_minutes(brand: Brand, minutes: Iterable[BrandMinute], tuning: Tuning = TUNING) -> Iterator[Surge]:
    """Yield the surges that closed minutes would have rung, with all the evidence the mentions hold."""
    fold = SurgeFold(brand, _TIMELINE, tuning)
    state: bytes | None = None
    for minute in minutes:
        state, events = fold.merge(state, minute)
        for event in events:
            if event.kind is EventKind.SURGE:
                yield msgspec.json.decode(event.body, type=Surge)
