"""How the telling of an alert is shown: who was told when and by what, who is next, and what it speaks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.person import Person
from tocsin.base.routing import next_step
from tocsin.base.seam import LIVE
from tocsin.flows.alerting.route import bare_way, called_of
from tocsin.flows.alerting.team import GIVEN_UP_AFTER, level_of, reaches, team_of
from tocsin.flows.engine import Engine
from tocsin.store.alerting.rows import FaultRow, Telling
from tocsin.store.rows import OutboxState


class NextRound(msgspec.Struct, frozen=True, kw_only=True):
    """Who is called next, and when, unless somebody takes the alert before."""

    at: datetime
    names: tuple[str, ...]
    is_everybody: bool = False


class ToldLine(msgspec.Struct, frozen=True, kw_only=True):
    """One telling for a reader. who: a name, "" for somebody of the settings. by: mail, apprise, or a channel's name.

    address: of a mail to nobody known, for leaders alone.
    """

    who: str
    by: str
    address: str
    step: int
    is_copy: bool
    state: OutboxState
    tries: int
    at: datetime | None


class FaultLine(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that fails for long or for good. who: whose, "" for one of the settings. others: their other ways."""

    who: str
    by: str
    fault: FaultRow
    others: int


def next_round(engine: Engine, alert: Alert) -> NextRound | None:
    """Return the next round of telling of an alert that waits for somebody, None when there is none to come."""
    if alert.due_at is None or alert.state not in (AlertState.OPEN, AlertState.SNOOZED) or alert.timeline != LIVE:
        return None
    if alert.step == 0:
        return None  # nobody was told yet: the worker is about to
    routing = engine.store.alerting.routing(alert.brand).routing
    team = team_of(engine, alert.brand, routing)
    called = called_of(engine.store.alerting.tellings([alert.id])[alert.id])
    zone = ZoneInfo(engine.store.brand(alert.brand).time_zone)
    step = next_step(routing, level_of(alert), team, called, (alert.due_at, zone))
    if step is None or not step.called:
        return None
    names = {member.person.id: _name(member.person) for member in engine.store.people.members(alert.brand)}
    return NextRound(
        at=alert.due_at,
        names=tuple(names[one] for one in step.called if one in names),
        is_everybody=step.is_last and len(step.called) > 1,
    )


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Who is who: people by number and by address, channels by how the outbox names them."""

    people: Mapping[int, Person]
    by_mail: Mapping[str, Person]
    labels: Mapping[str, str]

    @staticmethod
    def of(engine: Engine) -> Names:
        """Read them, once a page."""
        people = {person.id: person for person in engine.store.people.everybody()}
        return Names(
            people=people,
            by_mail={person.email: person for person in people.values()},
            labels={channel.action: channel.label for channel in engine.store.alerting.channels()},
        )


def told_lines(names: Names, told: Sequence[Telling]) -> list[ToldLine]:
    """Return tellings for a reader, the earliest round first, those who are called before those who are to know."""
    return sorted((_line(one, names) for one in told), key=lambda line: (line.step, line.is_copy))


def standing_faults(engine: Engine, brand: str, now: datetime) -> list[FaultLine]:
    """Return the channels of a brand's people and of the settings that fail for an hour, or for good."""
    reached = reaches(engine, brand)
    labels = {channel.action: channel.label for channel in engine.store.alerting.channels()}
    lines = []
    for fault in engine.store.alerting.faults():
        if not fault.is_final and now - fault.since < GIVEN_UP_AFTER:
            continue
        owner = next((one for one in reached.values() if fault.channel in one.ways), None)
        if owner is None and not fault.channel.startswith("apprise:"):
            continue
        lines.append(
            FaultLine(
                who=_name(owner.person) if owner else "",
                by=labels.get(fault.channel, fault.channel.partition(":")[0]),
                fault=fault,
                others=len(owner.ways) - 1 if owner else 0,
            )
        )
    return lines


def _line(one: Telling, names: Names) -> ToldLine:
    way = bare_way(one.channel)
    kind, _, address = way.partition(":")
    person = names.people.get(one.body.person) or (names.by_mail.get(address.lower()) if kind == "mail" else None)
    return ToldLine(
        who=_name(person) if person else "",
        by=names.labels.get(way, kind),
        address=address if kind == "mail" and person is None else "",
        step=one.body.step,
        is_copy=one.body.is_copy,
        state=one.state,
        tries=one.tries,
        at=one.at,
    )


def _name(person: Person) -> str:
    return person.name or person.email
