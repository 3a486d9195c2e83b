"""The memory of one brand's surge fold: small, of fixed size, and careful about gaps and clocks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from tocsin.base.surge import SurgeLevel
from tocsin.surge.baseline import Profile, Usual, offset_of, slot_of, work_out
from tocsin.surge.budget import Rung
from tocsin.surge.count import BIN_MIN, Counts, MinuteTally, clear_ring
from tocsin.surge.detect import Strength
from tocsin.surge.peaks import Affair, DayPeaks
from tocsin.surge.plumbing.excluded import Excluded, Why, note
from tocsin.surge.plumbing.heard import Heard
from tocsin.surge.signs.danger import DangerRung
from tocsin.surge.signs.push import PushMemory

_PEAK_HOURS = 14 * 24
_DAY_MIN = 24 * 60
_GAP_MIN = 30
_LAG_H, _FIRST_LAG_H = 24, 3
_GAP_LOG_P = -12.0  # silence rarer than this is an interruption, not silence
_CATCH_UP_MIN = 15
_LEARN_ANEW_MIN = 3 * _DAY_MIN
_LATE_RUN = 60
_MOST_SOURCES = 512
_TESTED_BINS = 6 * 60 // BIN_MIN
_TONE_FADE_POSTS = 2000.0
_USUAL_NEGATIVE, _TONE_PRIOR_POSTS = 0.2, 20.0


class Told(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The surge people were last told of. excess: mentions of the hour over the expected when they were told."""

    surge: str
    since: int
    minute: int
    level: SurgeLevel
    excess: float
    score: float
    story: str


