"""Note who did what about people; one place, so that all entries read alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from tocsin.base.person import person_of_mark
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, Translator
from tocsin.store.people.audit import AuditLine, AuditScope
from tocsin.store.rows import AuditEntry

_BATCH = 1_000


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as people read it. by: the name of who did it. subject: a name where it is a person."""

    number: int
    at: datetime
    by: str
    action: str
    subject: str
    text: str


def note(engine: Engine, by: str, action: str, subject: str, at: datetime, *, text: str = "") -> None:
    """Append an entry. by, subject: marks of people where they are people, never names or addresses."""
    engine.store.note_audit(AuditEntry(at=at, by=by, action=action, subject=subject, text=text))


def trail(engine: Engine, scope: AuditScope, t: Translator) -> list[Shown]:
    """Return the entries of a scope, newest first, with names in place of marks."""
    names = names_of(engine, t)
    return [_shown(line, names) for line in engine.store.people.audit(scope)]


def whole_trail(engine: Engine, scope: AuditScope, t: Translator) -> Iterator[Shown]:
    """Yield all entries of a scope, however many, newest first."""
    names, before = names_of(engine, t), scope.before
    while True:
        lines = engine.store.people.audit(msgspec.structs.replace(scope, before=before, limit=_BATCH))
        yield from (_shown(line, names) for line in lines)
        if len(lines) < _BATCH:
            return
        before = lines[-1].number


def names_of(engine: Engine, t: Translator) -> dict[str, str]:
    """Return by mark how everybody is called: by name while they are here, `former colleague 3` after."""
    return {
        person.mark: person.name or person.email
        if person.active
        else t.text(N_("former colleague {number}"), number=person.id)
        for person in engine.store.people.everybody()
    }


def _shown(line: AuditLine, names: dict[str, str]) -> Shown:
    entry = line.entry
    return Shown(
        number=line.number,
        at=entry.at,
        by=names.get(entry.by, entry.by),
        action=entry.action,
        subject=names.get(entry.subject, entry.subject) if person_of_mark(entry.subject) else entry.subject,
        text=entry.text,
    )
