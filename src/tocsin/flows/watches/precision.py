"""How many of the hits are meant: what people ticked, and how far from the truth it may be."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.post import Post
from tocsin.flows.engine import Engine
from tocsin.store.rows import LabelRow

SUBJECT_KIND = "watch"
YES, NO = "hit.yes", "hit.no"
_Z = 1.96  # two-sided 95 %
_READ = 5_000


class Precision(msgspec.Struct, frozen=True, kw_only=True):
    """The share of hits that are meant. low, high: of its 95 % interval (Wilson 1927), 0..1."""

    meant: int
    judged: int
    share: float
    low: float
    high: float


def precision(meant: int, judged: int) -> Precision | None:
    """Return the share with its Wilson interval, None when nothing was judged.

    >>> found = precision(17, 20)
    >>> found.share, round(found.low, 2), round(found.high, 2)
    (0.85, 0.64, 0.95)
    """
    if judged == 0:
        return None
    share = meant / judged
    room = _Z * _Z / judged
    middle = (share + room / 2) / (1 + room)
    reach = _Z / (1 + room) * math.sqrt(share * (1 - share) / judged + room / (4 * judged))
    return Precision(
        meant=meant, judged=judged, share=share, low=max(0.0, middle - reach), high=min(1.0, middle + reach)
    )


def hit_key(post: Post) -> str:
    """Return what names a hit in a form and in a label: tells nothing of the post or its author."""
    return stable_id("hit", *post.key)


def precision_of(ticks: Mapping[str, bool]) -> Precision | None:
    """Return the precision that the ticks give; ticks: hit key to whether it is meant."""
    return precision(sum(ticks.values()), len(ticks))


def keep_ticks(engine: Engine, brand: str, watch: str, ticks: Mapping[str, bool], who: tuple[str, datetime]) -> int:
    """Store the ticks that are new or changed as labels of the watch; return how many. who: mark of the person, now."""
    known = kept_ticks(engine, brand, watch)
    new = {key: meant for key, meant in ticks.items() if known.get(key) != meant}
    for key, meant in sorted(new.items()):
        label = LabelRow(
            subject_kind=SUBJECT_KIND,
            subject=label_subject(brand, watch),
            label=YES if meant else NO,
            by=who[0],
            at=who[1],
            note=key,
        )
        engine.store.add_label(label)
    return len(new)


def kept_ticks(engine: Engine, brand: str, watch: str) -> dict[str, bool]:
    """Return what people said of the hits of a watch, the last word of each."""
    return _read(engine.store.labels(subject_kind=SUBJECT_KIND, subject=label_subject(brand, watch), limit=_READ))


def _read(labels: Sequence[LabelRow]) -> dict[str, bool]:
    return {label.note: label.label == YES for label in labels if label.label in (YES, NO) and label.note}


def label_subject(brand: str, watch: str) -> str:
    """Return under what the labels of a watch stand."""
    return f"{brand}/{watch}"
