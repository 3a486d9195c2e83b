"""The people of a brand as alerts find them: in which order they are called, and by which ways each is reached."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.person import Person, Role
from tocsin.base.routing import By, Level, Routing, Team
from tocsin.flows.engine import Engine
from tocsin.flows.people.links import can_mail
from tocsin.store.alerting.rows import FaultRow

CALLED_ROLES = (Role.OWNER, Role.MANAGER)  # in this order, where the brand gave none
GIVEN_UP_AFTER = timedelta(hours=1)  # a channel that failed for so long is helped by the next one of its person


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is reached. ways: as the outbox names them, phones first, then the mail; some may fail now."""

    person: Person
    ways: tuple[str, ...]

    @property
    def phones(self) -> tuple[str, ...]:
        """The ways beside mail."""
        return tuple(way for way in self.ways if not way.startswith("mail:"))

    @property
    def mail(self) -> tuple[str, ...]:
        """Their mail, none where no mail can leave."""
        return tuple(way for way in self.ways if way.startswith("mail:"))

    def by(self, by: By) -> tuple[str, ...]:
        """Return the ways that a rule asks for; somebody without a phone is mailed."""
        if by is By.MAIL:
            return self.mail or self.phones[:1]
        return self.phones + self.mail if by is By.BOTH else self.phones or self.mail


def level_of(alert: Alert) -> Level:
    """Return by which rule an alert is told."""
    return Level.SILENCE if alert.cause is AlertCause.SILENCE else Level(alert.level)


def team_of(engine: Engine, brand: str, routing: Routing) -> Team:
    """Return the people of a brand: in the order it gave, or its owners and then its managers."""
    members = engine.store.people.members(brand)
    there = tuple(member.person.id for member in members)
    default = tuple(member.person.id for role in CALLED_ROLES for member in members if member.role is role)
    return Team(
        there=there,
        owners=tuple(member.person.id for member in members if member.role is Role.OWNER),
        order=tuple(one for one in routing.order if one in there) or default,
    )


def reaches(engine: Engine, brand: str) -> dict[int, Reach]:
    """Return how each person of a brand is reached, by their number."""
    phones: dict[int, list[str]] = {}
    for channel in engine.store.alerting.channels():
        phones.setdefault(channel.person, []).append(channel.action)
    mails = can_mail(engine.settings)
    return {
        member.person.id: Reach(
            person=member.person,
            ways=(*phones.get(member.person.id, ()), *((f"mail:{member.person.email}",) if mails else ())),
        )
        for member in engine.store.people.members(brand)
    }


def house_ways(engine: Engine) -> list[str]:
    """Return the ways of the settings, which are told of every alert of every brand."""
    mails = {address.lower(): f"mail:{address}" for address in engine.settings.mail_to}
    return [*mails.values(), *(f"apprise:{number}" for number in range(len(engine.settings.notify_urls)))]


def channels_of(engine: Engine, brand: str) -> list[str]:
    """Return all ways by which anybody is told of a brand, none twice whatever the case of an address."""
    ways = {way.lower(): way for way in house_ways(engine)}
    reached = reaches(engine, brand)
    for number in team_of(engine, brand, engine.store.alerting.routing(brand).routing).order:
        for way in reached[number].ways:
            ways.setdefault(way.lower(), way)
    return list(ways.values())


def is_given_up(fault: FaultRow, now: datetime) -> bool:
    """Return whether a channel failed for good, or for so long that its person is told by another one."""
    return fault.is_final or now - fault.since >= GIVEN_UP_AFTER
