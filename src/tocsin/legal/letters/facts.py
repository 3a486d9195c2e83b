"""What a letter is written from: facts that people and captures gave, read from a TOML file or from a dossier."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.graduated import Credibility, Persistence

_MOST_BYTES = 1024 * 1024


class Sender(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs. natural_person: a person in their own name, not for a company; None where nobody said."""

    name: str = ""
    role: str = ""
    organisation: str = ""
    registration: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    natural_person: bool | None = None


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom. kind: platform, publisher, journalist, ngo, union, whistleblower, reviewer; some draw a warning."""

    name: str = ""
    role: str = ""
    address: str = ""
    email: str = ""
    kind: str = ""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A content. details: what else identifies it (account, number of a message). form: writing, sounds, images.

    first_online: the day it was first there. passages: its words, as they stand. length_chars: of the whole text.
    self_service_reply: whether its readers can answer beside it by themselves; None for not known.
    """

    url: str = ""
    title: str = ""
    author: str = ""
    details: str = ""
    form: str = ""
    first_online: dt.date | None = None
    passages: tuple[str, ...] = ()
    length_chars: int | None = None
    self_service_reply: bool | None = None

    def __post_init__(self) -> None:
        """Keep the day of an instant, by the clock it was written with."""
        if isinstance(self.first_online, dt.datetime):
            msgspec.structs.force_setattr(self, "first_online", self.first_online.date())


class CaptureRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A capture as a letter names it. digest: SHA-256 of its manifest. log_index: its place in the log."""

    number: str = ""
    url: str = ""
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    digest: str = ""
    log_index: int | None = None


class GroundRef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ground that a person chose. passage: which words it is for, "" for all of them."""

    id: str
    name: str = ""
    article: str = ""
    passage: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a platform decided."""

    reference: str = ""
    taken_on: dt.date | None = None
    said: str = ""


class Reach(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many people saw it, None for not known; how far its author is believed, how long it stays in sight."""

    people: int | None = None
    credibility: Credibility = Credibility.USUAL
    persistence: Persistence = Persistence.USUAL


class SecondPerson(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who else wants this step, and why."""

    name: str = ""
    reason: str = ""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people wrote for this letter; each kind asks for some of them.

    explanation: why, in facts. designation: where the sender is named or designated. reply: the text to publish.
    error, correction: what is not so, and what is. demands, evidence, enclosures: one a line. harm: what it did.
    doubt: why a review is doubted. answer: what is answered to a review. contact: where to go on in private.
    account: the true account. search_name: the name that is searched. measures: what a judge is asked to order.
    court: which court. domicile: the one elected. counsel: who acts. right: mark, number, class.
    domain, technique: of a phishing site. need: why the measure is needed before any trial.
    """

    explanation: str = ""
    designation: str = ""
    reply: str = ""
    error: str = ""
    correction: str = ""
    demands: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    enclosures: tuple[str, ...] = ()
    harm: str = ""
    doubt: str = ""
    answer: str = ""
    contact: str = ""
    account: str = ""
    search_name: str = ""
    measures: tuple[str, ...] = ()
    court: str = ""
    domicile: str = ""
    counsel: str = ""
    right: str = ""
    domain: str = ""
    technique: str = ""
    need: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that is known for a letter; what is not known stays empty and shows as a gap.

    date: of the letter. reply_by: until when an answer is asked for. good_faith: the sender states in good faith that
    the notice is accurate and complete. prepared_by: who wrote the draft, besides whom a second person is wanted.
    """

    date: dt.date | None = None
    place: str = ""
    reference: str = ""
    brand: str = ""
    good_faith: bool = False
    reply_by: dt.date | None = None
    prepared_by: str = ""
    sender: Sender = Sender()
    recipient: Recipient = Recipient()
    items: tuple[Item, ...] = ()
    captures: tuple[CaptureRef, ...] = ()
    grounds: tuple[GroundRef, ...] = ()
    decision: Decision = Decision()
    reach: Reach = Reach()
    second: SecondPerson = SecondPerson()
    words: Words = Words()


def read_facts(content: bytes, name: str) -> Facts:
    """Return the facts of a TOML file. name: of the file, for errors.

    Raises InputError for what is no TOML, for a name that is not known, for a value of another kind.
    """
    if len(content) > _MOST_BYTES:
        raise InputError("{file} is larger than 1 MB; a letter is written from less.", file=name)
    try:
        told = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(
            "{file} is not UTF-8 text (byte {place}). Save it as UTF-8.", file=name, place=error.start
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError("{file} is not TOML: {error}. Mend that line.", file=name, error=error) from error
    try:
        facts = msgspec.convert(_days(told), Facts)
    except msgspec.ValidationError as error:
        problem, _, place = str(error).partition(" - at `$.")
        raise InputError(
            "{file}, {place}: {problem}. Mend or remove it; tocsin letter show KIND lists the facts.",
            file=name,
            place=place.rstrip("`") or "top",
            problem=problem.replace("`", "'"),
        ) from error
    _check(facts, name)
    return facts


def _days(told: dict[str, Any]) -> dict[str, Any]:
    """The table with the day of each `first_online` that was written as an instant."""
    items = told.get("items")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("first_online"), dt.datetime):
            item["first_online"] = item["first_online"].date()
    return told


def _check(facts: Facts, name: str) -> None:
    """Raise InputError for what has the right form and makes no sense."""
    for place, item in enumerate(facts.items, 1):
        if item.length_chars is not None and item.length_chars < 1:
            raise InputError("{file}, items {place}: length_chars counts letters, from 1.", file=name, place=place)
    if facts.reach.people is not None and facts.reach.people < 0:
        raise InputError("{file}: reach.people counts people, from 0.", file=name)
    for place, capture in enumerate(facts.captures, 1):
        for at in (capture.started_at, capture.ended_at):
            if at is not None and at.tzinfo is None:
                raise InputError(
                    "{file}, captures {place}: {at} has no time zone; write 2026-06-12T09:31:00+02:00.",
                    file=name,
                    place=place,
                    at=at.isoformat(),
                )