class SurgeState(msgspec.Struct, array_like=True, gc=False):
    """All that a fold remembers of a brand; about 11 kB whatever the number of mentions.

    first: the minute since which it is watched. posts: mentions seen since, own posts left out.
    peaks: best sudden strength of each of the last 336 hours, little-endian 32-bit floats, hour h at h % 336.
    owed: mentions that an interruption held back and that will now come at once; taken for heard until owed_until.
    excluded: what was kept out of the tests, and why. heard: the sources, by key.
    sudden_days, steady_days: how loud its days are. affairs: how loud its affairs of 30 days were. scored: minute of
    the last score loud enough to silence those after it.
    guessed: first bin and bin after the last of an interruption, where the usual level still stands for what was said.
    waiting: posts of a backlog by bin, which count once their bin is older than any window that is tested.
    """

    timeline: str
    first: int
    counts: Counts
    profile: Profile
    posts: int = 0
    usual: Usual | None = None
    peaks: bytearray = msgspec.field(default_factory=lambda: bytearray(4 * _PEAK_HOURS))
    peak_hour: int = 0
    tone_posts: float = 0.0
    tone_negative: float = 0.0
    told: Told | None = None
    rungs: list[Rung] = []
    dangers: list[DangerRung] = []
    owed: float = 0.0
    owed_until: int = 0
    late_run: int = 0
    pushes: PushMemory = msgspec.field(default_factory=PushMemory)
    excluded: list[Excluded] = []
    heard: dict[int, Heard] = {}
    guessed: tuple[int, int] = (0, 0)
    waiting: dict[int, int] = {}
    sudden_days: DayPeaks = msgspec.field(default_factory=DayPeaks)
    steady_days: DayPeaks = msgspec.field(default_factory=DayPeaks)
    affairs: list[Affair] = []
    scored: int = 0

    @classmethod
    def begin(cls, timeline: str, minute: int) -> SurgeState:
        """Return the memory of a watch that begins at that minute."""
        counts = Counts(last=minute)
        return cls(
            timeline=timeline, first=minute, counts=counts, profile=Profile(minute // 60), peak_hour=minute // 60
        )

    def forget_told(self, timeline: str) -> None:
        """Keep what is usual, forget what was told: the memory goes on under another timeline."""
        self.timeline = timeline
        self.told = None
        self.rungs = []
        self.dangers = []
        self.excluded = []
        self.pushes.told = {}

    @property
    def age_min(self) -> int:
        """Minutes since the watch began."""
        return self.counts.last - self.first

    def take(self, minute: int, tally: MinuteTally, zone: ZoneInfo) -> bool:
        """Count a minute; return whether it may be tested, which a late one may not.

        Sixty late minutes in a row mean that the clock was wrong before, not now: it is then set back.
        """
        if minute < self.counts.last:
            self.late_run += 1
            if self.late_run < _LATE_RUN:
                self.posts += tally.posts
                self.counts.add_late(minute, tally)
                return False
            self._set_back(minute)
        self.move_on(minute)
        posts = tally.posts
        if self.owed and minute <= self.owed_until:
            held_back = min(posts, int(self.owed))
            self.owed -= held_back
            posts -= held_back
            if held_back:
                self.exclude([Excluded("", Why.CAUGHT_UP, held_back, minute, minute, minute)])
        if posts:
            self.counts.add(tally if posts == tally.posts else msgspec.structs.replace(tally, posts=posts))
            self.posts += posts
            self._learn_tone(posts, tally.negative)
        lag = _LAG_H if self.age_min >= 2 * _DAY_MIN else _FIRST_LAG_H
        if self.profile.hour < minute // 60 - lag:
            self.profile.learn(self.counts, lag, offset_of(zone, minute), self.usual)
        return posts > 0

    def move_on(self, minute: int) -> None:
        """Move the clock on to a minute that is not before the newest, over an interruption if there was one."""
        self.late_run = 0
        if minute - self.counts.last >= _GAP_MIN:
            self._bridge(minute)
        self.counts.advance(minute)
        self._fade_peaks(minute // 60)
        if self.waiting:
            self._count_waiting()

    def place_late(self, minute: int, tallies: Iterable[tuple[int, MinuteTally]]) -> None:
        """Count what was written before the minute in which it is heard where it belongs; nothing is tested.

        tallies: by the minute they were written in, oldest first; what was written before the watch began is left out.
        """
        if minute >= self.counts.last:
            self.move_on(minute)
        for written, tally in tallies:
            if not self.first <= written <= self.counts.last:
                continue
            self._know(written // BIN_MIN)
            self.counts.add_late(written, tally)
            self.posts += tally.posts

    def lay_by(self, tallies: Iterable[tuple[int, MinuteTally]]) -> None:
        """Count a backlog by the minute it was written in, oldest first, without a word in what is tested now."""
        for written, tally in tallies:
            if self.first <= written <= self.counts.last:
                self._know(written // BIN_MIN)
                self.waiting[written // BIN_MIN] = self.waiting.get(written // BIN_MIN, 0) + tally.posts
                self.posts += tally.posts
        self._count_waiting()

    def _know(self, number: int) -> None:
        """Empty the guess that stands from a bin on: now it is known what was said there."""
        first, end = self.guessed
        if first <= number < end:
            self.counts.forget(number, end)
            self.guessed = (first, number)
            self.owed = 0.0

    def _count_waiting(self) -> None:
        oldest = self.counts.last // BIN_MIN - _TESTED_BINS
        for number in [number for number in self.waiting if number < oldest]:
            self.counts.add_late(number * BIN_MIN, MinuteTally(self.waiting.pop(number)))

    def exclude(self, entries: Iterable[Excluded]) -> None:
        """Remember what was kept out of the tests."""
        for entry in entries:
            self.excluded = note(self.excluded, entry)

    def hear(self, minute: int, delays: Mapping[int, float]) -> None:
        """Remember when each source, by its key, was first heard, and how late it usually is, from its delay now.

        Beyond 512 sources, new ones are taken for known and prompt.
        """
        for source, delay in delays.items():
            held = self.heard.get(source)
            if held is not None:
                self.heard[source] = held.again(delay)
            elif len(self.heard) < _MOST_SOURCES:
                self.heard[source] = Heard(minute).again(delay)

    def source(self, key: int) -> Heard:
        """Return what is known of a source; one never heard begins now, and one heard from the first day is known."""
        held = self.heard.get(key) or Heard(self.counts.last if len(self.heard) < _MOST_SOURCES else self.first)
        return held if held.first - self.first >= _DAY_MIN else msgspec.structs.replace(held, first=0)

    def know_usual(self, zone: ZoneInfo) -> Usual:
        """Return the usual level, worked out anew every three hours at most."""
        if self.usual is None or self.usual.slot != slot_of(self.counts.last):
            offset = offset_of(zone, self.counts.last)
            self.usual = work_out(self.counts, self.profile, offset_min=offset, first=self.first)
        return self.usual

    def usual_negative(self) -> float:
        """Return the long-run share of negatives, 0..1."""
        return (self.tone_negative + _USUAL_NEGATIVE * _TONE_PRIOR_POSTS) / (self.tone_posts + _TONE_PRIOR_POSTS)

    def best(self, days: int) -> float:
        """Return the greatest sudden strength noted in the last `days` days, this hour included; 0 for none."""
        cells = np.frombuffer(self.peaks, dtype="<f4")
        start = (self.peak_hour - days * 24 + 1) % _PEAK_HOURS
        stop = start + days * 24
        best = float(cells[start:stop].max())
        return best if stop <= _PEAK_HOURS else max(best, float(cells[: stop - _PEAK_HOURS].max()))

    def note(self, strength: Strength) -> None:
        """Remember the strength of this minute for later records and for what is loud on a day."""
        self.sudden_days.note(strength.sudden)
        self.steady_days.note(strength.steady)
        cells, hour = memoryview(self.peaks).cast("f"), self.peak_hour % _PEAK_HOURS
        if strength.sudden > cells[hour]:
            cells[hour] = strength.sudden

    def _fade_peaks(self, hour: int) -> None:
        if hour <= self.peak_hour:
            return
        clear_ring(self.peaks, self.peak_hour, hour, _PEAK_HOURS, 4)
        self.peak_hour = hour

    def _learn_tone(self, posts: int, negative: int) -> None:
        fade = math.exp(-posts / _TONE_FADE_POSTS)
        self.tone_posts = self.tone_posts * fade + posts
        self.tone_negative = self.tone_negative * fade + min(negative, posts)

    def _bridge(self, minute: int) -> None:
        """Where silence is too unlikely, put the usual level in its place, and expect what was held back at once.

        After more than three days of it the level is learned anew; the profile of the week is kept.
        """
        if self.usual is None:
            return
        gap, end = minute - self.counts.last, minute - 1
        mean, size = self.usual.expected(min(gap, _LEARN_ANEW_MIN), end), self.usual.size(gap)
        if -size * math.log1p(mean / size) > _GAP_LOG_P:
            return
        if gap > _LEARN_ANEW_MIN:
            self._start_anew(minute)
            return
        self.counts.advance(end)
        bins = range(end // BIN_MIN - (gap - 1) // BIN_MIN + 1, end // BIN_MIN)
        values, carried = [], 0.0
        for number in bins:
            carried += self.usual.expected(BIN_MIN, number * BIN_MIN + BIN_MIN - 1)
            values.append(int(carried))
            carried -= int(carried)
        self.counts.fill(bins.start, values)
        self.guessed = (bins.start, bins.stop)
        self.exclude([Excluded("", Why.INTERRUPTED, 0, minute - gap + 1, end, minute)])
        self.owed = mean + 3.0 * math.sqrt(mean + mean * mean / size)
        self.owed_until = minute + _CATCH_UP_MIN

    def _start_anew(self, minute: int) -> None:
        self.counts = Counts(last=minute)
        self.profile.hour = minute // 60
        self.first = minute
        self.posts = 0
        self.usual = None
        self.owed = 0.0
        self.guessed = (0, 0)

    def _set_back(self, minute: int) -> None:
        # What an hour of the week usually holds does not depend on the year the clock believed in.
        self.exclude([Excluded("", Why.CLOCK, 0, minute, self.counts.last, minute)])
        self._start_anew(minute)
        self.peaks = bytearray(4 * _PEAK_HOURS)
        self.peak_hour = minute // 60
        self.sudden_days, self.steady_days = DayPeaks(), DayPeaks()
        self.affairs = []
        self.scored = 0
        self.told = None
