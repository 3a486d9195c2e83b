"""Decide whether the evidence is told, at which level, and whether people know already."""

from __future__ import annotations

import math

import msgspec

from tocsin.base.brand import AlarmBudget
from tocsin.base.mention import Reason
from tocsin.base.surge import SurgeLevel
from tocsin.surge.baseline import Usual
from tocsin.surge.budget import bar
from tocsin.surge.detect import MOST_FACTOR, Evidence, Strength, examine, weigh
from tocsin.surge.peaks import least_among, note_affair
from tocsin.surge.state import SurgeState, Told
from tocsin.surge.tuning import (
    AFFAIRS_KEPT_MIN,
    COLD_MIN,
    COLD_POSTS,
    COLD_RISE_AUTHORS,
    COLD_RISE_FACTOR,
    COLD_RISE_POSTS,
    FEWEST_AUTHORS_ALARM,
    FEWEST_AUTHORS_WATCH,
    LEARNING_MIN,
    Tuning,
)

_HOUR = 60
_COLD_ALARM_FACTOR = 10.0
_COLD_SCORE_PER_POST = 0.2
_SILENCED_SHARE = 0.1  # of its score is left to a minute that people would not be told of
_LEAST_SUDDEN, _LEAST_STEADY = 2.0, 2.0  # strengths under which nothing rings, whatever else speaks for it
_ROUNDING = 1.0 - 1e-6  # peaks are held in single precision


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A surge to tell. excess: mentions of the last hour over the expected; again: it goes on from one told before.

    cold: it was judged without knowing the usual."""

    level: SurgeLevel
    evidence: Evidence
    excess: float
    learning: bool
    again: bool
    cold: bool = False


class Judged(msgspec.Struct, frozen=True):
    """What is told of a minute, if anything, and how abnormal it is, 0..1."""

    verdict: Verdict | None
    score: float


_ORDINARY = Judged(None, 0.0)


def is_cold(memory: SurgeState) -> bool:
    """Say whether the past is too short to know the usual: under 24 h, or under 30 mentions before the last 2 hours."""
    return memory.age_min < COLD_MIN or memory.posts - memory.counts.seen(120) < COLD_POSTS


def judge(memory: SurgeState, usual: Usual, budget: AlarmBudget, tuning: Tuning) -> Judged:
    """Return what is to be told of the newest minute, and its score; remembers its strength for later."""
    now = memory.counts.last
    if is_cold(memory):
        return Judged(_silenced(memory, _cold(memory, usual), tuning, budget), 0.0)
    memory.sudden_days.move_on(now)
    memory.steady_days.move_on(now)
    strength = weigh(memory.counts, usual, tuning, least=_LEAST_STEADY)
    if strength.sudden < _LEAST_SUDDEN and strength.steady < _LEAST_STEADY:
        memory.note(strength)
        return _ORDINARY
    loud = _loudness(memory, strength, tuning)
    verdict = _silenced(memory, _ordinary(memory, usual, loud, budget, tuning), tuning, budget)
    memory.note(strength)
    if loud.sudden >= tuning.score_quiet:
        memory.affairs = note_affair(memory.affairs, now, loud.sudden, AFFAIRS_KEPT_MIN)
    return Judged(verdict, _score(memory, loud, tuning))


class Loudness(msgspec.Struct, frozen=True):
    """Strengths over what the brand's own louder days come to; the sudden one is 0 where it is no record.

    scored: the sudden one over what a day in seven exceeds, which depends less on what few days happened to be.
    """

    strength: Strength
    sudden: float
    steady: float
    most: float
    scored: float


def _loudness(memory: SurgeState, strength: Strength, tuning: Tuning) -> Loudness:
    sudden = scored = 0.0
    if strength.sudden >= memory.best(tuning.record_days) * _ROUNDING:
        days = memory.sudden_days
        sudden = strength.sudden / max(days.typical(tuning.sudden_unknown), 0.5)
        scored = strength.sudden / max(days.typical(tuning.sudden_unknown, place=tuning.score_place), 0.5)
    steady = strength.steady / max(memory.steady_days.typical(tuning.steady_unknown, _LEAST_STEADY), 0.5)
    return Loudness(strength, sudden, steady, max(sudden, steady), scored)


def _score(memory: SurgeState, loud: Loudness, tuning: Tuning) -> float:
    """Return how abnormal the minute is, 0..1: 0.5 at the loudness that silences the scores of a day after it."""
    share = loud.scored / (loud.scored + tuning.score_quiet)
    now = memory.counts.last
    if loud.scored < tuning.score_quiet:
        return share
    if memory.scored and now - memory.scored < tuning.quiet_min:
        return _SILENCED_SHARE * share
    memory.scored = now
    return share


def _steady_bar(memory: SurgeState, usual: Usual, tuning: Tuning) -> float:
    """Return the normal score that rings a watch: each mention is a chance to exceed it, and few give few chances."""
    in_six_hours = usual.expected(1440, memory.counts.last) / 4
    return tuning.steady - tuning.steady_rare / (1.0 + in_six_hours)


def _ordinary(memory: SurgeState, usual: Usual, loud: Loudness, budget: AlarmBudget, tuning: Tuning) -> Verdict | None:
    strength = loud.strength
    bar_of_steady = _steady_bar(memory, usual, tuning)
    if strength.sudden < tuning.sudden_least and strength.steady * MOST_FACTOR < bar_of_steady:
        return None
    wanted = _wanted(memory, bar_of_steady, budget, tuning)
    if max(loud.sudden / min(wanted.alarm, wanted.watch), strength.steady / bar_of_steady) * MOST_FACTOR < 1.0:
        return None
    if _stays_silent(memory, usual, tuning):
        return None
    evidence = examine(memory.counts, usual, loud.most, memory.usual_negative())
    level = _level(loud, evidence, wanted, tuning)
    if level is None:
        return None
    reasons = [*evidence.reasons]
    if loud.sudden:
        reasons.append(Reason(code="surge.record", words=(str(tuning.record_days),), weight=round(loud.sudden, 4)))
    learning = memory.age_min < LEARNING_MIN
    if learning:
        reasons.append(Reason(code="surge.learning", words=(str(max(1, memory.age_min // 1440)),)))
    excess = memory.counts.seen(_HOUR) - usual.expected(_HOUR, memory.counts.last)
    told = msgspec.structs.replace(evidence, reasons=tuple(reasons))
    return Verdict(level=level, evidence=told, excess=excess, learning=learning, again=False)


class Wanted(msgspec.Struct, frozen=True):
    """What rings now: the sudden loudness of an alarm and of a watch, and the steady score of a watch."""

    alarm: float
    watch: float
    steady: float


def _wanted(memory: SurgeState, steady: float, budget: AlarmBudget, tuning: Tuning) -> Wanted:
    """Return what rings now.

    The sudden loudness falls as the budget grows; and it must stand among the loudest affairs of the last 30 days,
    twice as many as false rings are accepted, for about half of them are true. Neither depends on what was told
    before: a larger budget never rings less.
    """
    bars = []
    for a_month in (budget.alarms_per_month, budget.watches_per_month):
        if a_month <= 0:
            bars.append(math.inf)
            continue
        allowed = max(1, round(tuning.allowed_alarms * a_month))
        among = tuning.among * least_among(memory.affairs, allowed, memory.counts.last, AFFAIRS_KEPT_MIN)
        bars.append(max(tuning.sudden * a_month**-tuning.budget_power, among))
    return Wanted(bars[0], bars[1], steady)


def _level(loud: Loudness, evidence: Evidence, wanted: Wanted, tuning: Tuning) -> SurgeLevel | None:
    strength = loud.strength
    voices = evidence.authors or FEWEST_AUTHORS_ALARM
    sudden = loud.sudden * evidence.factor if strength.sudden >= tuning.sudden_least else 0.0
    steady, steady_loud = strength.steady * evidence.factor, loud.steady * evidence.factor
    few = evidence.seen < tuning.few
    if (
        evidence.seen >= tuning.fewest_alarm
        and voices >= FEWEST_AUTHORS_ALARM
        and (
            (sudden >= wanted.alarm and not (few and evidence.log_p > tuning.rare_alarm))
            or (steady >= tuning.steady_alarm and steady_loud >= max(wanted.alarm, tuning.steady_alarm_loudness))
        )
    ):
        return SurgeLevel.ALARM
    if (
        evidence.seen >= tuning.fewest_watch
        and voices >= FEWEST_AUTHORS_WATCH
        and math.isfinite(wanted.watch)
        and (
            (sudden >= wanted.watch and not (few and evidence.log_p > tuning.rare_watch))
            or (steady >= wanted.steady and steady_loud >= tuning.steady_loudness)
        )
    ):
        return SurgeLevel.WATCH
    return None


def _cold(memory: SurgeState, usual: Usual) -> Verdict | None:
    """An absolute rise: 30 mentions by 5 people within the hour, and three times the mean hour so far.

    After an interruption the profile of before is still known, and the hour must stand out against it as well.
    """
    counts = memory.counts
    seen, authors = counts.seen(_HOUR), counts.authors(_HOUR)
    if seen < COLD_RISE_POSTS or (authors and authors < COLD_RISE_AUTHORS):
        return None
    hours = (memory.age_min + 1 - _HOUR) / 60
    mean = (memory.posts - seen) / hours if hours >= 1 else 0.0
    mean = max(mean, usual.expected(_HOUR, counts.last))
    if seen < COLD_RISE_FACTOR * mean:
        return None
    # In the first day even ten times the mean may be an ordinary noon after an ordinary night.
    loud = memory.age_min >= COLD_MIN and seen >= _COLD_ALARM_FACTOR * max(mean, 1.0)
    story, share = counts.top_story()
    evidence = Evidence(
        score=_COLD_SCORE_PER_POST * seen,
        factor=1.0,
        window_min=_HOUR,
        expected=round(mean, 4),
        seen=seen,
        log_p=0.0,
        authors=authors,
        negative=counts.negatives(_HOUR),
        story=story if share >= 0.3 else "",
        reasons=(
            Reason(code="surge.cold_rise", words=(str(seen), f"{mean:.1f}"), weight=float(seen)),
            Reason(code="surge.authors", words=(str(authors), str(seen))),
        ),
    )
    level = SurgeLevel.ALARM if loud else SurgeLevel.WATCH
    excess = (seen - mean) * _HOUR / min(_HOUR, memory.age_min + 1)
    return Verdict(level=level, evidence=evidence, excess=excess, learning=True, again=False, cold=True)


def _stays_silent(memory: SurgeState, usual: Usual, tuning: Tuning) -> bool:
    """Say whether `_silenced` will drop whatever the evidence says; costs far less than the evidence."""
    told, now = memory.told, memory.counts.last
    if told is None or now - told.minute >= quiet_after(told, tuning) or told.level is SurgeLevel.WATCH:
        return False
    if now - told.minute < tuning.pause_min:
        return True
    excess = memory.counts.seen(_HOUR) - usual.expected(_HOUR, now)
    return excess < tuning.louder * max(told.excess, 1.0)


def quiet_after(told: Told, tuning: Tuning) -> int:
    """Return the minutes of silence after what people were told."""
    return tuning.quiet_min if told.level is SurgeLevel.ALARM else tuning.quiet_watch_min


def _silenced(memory: SurgeState, verdict: Verdict | None, tuning: Tuning, budget: AlarmBudget) -> Verdict | None:
    """Return the verdict if people must hear it now: not within 24 h of the last unless louder, and within budget."""
    if verdict is None:
        return None
    told, now = memory.told, memory.counts.last
    if told is None or now - told.minute >= quiet_after(told, tuning):
        return _affordable(memory, verdict, budget)
    if told.level is SurgeLevel.WATCH and verdict.level is SurgeLevel.ALARM:
        louder = _affordable(memory, _again(verdict, told), budget)
        return louder if louder is not None and louder.level is SurgeLevel.ALARM else None
    if now - told.minute < tuning.pause_min:
        return None
    if verdict.excess >= tuning.louder * max(told.excess, 1.0):
        if told.level is SurgeLevel.ALARM:
            # It goes on from an alarm: people are in it, and how loud it is now is theirs to know.
            verdict = msgspec.structs.replace(verdict, level=SurgeLevel.ALARM)
        return _again(verdict, told)
    return None


_LOUDER_SAID = 1.1  # a rise may become an alarm by lasting, without being louder: then nothing is said of it


def _again(verdict: Verdict, told: Told) -> Verdict:
    times = verdict.excess / max(told.excess, 1.0)
    evidence = verdict.evidence
    if times >= _LOUDER_SAID:
        reason = Reason(code="surge.louder", words=(f"{times:.1f}",), weight=round(times, 4))
        evidence = msgspec.structs.replace(evidence, reasons=(*evidence.reasons, reason))
    return msgspec.structs.replace(verdict, evidence=evidence, again=True)


def _affordable(memory: SurgeState, verdict: Verdict, budget: AlarmBudget) -> Verdict | None:
    """Return the verdict if its budget lets it ring; that of an alarm once the usual is known is in its bar."""
    if verdict.level is SurgeLevel.ALARM and not verdict.cold:
        return verdict
    for level in [SurgeLevel.ALARM, SurgeLevel.WATCH] if verdict.level is SurgeLevel.ALARM else [SurgeLevel.WATCH]:
        if verdict.evidence.score >= bar(memory.rungs, level, budget, memory.counts.last):
            return msgspec.structs.replace(verdict, level=level)
    return None
