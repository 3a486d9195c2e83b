"""Decide whether the evidence is told, at which level, and whether people know already."""

from __future__ import annotations

import msgspec

from tocsin.base.brand import AlarmBudget
from tocsin.base.mention import Reason
from tocsin.base.surge import SurgeLevel
from tocsin.surge.baseline import Usual
from tocsin.surge.budget import bar
from tocsin.surge.detect import MOST_FACTOR, Evidence, Strength, examine, weigh
from tocsin.surge.state import SurgeState, Told
from tocsin.surge.tuning import (
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
_WORTH_EVIDENCE = 0.7  # of the strength a watch needs: with less, no evidence can make up for it
_ROUNDING = 1.0 - 1e-9


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A surge to tell. excess: mentions of the last hour over the expected; again: it goes on from one told before."""

    level: SurgeLevel
    evidence: Evidence
    excess: float
    learning: bool
    again: bool


class Judged(msgspec.Struct, frozen=True):
    """What is told of a minute, if anything, and how abnormal it is, 0..1."""

    verdict: Verdict | None
    score: float


def is_cold(memory: SurgeState) -> bool:
    """Say whether the past is too short to know the usual: under 24 h, or under 30 mentions before the last 2 hours."""
    return memory.age_min < COLD_MIN or memory.posts - memory.counts.seen(120) < COLD_POSTS


def judge(memory: SurgeState, usual: Usual, budget: AlarmBudget, tuning: Tuning) -> Judged:
    """Return what is to be told of the newest minute, and its score; remembers its strength for later records."""
    if is_cold(memory):
        return Judged(_silenced(memory, _cold(memory, usual), tuning, budget), 0.0)
    learning = memory.age_min < LEARNING_MIN
    factor = tuning.learning if learning else 1.0
    record = memory.best(tuning.record_watch_days)
    # A strength under both bars neither rings nor is the greatest of its hour: it need not be known exactly.
    bar_of_ring = max(_WORTH_EVIDENCE * tuning.watch * factor, tuning.record_watch * record * _ROUNDING)
    strength = weigh(memory.counts, usual, tuning, least=min(memory.hour_peak(), bar_of_ring))
    verdict = _ordinary(memory, usual, strength, tuning, learning=learning)
    verdict = _silenced(memory, verdict, tuning, budget)
    score = _score(strength, verdict, record, tuning)
    memory.note(strength.score)
    return Judged(verdict, score)


def _score(strength: Strength, verdict: Verdict | None, record: float, tuning: Tuning) -> float:
    share = strength.score / (strength.score + tuning.alarm)
    return share if verdict is not None else 0.1 * share


def _ordinary(
    memory: SurgeState, usual: Usual, strength: Strength, tuning: Tuning, *, learning: bool
) -> Verdict | None:
    factor = tuning.learning if learning else 1.0
    if strength.score < _WORTH_EVIDENCE * tuning.watch * factor:
        return None
    record = strength.score / max(memory.best(tuning.record_watch_days), 1e-9)
    if record < tuning.record_watch or _stays_silent(memory, usual, strength, tuning, factor):
        return None
    evidence = examine(memory.counts, usual, strength, memory.usual_negative())
    level = _level(memory, evidence, strength, tuning, factor)
    if level is None:
        return None
    days = tuning.record_alarm_days if level is SurgeLevel.ALARM else tuning.record_watch_days
    reasons = [*evidence.reasons, Reason(code="surge.record", words=(str(days),), weight=round(min(record, 99.0), 4))]
    if learning:
        reasons.append(Reason(code="surge.learning", words=(str(max(1, memory.age_min // 1440)),)))
    excess = memory.counts.seen(_HOUR) - usual.expected(_HOUR, memory.counts.last)
    told = msgspec.structs.replace(evidence, reasons=tuple(reasons))
    return Verdict(level=level, evidence=told, excess=excess, learning=learning, again=False)


def _level(
    memory: SurgeState, evidence: Evidence, strength: Strength, tuning: Tuning, factor: float
) -> SurgeLevel | None:
    voices = evidence.authors or FEWEST_AUTHORS_ALARM
    few = evidence.seen < tuning.few
    if (
        evidence.score >= tuning.alarm * factor
        and evidence.seen >= tuning.fewest_alarm
        and voices >= FEWEST_AUTHORS_ALARM
        and not (few and evidence.log_p > tuning.rare_alarm)
        and strength.score >= tuning.record_alarm * memory.best(tuning.record_alarm_days)
    ):
        return SurgeLevel.ALARM
    if (
        evidence.score >= tuning.watch * factor
        and evidence.seen >= tuning.fewest_watch
        and voices >= FEWEST_AUTHORS_WATCH
        and not (few and evidence.log_p > tuning.rare_watch)
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
    return Verdict(level=level, evidence=evidence, excess=excess, learning=True, again=False)


def _stays_silent(memory: SurgeState, usual: Usual, strength: Strength, tuning: Tuning, factor: float) -> bool:
    """Say whether `_silenced` will drop whatever the evidence says; costs far less than the evidence."""
    told, now = memory.told, memory.counts.last
    if told is None or now - told.minute >= tuning.quiet_min:
        return False
    if (
        told.level is SurgeLevel.WATCH
        and strength.score * MOST_FACTOR >= tuning.alarm * factor * _ROUNDING
        and strength.score >= tuning.record_alarm * memory.best(tuning.record_alarm_days)
    ):
        return False
    if now - told.minute < tuning.pause_min:
        return True
    excess = memory.counts.seen(_HOUR) - usual.expected(_HOUR, now)
    return excess < tuning.louder * max(told.excess, 1.0)


def _silenced(memory: SurgeState, verdict: Verdict | None, tuning: Tuning, budget: AlarmBudget) -> Verdict | None:
    """Return the verdict if people must hear it now: not within 24 h of the last unless louder, and within budget."""
    if verdict is None:
        return None
    told, now = memory.told, memory.counts.last
    recent = told is not None and now - told.minute < tuning.quiet_min
    if told is None or not recent:
        return _affordable(memory, verdict, budget)
    if told.level is SurgeLevel.WATCH and verdict.level is SurgeLevel.ALARM:
        return _affordable(memory, _again(verdict, told), budget, lowest=SurgeLevel.ALARM)
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


def _affordable(
    memory: SurgeState, verdict: Verdict, budget: AlarmBudget, lowest: SurgeLevel = SurgeLevel.WATCH
) -> Verdict | None:
    now = memory.counts.last
    levels = [SurgeLevel.ALARM, SurgeLevel.WATCH] if verdict.level is SurgeLevel.ALARM else [SurgeLevel.WATCH]
    for level in levels:
        if level is SurgeLevel.WATCH and lowest is SurgeLevel.ALARM:
            break
        if verdict.evidence.score >= bar(memory.rungs, level, budget, now):
            return msgspec.structs.replace(verdict, level=level)
    return None
