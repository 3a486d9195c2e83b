"""Letters of dossiers: drafted, approved, sent, answered; each step once."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import ConflictError, NotFoundError
from tocsin.base.time import from_ms, to_ms
from tocsin.store import bulk
from tocsin.store.database import Database, Row
from tocsin.store.dossiers.numbers import dossier_id, number_of
from tocsin.store.dossiers.rows import LetterRow, LetterState
from tocsin.store.map import at_or_none, clean

_SELECT = (
    "select l.id, d.year, d.rank, l.kind, l.language, l.subject, l.text, l.facts, l.state, l.needs_second,"
    ' l."by", l.at_ms, l.approved_by, l.approved_ms, l.reason, l.sent_ms, l.answered_ms, l.digest'
    " from store_lawletter l join store_dossier d on d.id = l.dossier"
)


def save(db: Database, letter: LetterRow) -> int:
    """Keep a draft, new (id 0) or over the one there; an approval of before falls. Return its number.

    Raises ConflictError when it was sent.
    """
    given = (
        clean(letter.subject),
        clean(letter.text),
        letter.facts.decode(),
        letter.needs_second,
        letter.by,
        to_ms(letter.at),
    )
    with db.transaction():
        if letter.id:
            sql = (
                'update store_lawletter set subject = %s, text = %s, facts = %s, needs_second = %s, "by" = %s,'
                " at_ms = %s, state = 'draft', approved_by = '', approved_ms = null, reason = ''"
                " where id = %s and dossier = %s and state in ('draft', 'approved')"
            )
            if not db.run(sql, [*given, letter.id, dossier_id(db, letter.dossier)]):
                raise ConflictError("The letter {id} was sent; write another.", id=letter.id)
            return letter.id
        number = bulk.reserve(db, "store_lawletter", 1)[0]
        row = (number, dossier_id(db, letter.dossier), letter.kind, letter.language, *given, "draft", "", "", "")
        # fmt: off
        columns = (
            "id", "dossier", "kind", "language", "subject", "text", "facts", "needs_second", "by", "at_ms", "state",
            "approved_by", "reason", "digest",
        )
        # fmt: on
        bulk.insert(db, "store_lawletter", columns, [row])
    return number


def approve(db: Database, number: int, by: str, at: datetime, reason: str, *, text: str) -> None:
    """Approve a draft of this text. Raises ConflictError when it is none any more, or has another text."""
    sql = (
        "update store_lawletter set state = 'approved', approved_by = %s, approved_ms = %s, reason = %s"
        " where id = %s and state = 'draft' and text = %s"
    )
    _step(db, sql, [by, to_ms(at), clean(reason), number, text], number)


def sent(db: Database, number: int, at: datetime, digest: str, *, text: str) -> None:
    """Note that a letter left with this text. Raises ConflictError when it did, waits, or has another text by now."""
    sql = (
        "update store_lawletter set state = 'sent', sent_ms = %s, digest = %s"
        " where id = %s and (state = 'approved' or (state = 'draft' and not needs_second)) and text = %s"
    )
    _step(db, sql, [to_ms(at), digest, number, text], number)


def answered(db: Database, number: int, at: datetime) -> None:
    """Note that a letter was answered. Raises ConflictError when it was not sent."""
    sql = "update store_lawletter set state = 'answered', answered_ms = %s where id = %s and state = 'sent'"
    _step(db, sql, [to_ms(at), number], number)


def letter(db: Database, number: int) -> LetterRow:
    """Return a letter. Raises NotFoundError."""
    rows = db.rows(f"{_SELECT} where l.id = %s", [number])
    if not rows:
        raise NotFoundError("There is no letter {id}.", id=number)
    return _row(rows[0])


def of_dossier(db: Database, dossier: str) -> list[LetterRow]:
    """Return the letters of a dossier, the first drafted first."""
    return [_row(row) for row in db.rows(f"{_SELECT} where l.dossier = %s order by l.id", [dossier_id(db, dossier)])]


def _step(db: Database, sql: str, params: list[object], number: int) -> None:
    if not db.run(sql, params):
        state = letter(db, number).state
        raise ConflictError("The letter {id} is {state} by now; look at it again.", id=number, state=state.value)


def _row(row: Row) -> LetterRow:
    return LetterRow(
        id=row[0],
        dossier=number_of(row[1], row[2]),
        kind=row[3],
        language=row[4],
        subject=row[5],
        text=row[6],
        facts=row[7].encode(),
        state=LetterState(row[8]),
        needs_second=bool(row[9]),
        by=row[10],
        at=from_ms(row[11]),
        approved_by=row[12],
        approved_at=at_or_none(row[13]),
        reason=row[14],
        sent_at=at_or_none(row[15]),
        answered_at=at_or_none(row[16]),
        digest=row[17],
    )
