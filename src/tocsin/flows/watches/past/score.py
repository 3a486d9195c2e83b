"""How right the rings of a past were, by what people said of them, and how sure so few words make it."""

from __future__ import annotations

import math

import msgspec

_MONTH_DAYS = 30
_NORMAL_95 = 1.959964  # of the standard normal law, two-sided 95 %


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """Rings of one level over so many days, and what people said of them.

    level: alarm, watch or danger. budget: of false ones a month that the owner accepts, None where there is none.
    """

    level: str
    rings: int
    real: int
    false: int
    days: float
    budget: float | None = None

    @property
    def judged(self) -> int:
        """Of how many people said something."""
        return self.real + self.false

    @property
    def unjudged(self) -> int:
        """Of how many nobody said anything."""
        return self.rings - self.judged

    @property
    def precision(self) -> float | None:
        """The share of the judged rings that was real, 0..1; None while nothing is judged."""
        return self.real / self.judged if self.judged else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which shares the true one lies, 19 times in 20, as far as so few judged rings can tell."""
        return wilson(self.real, self.judged)

    @property
    def false_a_month(self) -> float:
        """The false ones a month of 30 days, as far as people said."""
        return self.false * _MONTH_DAYS / self.days if self.days else 0.0

    @property
    def false_a_month_at_most(self) -> float:
        """The same, were all that nobody judged false too."""
        return (self.false + self.unjudged) * _MONTH_DAYS / self.days if self.days else 0.0

    @property
    def is_over_budget(self) -> bool:
        """Whether more were called false than the owner accepts."""
        return self.budget is not None and self.false_a_month > self.budget


def wilson(hits: int, tries: int) -> tuple[float, float]:
    """Return the bounds within which a share lies, 19 times in 20, when so many of so many tries hit.

    Method: the score interval (Wilson 1927), which holds for few tries and never leaves 0..1.

    >>> [round(bound, 2) for bound in wilson(8, 10)], wilson(0, 0)
    ([0.49, 0.94], (0.0, 1.0))
    """
    if not tries:
        return 0.0, 1.0
    share, square = hits / tries, _NORMAL_95**2
    middle = share + square / (2 * tries)
    half = _NORMAL_95 * math.sqrt(share * (1 - share) / tries + square / (4 * tries**2))
    whole = 1 + square / tries
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
