"""Alerting: who is told of what, and what came of it. Reached as `store.alerting`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tocsin.base.alert import Alert
from tocsin.base.errors import TocsinError
from tocsin.base.routing import Routing
from tocsin.base.seam import Event, OutboxRow
from tocsin.store.alerting import heard, rounds, routes
from tocsin.store.alerting.rows import (
    ChannelRow,
    FaultRow,
    KeptRouting,
    SourceHourRow,
    Telling,
    TellingBody,
    ToldRow,
)
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly


@speaks_plainly
class Alerting:
    """Routes, channels, rounds of telling, and the rhythm of sources. Methods raise as those of `Store`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Routes and channels

    def routing(self, brand: str) -> KeptRouting:
        """Return what a brand says about who is told."""
        return routes.routing(self._db, brand)

    def save_routing(self, brand: str, wanted: Routing, version: int) -> None:
        """Keep what a brand says; refused when somebody else changed it since that version."""
        routes.save_routing(self._db, brand, wanted, version)

    def channels(self, person: int | None = None) -> list[ChannelRow]:
        """Return the channels of a person, or of all."""
        return routes.channels(self._db, person)

    def channel(self, number: int) -> ChannelRow:
        """Return a channel."""
        return routes.channel(self._db, number)

    def add_channel(self, new: ChannelRow) -> ChannelRow:
        """Keep a channel and return it with its number."""
        return routes.add_channel(self._db, new)

    def remove_channel(self, number: int) -> None:
        """Take a channel away."""
        routes.remove_channel(self._db, number)

    def note_fault(self, name: str, error: TocsinError, at: datetime, *, is_final: bool) -> FaultRow:
        """Note that a channel failed; return since when it does."""
        return routes.note_fault(self._db, name, error, at, is_final=is_final)

    def forget_fault(self, name: str) -> None:
        """Note that a channel took what was sent."""
        routes.forget_fault(self._db, name)

    def faults(self, name: str = "") -> list[FaultRow]:
        """Return the channels that do not take what is sent."""
        return routes.faults(self._db, name)

    # Rounds of telling

    def due(self, now: datetime, limit: int) -> list[Alert]:
        """Return the alerts whose next round has come."""
        return rounds.due(self._db, now, limit)

    def advance(self, alert: Alert, due_at: datetime | None, outbox: Sequence[OutboxRow], now: datetime) -> bool:
        """Make one round of telling; False when another worker made it, or somebody took the alert."""
        return rounds.advance(self._db, alert, due_at, outbox, now)

    def postpone(self, alert: Alert, due_at: datetime | None) -> bool:
        """Move the next round, or let there be none."""
        return rounds.postpone(self._db, alert, due_at)

    def hasten(self, alert: str, now: datetime) -> None:
        """Let the next round come now."""
        rounds.hasten(self._db, alert, now)

    def put_tellings(self, outbox: Sequence[OutboxRow]) -> None:
        """Add tellings outside a round."""
        rounds.put_tellings(self._db, outbox)

    def tellings(self, alerts: Sequence[str]) -> dict[str, list[Telling]]:
        """Return what was told of alerts, by the alert."""
        return rounds.tellings(self._db, alerts)

    def last_told(self, brand: str, since: datetime) -> list[ToldRow]:
        """Return what left to people of a brand since an instant, or is about to."""
        return rounds.last_told(self._db, brand, since)

    def set_bodies(self, bodies: Iterable[tuple[int, TellingBody]]) -> None:
        """Say which tellings leave together, by the number of the outbox row."""
        rounds.set_bodies(self._db, bodies)

    def spare(self, number: int, at: datetime) -> None:
        """Note that a telling is not needed any more."""
        rounds.spare(self._db, number, at)

    def ring_once(self, alert: Alert, event: Event) -> bool:
        """Write an alert that no closing gave, with its event; False if it is there already."""
        return rounds.ring_once(self._db, alert, event)

    def held(self, alerts: Sequence[str]) -> dict[str, int]:
        """Return how many alerts each of these speaks for."""
        return rounds.held(self._db, alerts)

    def held_by(self, alert: str, limit: int = 50) -> list[Alert]:
        """Return the alerts that one speaks for."""
        return rounds.held_by(self._db, alert, limit)

    # The rhythm of sources

    def note_heard(self, source: str, at: datetime, posts: int) -> None:
        """Note that a source was read, and how many new posts it had."""
        heard.note_heard(self._db, source, at, posts)

    def hours(self, since: datetime) -> dict[str, list[SourceHourRow]]:
        """Return what each source in use said an hour, by its name."""
        return heard.hours(self._db, since)

    def first_asked(self) -> dict[str, datetime]:
        """Return since when each source is read, by its name, to the hour; eight weeks ago at the longest."""
        return heard.first_asked(self._db)

    def said_between(self, brand: str, since: int, until: int) -> dict[str, int]:
        """Return how many live mentions of a brand each source brought from one minute to before another."""
        return heard.said_between(self._db, brand, since, until)

    def forget_hours(self, now: datetime) -> None:
        """Let go of hours from which nothing is learned any more."""
        heard.forget_hours(self._db, now)
