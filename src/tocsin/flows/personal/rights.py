"""What a person who was heard may ask: what is held of them, a copy, to be erased, to be heard no more."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.kind import Kind
from tocsin.base.person import Person
from tocsin.flows.correct import Hand
from tocsin.flows.engine import Engine
from tocsin.flows.moments import Reader
from tocsin.flows.personal.archive import author_archive
from tocsin.flows.personal.keep import ERASED, WIPED
from tocsin.store.people.audit import AuditScope
from tocsin.store.personal.rows import FoundAuthor, Holding, ObjectionRow
from tocsin.store.rows import AuditEntry, MentionRow
from tocsin.store.upkeep.erase import ErasureReport

_NEWEST = 20
MOST_FOUND = 25
_LONGEST_NOTE = 500
# What says that somebody may have broken the law: shown here alone, to the owner and to counsel, one author at a time.
OFFENCES = (
    Kind.INSULT,
    Kind.DEFAMATION,
    Kind.DENIGRATION,
    Kind.THREAT,
    Kind.IMPERSONATION,
    Kind.FAKE_REVIEW,
    Kind.DISINFORMATION,
    Kind.LEAK,
)


class AuthorPage(msgspec.Struct, frozen=True, kw_only=True):
    """One author with what is held of them. foreign: other brands that heard them, closed to the reader.

    offences: mentions of the brand by the kind the first reading proposed; nobody has judged them.
    """

    held: Holding
    newest: tuple[MentionRow, ...]
    offences: tuple[tuple[str, int], ...]
    foreign: tuple[str, ...]


class Sought(msgspec.Struct, frozen=True):
    """Accounts found. is_partial: handles and names were looked at from their beginning on alone."""

    authors: tuple[FoundAuthor, ...] = ()
    is_partial: bool = False


def find_authors(engine: Engine, brand: Brand, words: str, platform: str, *, inside: bool = False) -> Sought:
    """Return the accounts heard of a brand whose handle or name begins with the words, or (inside) holds them.

    Where accounts are few, all are looked at inside as well.
    """
    personal = engine.store.personal
    anywhere = inside or personal.has_few()
    found = personal.find(brand.slug, words[:200], platform, MOST_FOUND, inside=anywhere)
    return Sought(tuple(found), not anywhere and len(found) < MOST_FOUND)


def author_page(engine: Engine, brand: Brand, number: int, person: Person) -> AuthorPage:
    """Return an author. Raises NotFoundError, for one heard of other brands alone too."""
    held = engine.store.personal.holding(brand.slug, number)
    rows = engine.store.personal.newest(brand.slug, number, _NEWEST)
    roles = engine.store.people.roles(person.id)
    return AuthorPage(
        held=held,
        newest=tuple(engine.store.stream.mentions(rows)),
        offences=tuple((kind.value, held.kinds[kind.value]) for kind in OFFENCES if kind.value in held.kinds),
        foreign=tuple(slug for slug in held.brands if slug not in roles),
    )


def erase(engine: Engine, brand: Brand, number: int, typed: str, hand: Hand) -> ErasureReport:
    """Erase an author everywhere, once their handle was typed; list what stays. Note who did, without their name.

    The tables hold nothing of them at once; the files are written anew in the coming night, by the worker.

    Raises InputError when what was typed is not the handle, or when other brands that the person may not enter hold
    posts of them.
    """
    page = author_page(engine, brand, number, hand.person)
    author = page.held.author
    if typed.strip().removeprefix("@") != author.handle:
        raise InputError("{typed!r} is not the handle of this account. Nothing was erased.", typed=typed)
    if page.foreign:
        raise InputError("Other brands hold posts of this account too. Ask the owner of the installation to erase it.")
    report = engine.store.personal.erase(author.platform, author.handle, hand.at, hand.person.mark)
    told = "; ".join(f"{what} {rows}" for what, rows in sorted(report.erased.items()) if rows)
    _note(engine, hand, ERASED, "author", told)
    return report


def object_to(engine: Engine, brand: Brand, number: int, note: str, hand: Hand) -> int:
    """Hear an author no more, from now on; return the number of the objection. Raises ConflictError, InputError."""
    if len(note) > _LONGEST_NOTE:
        raise InputError(
            "A note has at most {most} letters; this one has {length}.", most=_LONGEST_NOTE, length=len(note)
        )
    author = engine.store.personal.holding(brand.slug, number).author
    new = ObjectionRow(
        id=0,
        brand=brand.slug,
        platform=author.platform,
        handle=author.handle,
        note=note.strip(),
        by=hand.person.mark,
        at=hand.at,
    )
    made = engine.store.personal.object_to(new)
    _note(engine, hand, "personal.objection", str(made))
    return made


def lift(engine: Engine, brand: Brand, number: int, hand: Hand) -> ObjectionRow:
    """Hear an author again. Raises NotFoundError, ConflictError for one that was erased since."""
    row = engine.store.personal.lift(brand.slug, number, hand.at)
    _note(engine, hand, "personal.lifted", str(number))
    return row


def hand_over(engine: Engine, brand: Brand, number: int, hand: Hand, reader: Reader) -> tuple[str, bytes]:
    """Return (file name, ZIP archive) of all that is held of an author; note that it was handed over.

    Raises NotFoundError, and InputError when brands that the person may not enter hold posts of them too.
    """
    page = author_page(engine, brand, number, hand.person)
    if page.foreign:
        raise InputError("Other brands hold posts of this account too. Ask the owner of the installation to export it.")
    archive = author_archive(engine.store.personal.hand_over(number), page.held, reader, hand.at)
    # The trail names no author: it outlives an erasure.
    _note(engine, hand, "personal.exported", "author")
    return f"tocsin-{hand.at:%Y-%m-%d}-{number % 100_000:05}.zip", archive


def _note(engine: Engine, hand: Hand, action: str, subject: str, text: str = "") -> None:
    engine.store.note_audit(
        AuditEntry(at=hand.at, by=hand.person.mark, action=action, subject=f"{hand.brand}:{subject}", text=text)
    )


def done(engine: Engine, brand: Brand, limit: int = 20) -> list[tuple[datetime, str, str, str]]:
    """Return what was done of this room for a brand: (when, by whom, what, words), newest first."""
    found = [
        (line.entry.at, line.entry.by, line.entry.action, line.entry.text)
        for action in ACTIONS
        for line in engine.store.people.audit(AuditScope(action=action, limit=limit * 5))
        if line.entry.subject.startswith(f"{brand.slug}:")
    ]
    return sorted(found, reverse=True)[:limit]


ACTIONS = (ERASED, WIPED, "personal.exported", "personal.lifted", "personal.objection", "personal.kept")
