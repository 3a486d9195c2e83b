"""Acts of accounts on objects, in columns: who, on what, when; and what is usual around each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

REPEAT_S = 900.0  # an account that comes back to an object sooner than this still does the same thing
DAY_S = 86_400.0
_AROUND_S = DAY_S / 2  # an account's own activity is counted over the day around an instant
SCALES_S = (1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1_800.0)
LONGEST_S = 600.0  # accounts that act further apart than this do not act together, unless many do the same once
LONGEST_ONCE_S = SCALES_S[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """Acts sorted by object and instant; every array of shape (n,) but `starts`, of shape (objects + 1,).

    account, object: numbers from 0. at_s: seconds since the first act. row: place in what was given.
    starts: where the acts of each object begin. key: instants put one behind the other by object, for binary search;
    by_account: the same by account; by_time: all of them. places: of the acts by account; first: where each begins.
    usual_day: acts on the day around an act, in the middle of all acts; at least 1.
    one_topic: all acts are about one thing, so that the rhythm of each object is that of all.
    """

    account: Ints
    object: Ints
    at_s: Floats
    row: Ints
    starts: Ints
    key: Floats
    span_s: float
    by_account: Floats
    by_time: Floats
    places: Ints
    first: Ints
    usual_day: float
    one_topic: bool

    def __len__(self) -> int:
        return len(self.at_s)

    def between(self, thing: int, start_s: float, end_s: float) -> tuple[int, int]:
        """Return where the acts on an object from one instant to another, both included, begin and end."""
        low, high = int(self.starts[thing]), int(self.starts[thing + 1])
        times = self.at_s[low:high]
        return low + int(np.searchsorted(times, start_s, "left")), low + int(np.searchsorted(times, end_s, "right"))

    def crowd(self, thing: int, start_s: float, end_s: float) -> int:
        """Return how many acts set the rhythm of an object from one instant to another, both included."""
        if self.one_topic:
            return int(np.searchsorted(self.by_time, end_s, "right") - np.searchsorted(self.by_time, start_s))
        low, high = self.between(thing, start_s, end_s)
        return high - low

    def of(self, accounts: Ints) -> Ints:
        """Return the places of all acts of these accounts, ascending."""
        parts = [self.places[self.first[one] : self.first[one + 1]] for one in accounts.tolist()]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

    def activity(self, accounts: Ints, at_s: float) -> Floats:
        """Return each account's share of all acts of the day around an instant, 0..1, shape of `accounts`.

        A day with fewer acts than half of the acts see counts as such a day: who could act is no smaller a crowd.
        """
        low, high = at_s - _AROUND_S, at_s + _AROUND_S
        base = accounts.astype(np.float64) * (self.span_s + 4 * _AROUND_S) + 2 * _AROUND_S
        own = np.searchsorted(self.by_account, base + high, "right") - np.searchsorted(self.by_account, base + low)
        whole = np.searchsorted(self.by_time, high, "right") - np.searchsorted(self.by_time, low)
        return np.asarray(own / max(self.usual_day, int(whole)), dtype=np.float64)


def read_acts(
    accounts: Sequence[int] | Ints,
    objects: Sequence[int] | Ints,
    at_s: Sequence[float] | Floats,
    *,
    one_topic: bool = False,
) -> Acts:
    """Return the acts in columns, an account's quick repeats on one object folded into the first of them.

    accounts, objects: numbers from 0, shape (n,); at_s: seconds, any origin. n log n of time, about 150 bytes an act.
    """
    who, what = np.asarray(accounts, dtype=np.int64), np.asarray(objects, dtype=np.int64)
    when = np.asarray(at_s, dtype=np.float64)
    when = when - (when.min() if len(when) else 0.0)
    order = np.lexsort((np.arange(len(when)), when, who, what))
    w, o, t = who[order], what[order], when[order]
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (o[1:] == o[:-1]) & (w[1:] == w[:-1]) & (t[1:] - t[:-1] <= REPEAT_S)
    rows = order[~again]
    rows = rows[np.lexsort((rows, when[rows], what[rows]))]
    account, thing, instant = who[rows], what[rows], when[rows]
    count = int(thing.max()) + 1 if len(thing) else 0
    people = int(account.max()) + 1 if len(account) else 0
    places = np.argsort(account, kind="stable").astype(np.int64)
    span_s = float(instant.max()) if len(instant) else 0.0
    step = span_s + 4 * LONGEST_ONCE_S
    by_time = np.sort(instant)
    around = np.searchsorted(by_time, by_time + _AROUND_S, "right") - np.searchsorted(by_time, by_time - _AROUND_S)
    return Acts(
        account=account,
        object=thing,
        at_s=instant,
        row=rows.astype(np.int64),
        starts=np.searchsorted(thing, np.arange(count + 1)).astype(np.int64),
        key=thing * step + instant,
        span_s=span_s,
        by_account=np.sort(account * (span_s + 4 * _AROUND_S) + 2 * _AROUND_S + instant),
        by_time=by_time,
        places=places,
        first=np.searchsorted(account[places], np.arange(people + 1)).astype(np.int64),
        usual_day=max(1.0, float(np.median(around))) if len(around) else 1.0,
        one_topic=one_topic,
    )
