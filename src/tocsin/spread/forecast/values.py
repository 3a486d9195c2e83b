"""What a forecast is made of and made from."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tocsin.spread.forecast.features import Scene, Times

SHORTEST_S, LONGEST_S = 600.0, 86_400.0  # moments that a model is fitted for: from ten minutes to a day
FIGURES_AT_S = (600.0, 1_800.0, 3_600.0, 7_200.0, 21_600.0, 43_200.0, 86_400.0)


class ForecastReason(StrEnum):
    """Why there is a forecast, or none."""

    FORECAST = "forecast"
    TOO_FEW = "too_few"  # fewer posts than it takes to see a shape


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """How far a cascade will go. seen: posts up to `after_s`. size: of all of it in the end, `low` to `high` 80 %.

    size, low and high are told of cascades that reach `least` posts, and reach_p is the chance that this one does.
    double_p: chance that it at least doubles, whatever its size. Chances are 0..1.
    """

    reason: ForecastReason
    seen: int
    after_s: float
    least: int
    size: int | None = None
    low: int | None = None
    high: int | None = None
    double_p: float | None = None
    reach_p: float | None = None


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A cascade that is over: all its times in seconds since its beginning, ascending."""

    times: Times
    scene: Scene = Scene()


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a model reached after a time, on cascades that the trees asked had not seen.

    cascades: of those that reach `least` posts. median_error: median of |size - final| / final; constant_error: the
    same of the best constant guess. covered_p: share of finals within the range.
    double_auc: of those that reach `least` posts, double_auc_all: of all with enough posts seen; None where all doubled
    or none did.
    """

    after_s: float
    cascades: int
    median_error: float
    constant_error: float
    covered_p: float
    double_auc: float | None
    double_auc_all: float | None

    @property
    def skill(self) -> float:
        """By how much of it the error is less than that of the best constant guess."""
        return 1 - self.median_error / self.constant_error if self.constant_error else 0.0


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a model was fitted on and what it reached. made: the day, as written; zone: the clock of its public.

    played: how many cascades of a simulation were learnt from besides.
    """

    trained_on: str
    licence: str
    made: str
    cascades: int
    least: int
    zone: str = "UTC"
    played: int = 0
    figures: tuple[Figures, ...] = ()
