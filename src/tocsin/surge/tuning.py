"""The thresholds of the surge tests, in one table."""

from __future__ import annotations

import msgspec


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides how easily a surge rings. Set on the five development series of NAB and on seeded quiet weeks.

    After any change run `python -m eval.surges` and `pytest tests/surge`.
    watch, alarm: least evidence (about standard deviations) of each level. learning: factor on both under 14 days.
    record_watch, record_alarm: the evidence must exceed this factor times its own best of 6 and of 14 days.
    steady_gain: puts the normal score of the tail at 1 to 6 hours on the scale of the robust deviations.
    fewest_watch, fewest_alarm: mentions in the last 6 hours under which no volume is tested.
    rare_watch, rare_alarm: ln of the largest exact tail accepted where fewer than `few` mentions ring.
    quiet_min: silence after a ring. louder: factor on the excess that breaks it. pause_min: least time between two.
    """

    watch: float = 5.0
    alarm: float = 6.0
    learning: float = 1.15
    record_watch: float = 1.2
    record_alarm: float = 1.2
    record_watch_days: int = 6
    record_alarm_days: int = 14
    steady_gain: float = 1.4
    fewest_watch: int = 5
    fewest_alarm: int = 10
    few: int = 50
    rare_watch: float = -9.2  # 1 in 10,000
    rare_alarm: float = -13.8  # 1 in 1,000,000
    quiet_min: int = 24 * 60
    louder: float = 2.0
    pause_min: int = 60


TUNING = Tuning()
LEARNING_MIN = 14 * 24 * 60
COLD_MIN = 24 * 60
COLD_POSTS = 30
COLD_RISE_POSTS = 30
COLD_RISE_AUTHORS = 5
COLD_RISE_FACTOR = 3.0  # over the mean hour so far, so that a brand that always speaks much does not ring each hour
FEWEST_AUTHORS_ALARM = 5
FEWEST_AUTHORS_WATCH = 2
