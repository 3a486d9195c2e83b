"""Keep the number of rings within what the owner accepts, without ever going deaf to something larger."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tocsin.base.brand import AlarmBudget
from tocsin.base.surge import SurgeLevel

_MONTH_MIN = 30 * 24 * 60
_STEP_UP = 1.25
_MOST_KEPT = 64


class Rung(msgspec.Struct, frozen=True, array_like=True):
    """A ring of the past: when (minute since 1970), how loud, with what evidence."""

    minute: int
    level: SurgeLevel
    score: float


def bar(rungs: Sequence[Rung], level: SurgeLevel, budget: AlarmBudget, minute: int) -> float:
    """Return the least evidence that the budget of that level lets ring now; 0 while some of it is left.

    With the budget of the period spent (30 days, or longer for less than one a month), the next ring must beat by a
    quarter the weakest of the loudest that the budget allows: the count stays near the budget whatever the brand, and
    an affair larger than those told still rings. A budget of 0 silences the level.
    """
    a_month = budget.alarms_per_month if level is SurgeLevel.ALARM else budget.watches_per_month
    if a_month <= 0:
        return math.inf
    allowed = max(1, int(a_month))
    period = _MONTH_MIN * max(1.0, allowed / a_month)
    spent = sorted(
        (rung.score for rung in rungs if rung.level is level and minute - rung.minute < period), reverse=True
    )
    return spent[allowed - 1] * _STEP_UP if len(spent) >= allowed else 0.0


def remember(rungs: Sequence[Rung], new: Rung) -> list[Rung]:
    """Return the rings with the new one, the 64 newest."""
    return [*rungs, new][-_MOST_KEPT:]
