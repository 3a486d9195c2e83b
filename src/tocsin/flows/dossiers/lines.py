"""Captures and entries of custody as lines of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.base.person import MARK
from tocsin.evidence.corroborate.values import TieStrength
from tocsin.evidence.values import EntryKind
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.seal import WANTED
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.moments import Reader
from tocsin.legal.grounds import load_grounds
from tocsin.legal.packs import load_packs
from tocsin.store.evidence.rows import HOUSE, CaptureRow, CaptureState, EntryRow, Stamped

TIES = "corroboration.json"
_GONE = ("gone", "refused", "failed")
_KINDS = {
    EntryKind.CAPTURE: N_("Page captured and sealed"),
    EntryKind.ACCESS: N_("Looked at"),
    EntryKind.EXPORT: N_("Exported"),
    EntryKind.NOTE: N_("Note"),
    EntryKind.DELETION: N_("Content erased; its seal stays"),
    EntryKind.STAMP: N_("Time-stamps added"),
    EntryKind.REFUSAL: N_("Capture refused"),
}
# What flows write as the words of a note is a code and a value; people's own notes are words.
_HOUSE = {
    "capture": N_("Capture {what} put in"),
    "closed": N_("Closed; kept until {what}"),
    "reopened": N_("Opened again"),
    "erased": N_("Content of the dossier erased"),
    "ground": N_("Ground chosen: {what}"),
    "dropped": N_("Ground dropped: {what}"),
    "clock": N_("Deadline told: {what}"),
    "stopped": N_("Deadline stopped: {what}"),
    "letter": N_("Letter sent: {what}"),
    "answered": N_("Letter answered: {what}"),
}


class Note(msgspec.Struct, frozen=True):
    """Something to say of a capture; loud when a person ought to see it."""

    said: str
    is_loud: bool = False


class CaptureLine(msgspec.Struct, frozen=True, kw_only=True):
    """A capture as a line. seal: full, half, none or broken, which draws its mark; seal_said: the same in words."""

    row: CaptureRow
    title: str
    at: datetime | None
    seal: str
    seal_said: str
    notes: tuple[Note, ...] = ()


class CustodyLine(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log. words: of a note, "" where there are none."""

    index: int
    at: datetime
    said: str
    who: str
    words: str = ""


class _TieCount(msgspec.Struct):
    """What is read of a line of the file of ties."""

    strength: TieStrength


class _Ties(msgspec.Struct):
    """What is read of the file of ties."""

    ties: list[_TieCount] = []


def capture_lines(
    engine: Engine, rows: Sequence[CaptureRow], reader: Reader, *, ties: bool = False
) -> tuple[CaptureLine, ...]:
    """Return captures as lines. ties: say also how many of their passages are tied to an answer (reads a file each)."""
    return tuple(_line(engine, row, reader, ties) for row in rows)


def custody_lines(entries: Sequence[EntryRow], names: Mapping[int, str], t: Translator) -> tuple[CustodyLine, ...]:
    """Return entries of the log as lines, newest first. names: of people, by their number."""
    return tuple(_custody(one, names, t) for one in sorted(entries, key=lambda one: -one.index))


def _custody(one: EntryRow, names: Mapping[int, str], t: Translator) -> CustodyLine:
    code, _, what = one.words.partition("=")
    of_house = one.kind is EntryKind.NOTE and code in _HOUSE and (bool(what) or code == one.words)
    told = t.text(_HOUSE[code], what=_named(what, t)) if of_house else t.text(_KINDS[one.kind])
    return CustodyLine(
        index=one.index,
        at=one.at,
        said=" ".join(part for part in (told, one.capture) if part),
        who=who_said(one.who, names, t),
        words="" if of_house else one.words,
    )


def _named(what: str, t: Translator) -> str:
    """Return the name of the ground or rule that a code of the house ends with; the code itself where it has none."""
    code = what.rpartition(" ")[2]
    ground, rule = load_grounds().by_id.get(code), load_packs().rules.get(code)
    found = ground.name if ground else rule.name if rule else None
    return found.say(t.language) if found else code


