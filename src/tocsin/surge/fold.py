"""Fold the closed minutes of a brand into a small state, and say when it surges."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.ids import stable_id
from tocsin.base.mention import Reason
from tocsin.base.seam import BrandMinute, Event, EventKind
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import iso, minute_start
from tocsin.surge.baseline import STEADY_MIN, zone_of
from tocsin.surge.budget import Rung, bar, remember
from tocsin.surge.count import RECENT_MIN, MinuteTally, tally_minute
from tocsin.surge.judge import Verdict, judge, quiet_after
from tocsin.surge.plumbing.back import looks_back
from tocsin.surge.plumbing.late import Late, late_tallies, part_late, told_of
from tocsin.surge.signs.danger import ring_dangers
from tocsin.surge.signs.push import COPIED, COPIED_IN_RISE, WINDOW_MIN
from tocsin.surge.state import SurgeState, Told
from tocsin.surge.tuning import COLD_MIN, LEARNING_MIN, TUNING, Tuning


class Weighed(msgspec.Struct, frozen=True, gc=False):
    """What a minute comes to. score: how abnormal it is, 0..1, by what came before it. surge: what it rings."""

    score: float
    surge: Surge | None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(SurgeState)
_NOTHING = Weighed(0.0, None)
_PAST_RARE = 1e-9


class SurgeFold:
    """The fold of one brand on one timeline (`base.seam.Fold`): pure, with a state of about 11 kB.

    A state begun on another timeline (a back-fill) lends what is usual; what was told there is forgotten.
    """

    version = "surge-2"

    def __init__(self, brand: Brand, timeline: str, tuning: Tuning = TUNING) -> None:
        """Raises InputError if the brand's time zone is not known."""
        self._brand = brand
        self._timeline = timeline
        self._tuning = tuning
        self._zone = zone_of(brand.time_zone)
        self._open: tuple[bytes, SurgeState] | None = None  # the bytes returned last, and what they hold

    def merge(self, state: bytes | None, minute: BrandMinute) -> tuple[bytes, list[Event]]:
        """Return the new state and the SURGE and DANGER events of a closed minute.

        Minutes without mentions change nothing, save that the first one visited starts the watch. A minute before
        the newest is counted and tests nothing, but a dangerous post in it rings. Raises InputError if the state
        cannot be read.
        """
        return self.merge_many(state, (minute,))

    def merge_many(self, state: bytes | None, minutes: Sequence[BrandMinute]) -> tuple[bytes, list[Event]]:
        """Return what `merge` of one minute after the other would: the last state and all events, in order.

        minutes: at least one, oldest first. The state is read and written once. Raises ValueError without a minute,
        and InputError if the state cannot be read.
        """
        if not minutes:
            raise ValueError("there is no minute to merge")
        heard = [minute for place, minute in enumerate(minutes) if minute.mentions or (state is None and place == 0)]
        if state is not None and not heard:
            return state, []
        memory = self._read(state, heard[0].minute)
        events = [event for minute in heard for event in self._merge(memory, minute)]
        new = _encoder.encode(memory)
        self._open = (new, memory)
        return new, events

    def _merge(self, memory: SurgeState, minute: BrandMinute) -> list[Event]:
        now = minute.minute
        minute, late, delays = part_late(minute, memory.source, self._zone)
        tally, dangers = tally_minute(minute)
        # A dangerous post rings however late it is heard.
        dangers += [(one.mention, one.story) for one in late if one.mention.danger and not one.mention.own]
        events: list[Event] = []
        if dangers:
            memory.dangers, events = ring_dangers(memory.dangers, dangers, self._timeline)
        if late:
            memory.place_late(now, late_tallies(one for one in late if not one.is_backlog))
            memory.lay_by(late_tallies(one for one in late if one.is_backlog))
        surge = self.observe(memory, now, tally)
        memory.pushes.take(minute)
        if surge is None:
            surge = self._pushed(memory, minute)
        if late:
            surge = surge or self._looked_back(memory, late)
            memory.exclude(told_of(late, rang=surge is not None))
        memory.hear(now, delays)
        if surge is not None:
            events.append(self._event(surge))
        return events

    def _looked_back(self, memory: SurgeState, late: Sequence[Late]) -> Surge | None:
        """Return the rise that what was heard late makes at the time it was written, unless people were told of one.

        Nobody can be early any more: only what rings the alarm, or would if the month's alarms were not spent, is told.
        """
        now, told = memory.counts.last, memory.told
        if memory.age_min < COLD_MIN or (told is not None and now - told.minute < quiet_after(told, self._tuning)):
            return None
        for past, minute, tally in looks_back(memory, memory.know_usual(self._zone), late, self._tuning.fewest_watch):
            surge = self.observe(past, minute, tally)
            if surge is None or (surge.level is not SurgeLevel.ALARM and surge.excess_p > _PAST_RARE):
                continue
            if past.told is not None:
                memory.told = msgspec.structs.replace(past.told, minute=now)
            memory.rungs = past.rungs
            clock = minute_start(minute + 1).astimezone(self._zone)
            reason = Reason(code="surge.heard_late", words=(f"{clock:%H:%M}", f"{clock:%d/%m}"))
            return msgspec.structs.replace(surge, at=minute_start(now + 1), reasons=(reason, *surge.reasons))
        return None

    def _pushed(self, memory: SurgeState, minute: BrandMinute) -> Surge | None:
        """Return the watch for texts that are pushed together, where the budget allows one; volume has been tested."""
        if memory.age_min < COLD_MIN or minute.minute < memory.counts.last:
            return None
        told, now = memory.told, minute.minute
        in_rise = told is not None and now - told.minute < self._tuning.quiet_min
        pushed = memory.pushes.judge(minute, COPIED_IN_RISE if in_rise else COPIED)
        if pushed is None or (in_rise and told is not None and told.story == pushed.story):
            return None
        if pushed.score < bar(memory.rungs, SurgeLevel.WATCH, self._brand.budget, now):
            return None
        memory.pushes.note_told(pushed.story, now)
        memory.rungs = remember(memory.rungs, Rung(now, SurgeLevel.WATCH, pushed.score))
        return Surge(
            id=stable_id(self._brand.slug, self._timeline, "push", pushed.story, iso(minute_start(pushed.since))),
            brand=self._brand.slug,
            timeline=self._timeline,
            level=SurgeLevel.WATCH,
            at=minute_start(now + 1),
            since=minute_start(pushed.since),
            window_min=WINDOW_MIN,
            expected=pushed.expected,
            seen=pushed.seen,
            excess_p=math.exp(pushed.log_p),
            authors=pushed.authors,
            negative=pushed.negative,
            learning=memory.age_min < LEARNING_MIN,
            story=pushed.story,
            reasons=pushed.reasons,
        )

    def begin(self, minute: int) -> SurgeState:
        """Return the memory of a watch that begins at that minute."""
        return SurgeState.begin(self._timeline, minute)

    def observe(self, memory: SurgeState, minute: int, tally: MinuteTally) -> Surge | None:
        """Take one tallied minute into the memory, in place; return what it rings, or None."""
        return self.weigh_minute(memory, minute, tally).surge

    def weigh_minute(self, memory: SurgeState, minute: int, tally: MinuteTally) -> Weighed:
        """Take one tallied minute into the memory, in place; return how abnormal it is, and what it rings."""
        if not tally.posts or not memory.take(minute, tally, self._zone):
            return _NOTHING
        fewest = self._tuning.fewest_watch
        if memory.counts.seen(RECENT_MIN) < fewest and memory.counts.seen(max(STEADY_MIN)) < fewest:
            return _NOTHING
        judged = judge(memory, memory.know_usual(self._zone), self._brand.budget, self._tuning)
        return Weighed(judged.score, None if judged.verdict is None else self._tell(memory, judged.verdict))

    def count(self, memory: SurgeState, minute: int, tally: MinuteTally) -> None:
        """Take one tallied minute into the memory, in place, and test nothing."""
        if tally.posts:
            memory.take(minute, tally, self._zone)

    def _tell(self, memory: SurgeState, verdict: Verdict) -> Surge:
        now, evidence = memory.counts.last, verdict.evidence
        if verdict.again and memory.told is not None:
            surge_id, since = memory.told.surge, memory.told.since
        else:
            since = memory.counts.first_of(evidence.window_min)
            surge_id = stable_id(self._brand.slug, self._timeline, iso(minute_start(since)))
        if not verdict.again or (memory.told is not None and memory.told.level is not verdict.level):
            memory.rungs = remember(memory.rungs, Rung(now, verdict.level, evidence.score))
        memory.told = Told(surge_id, since, now, verdict.level, verdict.excess, evidence.score, evidence.story)
        return Surge(
            id=surge_id,
            brand=self._brand.slug,
            timeline=self._timeline,
            level=verdict.level,
            at=minute_start(now + 1),
            since=minute_start(since),
            window_min=evidence.window_min,
            expected=evidence.expected,
            seen=evidence.seen,
            excess_p=math.exp(evidence.log_p),
            authors=evidence.authors,
            negative=evidence.negative,
            learning=verdict.learning,
            story=evidence.story,
            reasons=evidence.reasons,
        )

    def _event(self, surge: Surge) -> Event:
        return Event(
            id=stable_id("surge", surge.id, surge.level.value, iso(surge.at)),
            timeline=self._timeline,
            brand=self._brand.slug,
            kind=EventKind.SURGE,
            at=surge.at,
            subject=surge.id,
            body=msgspec.json.encode(surge),
        )

    def _read(self, state: bytes | None, minute: int) -> SurgeState:
        if state is None:
            return self.begin(minute)
        held, self._open = self._open, None  # taken out, so that a failure on the way cannot leave half a minute in it
        if held is not None and held[0] is state:
            return held[1]
        try:
            memory = _decoder.decode(state)
        except msgspec.DecodeError as error:
            raise InputError(
                "The surge memory of {brand} cannot be read ({error}); remove it, and the brand learns anew.",
                brand=self._brand.slug,
                error=error,
            ) from None
        if memory.timeline != self._timeline:
            memory.forget_told(self._timeline)
        return memory
