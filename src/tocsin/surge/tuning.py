"""The thresholds of the surge tests, in one table."""

from __future__ import annotations

import msgspec


class Tuning(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides how easily a surge rings. Set on the five development series of NAB and on seeded quiet weeks.

    After any change run `python -m eval.nab`, `python -m eval.rises`, `python -m eval.crises` and `pytest tests/surge`.
    A loudness is a strength over the upper quartile of the brand's own daily peaks of 14 days.
    sudden: loudness that an alarm needs at one alarm a month accepted. budget_power: it falls with the budget's power.
    record_days: no sudden strength of these days may have been greater.
    allowed_alarms, among: affairs of the last 30 days, for each alarm accepted, that an alarm must stand among: reach
    this share of the least of them.
    sudden_unknown, steady_unknown: the quartile, as long as there are not two days. sudden_least: strength under which
    nothing sudden rings.
    steady, steady_loudness: normal score of the tail, and its loudness, that ring a watch; steady_rare: what the
    score may be less for a brand that is hardly mentioned, as fewer chances to exceed it come by.
    steady_alarm, steady_alarm_loudness: the same for an alarm.
    fewest_watch, fewest_alarm: mentions in the last 6 hours under which no volume is tested.
    rare_watch, rare_alarm: ln of the largest exact tail accepted where fewer than `few` mentions ring.
    quiet_min, quiet_watch_min: silence after an alarm, and after a watch.
    louder: factor on the excess that breaks it. pause_min: least time between two.
    score_quiet: loudness that silences the scores after it for `quiet_min`, as a ring would; of rings, the least of an
    affair. score_place: quantile of the daily peaks that scores are measured by, in place of the quartile.
    """

    sudden: float = 1.8
    budget_power: float = 0.25
    record_days: int = 5
    allowed_alarms: float = 2.0
    among: float = 0.7
    sudden_unknown: float = 4.0
    sudden_least: float = 3.0
    steady: float = 3.36
    steady_rare: float = 0.7
    steady_loudness: float = 1.0
    steady_unknown: float = 2.7
    steady_alarm: float = 7.0
    steady_alarm_loudness: float = 2.5
    fewest_watch: int = 4
    fewest_alarm: int = 10
    few: int = 50
    rare_watch: float = -12.0
    rare_alarm: float = -9.2
    quiet_min: int = 24 * 60
    quiet_watch_min: int = 6 * 60
    louder: float = 3.0
    pause_min: int = 60
    score_quiet: float = 1.35
    score_place: float = 0.85


TUNING = Tuning()
AFFAIRS_KEPT_MIN = 30 * 24 * 60
LEARNING_MIN = 14 * 24 * 60
COLD_MIN = 24 * 60
COLD_POSTS = 30
COLD_RISE_POSTS = 30
COLD_RISE_AUTHORS = 5
COLD_RISE_FACTOR = 3.0  # over the mean hour so far, so that a brand that always speaks much does not ring each hour
FEWEST_AUTHORS_ALARM = 5
FEWEST_AUTHORS_WATCH = 2