def who_said(mark: str, names: Mapping[int, str], t: Translator) -> str:
    """Return how a page names who did something: a colleague, a former one, tocsin itself, or the command line."""
    number = mark.removeprefix(MARK)
    if mark.startswith(MARK) and number.isdigit():
        return names.get(int(number)) or t.text(N_("former colleague {number}"), number=number)
    return t.text(N_("tocsin, by itself")) if mark == HOUSE else mark


def tie_counts(engine: Engine, row: CaptureRow) -> tuple[int, int] | None:
    """Return (passages tied whole, passages) of a capture; None where nothing tells."""
    if not row.folder:
        return None
    vault = engine.store.evidence.vault
    try:
        found = dict(vault.paths(row.folder)).get(TIES)
        ties = msgspec.json.decode(found.read_bytes(), type=_Ties).ties if found else []
    except (OSError, msgspec.DecodeError):
        return None
    return (sum(1 for tie in ties if tie.strength is TieStrength.WHOLE), len(ties)) if ties else None


def _line(engine: Engine, row: CaptureRow, reader: Reader, with_ties: bool) -> CaptureLine:
    t = reader.t
    stamps = engine.store.evidence.tokens(row.index) if row.index is not None else []
    seal, said = _seal(row, stamps, t)
    notes = [*_difference(row, t), *_doubts(row, reader)]
    counts = tie_counts(engine, row) if with_ties else None
    if row.index is not None:
        told = t.text(N_("log no. {n}"), n=reader.count(row.index))
        if counts:
            tied = t.text(N_("{n} of {all} passages tied"), n=counts[0], all=counts[1])
            told = t.text(N_("{first}, {second}"), first=told, second=tied)
        notes.insert(0, Note(told))
    title = row.title or t.text(N_("A page without a title"))
    return CaptureLine(
        row=row, title=title, at=row.ended_at or row.started_at, seal=seal, seal_said=said, notes=tuple(notes)
    )


def _seal(row: CaptureRow, stamps: Sequence[Stamped], t: Translator) -> tuple[str, str]:
    if row.erased_at is not None:
        return "none", t.text(N_("Content erased, the seal stays"))
    if not row.is_robot:
        return "broken", t.text(N_("Out of the chain: brought by a person"))
    if row.state is CaptureState.FAILED:
        return "broken", t.text(N_("Not captured"))
    if row.state in (CaptureState.QUEUED, CaptureState.RUNNING):
        return "none", t.text(N_("Waits for the robot") if row.state is CaptureState.QUEUED else N_("Being captured"))
    if len(stamps) >= WANTED:
        return "full", t.plural("Sealed, {n} time-stamp", "Sealed, {n} time-stamps", len(stamps))
    if stamps:
        return "half", t.text(N_("Sealed, a second time-stamp is awaited"))
    return "half", t.text(N_("Sealed here, time-stamp awaited"))


def _difference(row: CaptureRow, t: Translator) -> list[Note]:
    change = row.difference
    found = []
    if row.outcome in _GONE and not change.gone:
        found.append(Note(t.text(N_("the page did not answer")), True))
    if change.gone:
        found.append(Note(t.text(N_("the page is gone")), True))
    if change.back:
        found.append(Note(t.text(N_("the page is back")), True))
    if change.title_before is not None:
        found.append(Note(t.text(N_("title changed")), True))
    if change.added or change.removed:
        lines = t.text(N_("{added} lines more, {removed} less"), added=change.added, removed=change.removed)
        found.append(Note(lines, True))
    return found


def _doubts(row: CaptureRow, reader: Reader) -> list[Note]:
    t = reader.t
    found = []
    if row.is_doubtful:
        found.append(Note(t.text(N_("its time is doubtful: no time server confirmed the clock")), True))
    if row.error:
        found.append(Note(t.text(row.error, **row.error_params), True))
    if row.state is CaptureState.AWAITING_STAMP and row.next_at is not None:
        found.append(Note(t.text(N_("next try at {time}"), time=reader.clock(row.next_at))))
    return found
