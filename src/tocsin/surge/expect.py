"""Say what is usual at any minute, out of what the fold of a brand remembers; for people to compare with."""

from __future__ import annotations

import math
from statistics import NormalDist
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import InputError
from tocsin.surge.baseline import Usual
from tocsin.surge.plumbing.excluded import Excluded
from tocsin.surge.state import SurgeState
from tocsin.surge.tuning import LEARNING_MIN

_HOUR = 60
_SIDE_P = 0.05  # nine hours in ten lie between the two bounds
_LEARNING_SIZE = 0.5  # over-dispersion is taken for twice as large as long as little is known: the band is wider
_EXACT_MEAN = 40.0  # under it the law is summed; over it a gamma law says the same within a mention
_NORMAL = NormalDist()
_decoder = msgspec.msgpack.Decoder(SurgeState)


class Band(msgspec.Struct, frozen=True):
    """What an hour usually holds: nine hours in ten lie from `low` to `high`; middle: the mean expected."""

    low: int
    middle: float
    high: int


class Expectation(msgspec.Struct, frozen=True):
    """What a brand's past says of its hours. days: of past it rests on; negative: the long-run share of negatives."""

    usual: Usual
    days: float
    negative: float

    @property
    def is_learning(self) -> bool:
        """Whether there is too little past (under 14 days) to be sure; the bands are wider then."""
        return self.days * 1440 < LEARNING_MIN

    def band(self, minute: int) -> Band:
        """Return what is usual for the hour that ends with `minute` (since 1970, UTC) included."""
        mean = max(0.0, self.usual.expected(_HOUR, minute))
        size = self.usual.size(_HOUR) * (_LEARNING_SIZE if self.is_learning else 1.0)
        return Band(count_quantile(_SIDE_P, mean, size), mean, count_quantile(1 - _SIDE_P, mean, size))


def read_expectation(state: bytes, zone: ZoneInfo) -> Expectation | None:
    """Return what a state of `SurgeFold` says is usual, None before a day of past.

    Raises InputError if the state cannot be read.
    """
    memory = _read(state)
    if memory.age_min < 1440:
        return None
    return Expectation(memory.know_usual(zone), memory.age_min / 1440, memory.usual_negative())


def read_excluded(state: bytes, since: int, until: int) -> list[Excluded]:
    """Return what a state of `SurgeFold` kept out of the tests, heard from one minute to another, oldest first.

    Raises InputError if the state cannot be read.
    """
    return [entry for entry in _read(state).excluded if since <= entry.heard <= until]


def count_quantile(p: float, mean: float, size: float) -> int:
    """Return the smallest count that a negative-binomial law (of variance mean + mean²/size) exceeds with chance 1 - p.

    Method: summed exactly for small means; Wilson and Hilferty's (1931) cube root of a gamma law for larger ones.

    >>> count_quantile(0.95, 1.0, 1e9), count_quantile(0.05, 4.0, 10.0)
    (3, 0)
    """
    if mean <= 0:
        return 0
    if mean > _EXACT_MEAN:
        shape = mean * mean / (mean + mean * mean / size)
        root = 1 - 1 / (9 * shape) + _NORMAL.inv_cdf(p) / (3 * math.sqrt(shape))
        return max(0, round(mean * root**3))
    share = mean / (mean + size)
    chance = math.exp(-size * math.log1p(mean / size))
    below, count = chance, 0
    while below < p and count < 10_000:
        chance *= (count + size) / (count + 1) * share
        count += 1
        below += chance
    return count


def _read(state: bytes) -> SurgeState:
    try:
        return _decoder.decode(state)
    except msgspec.DecodeError as error:
        raise InputError(
            "What is usual for this brand cannot be read ({error}); its memory is written anew at the next close.",
            error=error,
        ) from None
