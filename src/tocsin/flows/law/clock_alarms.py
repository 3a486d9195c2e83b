"""Ring before a clock ends: to counsel and owners by mail, each alarm once, at the hour for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.base.ids import stable_id
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.time import to_ms
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.log import counsels
from tocsin.flows.i18n import N_, Translator, translator
from tocsin.flows.law.clock_words import ClockWords
from tocsin.flows.law.dossier_clocks import ClockSheet, sheet_of
from tocsin.legal.alarms import Alarm, alarms
from tocsin.legal.packs import load_packs
from tocsin.legal.values import Clock
from tocsin.net.send import Mail

LETTER = "clock"
_EVERY = timedelta(minutes=10)
_AT = time(9)


def ring_clocks(engine: Engine, now: datetime) -> int:
    """Put a letter into the outbox for each alarm that has come and each person; return how many.

    An alarm that came while nothing ran is told late, unless a later one of the same clock has come too: the last tells
    all. The same alarm is told once to each. Called at every turn of the worker; it looks every ten minutes.
    """
    if not engine.store.lease("law/clocks", f"{engine.holder}/{to_ms(now)}", now, _EVERY):
        return 0
    count = 0
    for row in engine.store.dossiers.running_clocks():
        sheet = sheet_of(row)
        alarm = _last_due(sheet, now)
        if alarm is None or _is_over(sheet, now):
            continue
        for person in people_of(engine, row.dossier):
            event = _event(sheet, alarm, person)
            if not engine.store.outbox_has(event):
                engine.store.outbox_put(_letter_row(event, sheet, person))
                count += 1
    return count


def people_of(engine: Engine, dossier: str) -> list[Person]:
    """Return who is told of the clocks of a dossier: who is in charge, or else counsel; and the owners of the brand."""
    row = engine.store.dossiers.dossier(dossier)
    charged = engine.store.people.person(row.counsel) if row.counsel else None
    first = [charged] if charged is not None and charged.active else counsels(engine, row.brand)
    members = engine.store.people.members(row.brand)
    owners = [one.person for one in members if one.role is Role.OWNER and one.person.active]
    found = {person.id: person for person in (*first, *owners)}
    return [found[number] for number in sorted(found)]


def clock_letter(engine: Engine, body: Mapping[str, str], event: str, now: datetime) -> Mail | None:
    """Return the mail that rings; None when its clock was stopped meanwhile, or its person is not known any more."""
    person = engine.store.people.by_email(body["to"])
    try:
        row = engine.store.dossiers.clock(int(body["clock"]))
    except NotFoundError:
        return None
    sheet = sheet_of(row)
    if person is None or not person.active or row.ended_at is not None or sheet.clock is None:
        return None
    t = translator(person.language)
    words = ClockWords(load_packs(), t)
    name = words.name(sheet.clock.rule)
    safe = words.day(sheet.clock.term.safe_day)
    subject = t.text(N_("[tocsin] Dossier {number}: act by {day}"), number=row.dossier, day=safe)
    lines = [
        t.text(N_("Hello {name},"), name=person.name),
        "",
        t.text(N_("{rule}: act by {day} ({left})."), rule=name, day=safe, left=_left(sheet.clock, t, now)),
        t.text(N_("The last useful day is {day}."), day=words.day(sheet.clock.term.last_useful_day)),
        "",
        *words.reasons(sheet.clock),
        "",
        t.text(N_("The day follows from what was told of the dossier; counsel checks it.")),
    ]
    if engine.settings.web_address:
        lines += ["", f"  {engine.settings.web_address}/dossiers/{row.dossier}/"]
    text = "\n".join(lines) + "\n"
    return Mail(
        message_id=f"<{event}@tocsin.invalid>", to=(person.email,), subject=subject, text=text, at=now, is_urgent=True
    )


def _left(clock: Clock, t: Translator, now: datetime) -> str:
    """Say what is left at the moment of the letter, which may leave late."""
    if clock.term.last_useful_instant is not None:
        hours = max(0, int((clock.term.last_useful_instant - now) / timedelta(hours=1)))
        return t.plural("{n} hour left", "{n} hours left", hours)
    days = max(0, (clock.term.safe_day - now.astimezone(ZoneInfo(clock.rule.zone)).date()).days)
    return t.plural("{n} day left", "{n} days left", days)


def _last_due(sheet: ClockSheet, now: datetime) -> Alarm | None:
    """Return the last alarm of a clock that has come, None before the first."""
    if sheet.clock is None:
        return None
    due = [one for one in alarms(sheet.clock, sheet.row.at) if _comes_at(sheet, one) <= now]
    return due[-1] if due else None


def _comes_at(sheet: ClockSheet, alarm: Alarm) -> datetime:
    assert sheet.clock is not None
    return alarm.at or datetime.combine(alarm.day, _AT, ZoneInfo(sheet.clock.rule.zone))


def _is_over(sheet: ClockSheet, now: datetime) -> bool:
    assert sheet.clock is not None
    term = sheet.clock.term
    if term.last_useful_instant is not None:
        return now > term.last_useful_instant
    today: date = now.astimezone(ZoneInfo(sheet.clock.rule.zone)).date()
    return today > (term.extended_day or term.last_useful_day)


def _event(sheet: ClockSheet, alarm: Alarm, person: Person) -> str:
    when = alarm.at.isoformat() if alarm.at else alarm.day.isoformat()
    return f"clock-{stable_id(str(sheet.row.id), alarm.kind.value, when, str(person.id))}"


def _letter_row(event: str, sheet: ClockSheet, person: Person) -> OutboxRow:
    body = {"to": person.email, "clock": str(sheet.row.id)}
    return OutboxRow(
        event=event,
        timeline=LIVE,
        action=f"letter:{LETTER}",
        delivery=Delivery.AT_LEAST_ONCE,
        body=msgspec.json.encode(body),
    )
