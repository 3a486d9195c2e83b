"""Instants in words, in the zone and the language of the reader, for charts and sentences that no page writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.base.time import minute_of, minute_start
from tocsin.flows.i18n import N_, Translator
from tocsin.report.values import Night, Tick

_NBSP = "\u00a0"
_DAYS = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
_SHORT_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_NIGHT = (23, 6)


class Reader:
    """Who reads: their language and zone, and how instants and numbers are written for them."""

    def __init__(self, t: Translator, zone: ZoneInfo) -> None:
        self.t = t
        self.zone = zone

    @property
    def thousands(self) -> str:
        """What parts the thousands."""
        return "\u202f" if self.t.language == "fr" else ","

    def local(self, minute: int) -> datetime:
        """Return a minute since 1970 as an instant of the reader's zone."""
        return minute_start(minute).astimezone(self.zone)

    def clock(self, at: datetime) -> str:
        """Return the time of the day as sentences write it: 8 h 06, 8:06."""
        local = at.astimezone(self.zone)
        if self.t.language == "fr":
            return f"{local.hour}{_NBSP}h{_NBSP}{local.minute:02}"
        return f"{local.hour}:{local.minute:02}"

    def hour(self, at: datetime) -> str:
        """Return a full hour as axes write it: 9 h, 9:00, midnight."""
        local = at.astimezone(self.zone)
        if local.hour == 0:
            return self.t.text(N_("midnight"))
        return f"{local.hour}{_NBSP}h" if self.t.language == "fr" else f"{local.hour}:00"

    def weekday(self, at: datetime) -> str:
        """Return the day of the week as it stands in a sentence: mardi, Tuesday."""
        return self.t.text(_DAYS[at.astimezone(self.zone).weekday()])

    def day_and_clock(self, at: datetime) -> str:
        """Return a short day and the time: mar. 8 h 06, Tue 8:06."""
        local = at.astimezone(self.zone)
        return f"{self.t.text(_SHORT_DAYS[local.weekday()])} {local.day}, {self.clock(at)}"

    def day(self, at: datetime) -> str:
        """Return a short day and its number: mar. 24, Tue 24."""
        local = at.astimezone(self.zone)
        return f"{self.t.text(_SHORT_DAYS[local.weekday()])} {local.day}"

    def count(self, number: float) -> str:
        """Return a whole number with the spaces of the language."""
        return f"{round(number):,}".replace(",", self.thousands)

    def ticks(self, start: int, end: int, wanted: int) -> tuple[Tick, ...]:
        """Return marks at round local hours (or days) from one minute to another, about as many as wanted."""
        hours = (end - start) / 60
        step = next((step for step in (1, 2, 3, 6, 12, 24, 48, 168) if hours / step <= wanted), 336)
        at = self.local(start).replace(minute=0, second=0, microsecond=0)
        found = []
        while minute_of(at) <= end:
            fits = at.hour % step == 0 if step < 24 else at.hour == 0 and (at.toordinal() * 24) % step == 0
            if fits and minute_of(at) >= start:
                label = self.day(at) if at.hour == 0 and step >= 12 else self.hour(at)
                found.append(Tick(minute=minute_of(at), label=label))
            # A local hour later, over the hours that a change of time skips or repeats.
            at = (at.astimezone(UTC) + timedelta(hours=1)).astimezone(self.zone)
        return tuple(found)

    def nights(self, start: int, end: int) -> tuple[Night, ...]:
        """Return the nights (23 h to 6 h, local) between two minutes."""
        found = []
        day = self.local(start).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        while minute_of(day) <= end:
            dusk = day.replace(hour=_NIGHT[0])
            dawn = (day + timedelta(days=1)).replace(hour=_NIGHT[1])
            if minute_of(dawn) >= start and minute_of(dusk) <= end:
                found.append(Night(start=minute_of(dusk), end=minute_of(dawn)))
            day += timedelta(days=1)
        return tuple(found)
