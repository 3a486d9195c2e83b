"""What a person sets for themselves: how pages look and speak, when mails are quiet, password, other sessions."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.person import Person, Rhythm, Theme
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import LANGUAGES
from tocsin.flows.people.audit import note
from tocsin.flows.people.enter import Answer, Entered, prove
from tocsin.store.secret.password import check_strength, hash_password

_DAY_MIN = 24 * 60


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What may be set. night_from, night_until: minutes of the local day, both or neither."""

    name: str
    language: str
    time_zone: str
    theme: Theme = Theme.AUTO
    night_from: int | None = None
    night_until: int | None = None
    digest: Rhythm = Rhythm.OFF
    digest_empty: bool = False


def save_wishes(engine: Engine, person: Person, wishes: Wishes) -> Person:
    """Keep what a person set. Raises InputError for an empty name, an unknown language, zone or hour."""
    name = " ".join(wishes.name.split())
    if not name or len(name) > 120 or not name.isprintable():
        raise InputError("Write your name, as your colleagues call you, in 120 characters at most.")
    if wishes.language not in LANGUAGES:
        raise InputError("{language!r} is not a language of these pages; choose fr or en.", language=wishes.language)
    if wishes.time_zone not in available_timezones():
        raise InputError("{zone!r} is not a time zone; choose one such as Europe/Paris.", zone=wishes.time_zone)
    night = (wishes.night_from, wishes.night_until)
    if (night[0] is None) != (night[1] is None) or (night[0] is not None and night[0] == night[1]):
        raise InputError("Give two different hours for the night, or none.")
    if any(minute is not None and not 0 <= minute < _DAY_MIN for minute in night):
        raise InputError("The hours of the night go from 00:00 to 23:59.")
    changed = msgspec.structs.replace(
        person,
        name=name,
        language=wishes.language,
        time_zone=wishes.time_zone,
        theme=wishes.theme,
        night_from=night[0],
        night_until=night[1],
        digest=wishes.digest,
        digest_empty=wishes.digest_empty,
    )
    return engine.store.people.save(changed)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change of password: the present one, the new one, the address that asks, the key of the session to keep."""

    present: str
    new: str
    address: str
    session: str = ""


def change_password(engine: Engine, person: Person, change: Change, now: datetime) -> Entered:
    """Change a password that is known; other sessions end. Raises InputError for one that is too easy to guess."""
    proved = prove(engine, person, change.present, change.address, now)
    if proved.answer is not Answer.IN:
        return proved
    check_strength(change.new, (person.name, person.email))
    engine.store.people.set_password(person.id, hash_password(change.new), keep=change.session)
    note(engine, person.mark, "password", person.mark, now)
    return proved


def end_session(engine: Engine, person: Person, key: str, now: datetime) -> bool:
    """End one session of this person; False if it is not theirs, or has ended."""
    if all(row.key != key for row in engine.store.people.sessions_of(person.id, now)):
        return False
    engine.store.people.end_session(key)
    note(engine, person.mark, "session_ended", person.mark, now)
    return True


def end_other_sessions(engine: Engine, person: Person, kept: str, now: datetime) -> int:
    """End all sessions of this person but the one of the key `kept`; return how many."""
    ended = engine.store.people.end_sessions(person.id, but=kept)
    if ended:
        note(engine, person.mark, "session_ended", person.mark, now, text=str(ended))
    return ended
