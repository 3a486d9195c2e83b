"""How late a source usually is, learned from what it brings; one read, however large, is one lesson."""

from __future__ import annotations

import msgspec

_FIRST_DELAY_MIN = 15.0  # sources are asked every quarter of an hour as a rule
_MORE, _MORE_MIN, _LESS = 1.3, 1.0, 0.98  # about seven reads in a hundred are later than what is learned
_LEAST_LEARNED_MIN, _LEAST_MIN, _MOST_MIN = 1.0, 10.0, 30.0
PROMPT_MIN = 5.0  # what is heard within this is never late
_KNOWN_AFTER_MIN = 24 * 60


class Heard(msgspec.Struct, frozen=True, array_like=True):
    """A source: the minute in which it was first heard, and the delay in minutes that most of its reads stay under."""

    first: int
    delay_min: float = _FIRST_DELAY_MIN

    def again(self, delay_min: float) -> Heard:
        """Return what is known after one more read, whose posts were so late on the median."""
        if delay_min <= self.delay_min == _LEAST_LEARNED_MIN:
            return self
        longer = min(self.delay_min * _MORE + _MORE_MIN, _MOST_MIN)
        shorter = max(self.delay_min * _LESS, _LEAST_LEARNED_MIN)
        return Heard(self.first, round(longer if delay_min > self.delay_min else shorter, 3))

    def is_known(self, minute: int) -> bool:
        """Say whether it was heard a day ago and more, so that what is usual for the brand holds its posts."""
        return minute - self.first >= _KNOWN_AFTER_MIN

    def late_after_min(self, minute: int, *, with_old: bool) -> float:
        """Return the minutes after which a post of it comes late: twice its usual delay, from 10 to 30.

        Where hours-old posts come with it: its usual delay, at least 5; next to nothing for a source not known yet.
        """
        if not self.is_known(minute):
            return PROMPT_MIN if with_old else _MOST_MIN
        if with_old:
            return min(_MOST_MIN, max(PROMPT_MIN, self.delay_min))
        return min(_MOST_MIN, max(_LEAST_MIN, 2 * self.delay_min))
