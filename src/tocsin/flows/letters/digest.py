"""The digest: a day or a week of a brand in one letter, once to each person who wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.person import Person, Rhythm
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.flows.engine import Engine
from tocsin.flows.letters.digest_facts import DigestFacts, digest_facts
from tocsin.flows.letters.digest_words import curve_sentence, digest_sheet
from tocsin.flows.letters.letter import Letter, Recipient, recipient
from tocsin.flows.letters.links import Links
from tocsin.flows.letters.picture import draw
from tocsin.flows.level import level_figure
from tocsin.flows.people.links import can_mail
from tocsin.flows.people.told import quiet_until
from tocsin.net.send import send_mail
from tocsin.report.letter.sheet import Picture

AT_HOUR = 8
UNTIL_HOUR = 12  # a machine that was off at eight still tells the morning, and nobody a digest in the evening
_KEY_CHARS = 64


def queue_digests(engine: Engine, now: datetime) -> int:
    """Put the digests that are due into the outbox, each once; return how many were new.

    Daily ones at 8 in the reader's zone, weekly ones on Mondays at 8.
    """
    if not can_mail(engine.settings):
        return 0
    queued = 0
    for person in engine.store.people.everybody():
        day = due_day(person, now)
        if day is None:
            continue
        for slug in engine.store.people.roles(person.id):
            event = event_key(slug, day, person.id)
            if not engine.store.outbox_has(event):
                engine.store.outbox_put(_row(event, slug, day, person))
                queued += 1
    return queued


def due_day(person: Person, now: datetime) -> date | None:
    """Return the local day whose digest is due to a person at `now`, or None.

    >>> from datetime import UTC
    >>> alice = Person(id=1, email="a@example.org", name="A", digest=Rhythm.WEEKLY)
    >>> due_day(alice, datetime(2026, 3, 2, 7, 5, tzinfo=UTC))
    datetime.date(2026, 3, 2)
    >>> due_day(alice, datetime(2026, 3, 3, 7, 5, tzinfo=UTC)) is None
    True
    """
    if not person.active or person.digest is Rhythm.OFF:
        return None
    local = now.astimezone(ZoneInfo(person.time_zone))
    if not AT_HOUR <= local.hour < UNTIL_HOUR or (person.digest is Rhythm.WEEKLY and local.weekday() != 0):
        return None
    return local.date()


def event_key(brand: str, day: date, person: int) -> str:
    """Return what names a digest in the outbox, so that it is written once."""
    key = f"digest:{brand}:{day.isoformat()}:{person}"
    return key if len(key) <= _KEY_CHARS else f"digest:{stable_id(key)}"


def send_digest(engine: Engine, number: int, body: Mapping[str, Any], event: str, now: datetime) -> datetime | None:
    """Send one digest of the outbox; return until when its reader sleeps, if they do.

    Nothing leaves when the person has gone or wants none any more, or when nothing was said and they did not ask for
    empty ones. Raises as `send_mail`.
    """
    person = engine.store.people.person(number)
    roles = engine.store.people.roles(number)
    if person is None or not person.active or person.digest is Rhythm.OFF or body["brand"] not in roles:
        return None
    morning = quiet_until(person, now)
    if morning is not None:
        return morning
    brand = engine.store.brand(str(body["brand"]))
    to = recipient(engine, brand, person.email)
    until = datetime.combine(date.fromisoformat(str(body["day"])), time(AT_HOUR), to.zone)
    facts = digest_facts(engine, brand, until, Rhythm(str(body["rhythm"])), number)
    if facts.is_empty and not person.digest_empty:
        return None
    letter = write_digest(engine, facts, to, event)
    send_mail(engine.settings, letter.mail_to(person.email, now))
    return None


def write_digest(engine: Engine, facts: DigestFacts, to: Recipient, event: str) -> Letter:
    """Return the letter of a digest. event: names it."""
    links = Links(engine.settings, facts.brand.slug)
    name = stable_id(event, to.language)
    figure = level_figure(facts.level, to.reader)
    picture, drawings = (Picture(alt=""), ()) if facts.is_empty else draw(figure, name)
    picture = msgspec.structs.replace(picture, alt=curve_sentence(facts, to.reader))
    names = {person.mark: person.name for person in engine.store.people.everybody()}
    return Letter(
        sheet=digest_sheet(facts, to, links, picture, names),
        message_id=f"<digest.{stable_id(event)}@tocsin.invalid>",
        list_id=f"digest.{facts.brand.slug}.tocsin.invalid",
        preferences=links.settings(),
        pictures=drawings,
    )


def _row(event: str, brand: str, day: date, person: Person) -> OutboxRow:
    # At most once: a morning's summary sent twice is worse than one that a crash swallowed.
    body = {"brand": brand, "day": day.isoformat(), "rhythm": person.digest.value}
    return OutboxRow(
        event=event,
        timeline=LIVE,
        action=f"digest:{person.id}",
        delivery=Delivery.AT_MOST_ONCE,
        body=msgspec.json.encode(body),
    )
