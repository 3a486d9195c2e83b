"""Erase what was captured: the content goes, its leaf and the deletion stay in the log; by a person, or in time."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import ConflictError, InputError
from tocsin.evidence.values import Entry, EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import note, own_capture, own_dossier
from tocsin.store.dossiers.rows import DossierState
from tocsin.store.evidence.rows import ALL, HOUSE, CaptureRow, CaptureScope, CaptureState, NewEntry
from tocsin.store.rows import AuditEntry

_BUSY = (CaptureState.RUNNING, CaptureState.RECORDED)


def erase_capture(engine: Engine, brand: str, number: str, by: str, now: datetime) -> CaptureRow:
    """Erase the content of a capture; return what stays of it. Done already is done.

    The entry comes first: killed in between, the files go at the next sweep. Raises ConflictError while a robot is at
    it, NotFoundError.
    """
    one = own_capture(engine, brand, number)
    if one.state in _BUSY:
        raise ConflictError("The capture {number} is being recorded; erase it once it is sealed.", number=number)
    evidence = engine.store.evidence
    if one.erased_at is None:
        digest = one.manifest or evidence.note_digest(one.number)
        entry = Entry(kind=EntryKind.DELETION, at=now, digest=digest, number=one.number, who=by)
        evidence.delete(NewEntry(entry=entry, dossier=one.dossier, capture=one.number))
        subject = f"{one.brand}:{one.number}"
        engine.store.note_audit(AuditEntry(at=now, by=by, action="capture.erased", subject=subject))
    evidence.vault.remove(one.folder)
    return evidence.capture(number)


def erase_dossier(engine: Engine, brand: str, number: str, by: str, now: datetime) -> int:
    """Erase the content of a closed dossier: its captures, notes and letters; return how many captures that was.

    Its number, its entries in the log and the digests they seal stay. Raises InputError for an open one.
    """
    row = own_dossier(engine, brand, number)
    if row.state is not DossierState.CLOSED:
        raise InputError("Close the dossier {number} first; then its content can be erased.", number=number)
    captures = engine.store.evidence.captures(CaptureScope(dossier=number, limit=ALL))
    for one in captures:
        erase_capture(engine, row.brand, one.number, by, now)
    if row.erased_at is None:
        note(engine, number, "erased", by, now)
        engine.store.dossiers.forget(number, now)
        engine.store.note_audit(AuditEntry(at=now, by=by, action="dossier.erased", subject=f"{row.brand}:{number}"))
    return len(captures)


def erase_in_time(engine: Engine, now: datetime) -> int:
    """Erase the closed dossiers whose time is over, as was said when they were closed; return how many."""
    due = engine.store.dossiers.due_to_go(now)
    for row in due:
        erase_dossier(engine, row.brand, row.number, HOUSE, now)
    return len(due)


def erase_words(engine: Engine, brand: str, number: str, index: int, by: str, *, now: datetime) -> bool:
    """Erase the words of a note of a dossier; its entry stays. False when there were none any more."""
    row = own_dossier(engine, brand, number)
    entry = engine.store.evidence.entry(index)
    if entry.dossier != number:
        return False
    gone = engine.store.evidence.erase_words(index)
    if gone:
        subject = f"{row.brand}:{number}:{index}"
        engine.store.note_audit(AuditEntry(at=now, by=by, action="dossier.words_erased", subject=subject))
    return gone
