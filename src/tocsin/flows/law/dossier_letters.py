"""The letters of a dossier: filled in from its facts, kept, read by a second person where one is needed, answered.

Nothing is sent from here: a person sends it, and says so; the log then seals what was sent, and its follow-ups run.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import ConflictError, InputError
from tocsin.base.person import person_of_mark
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.dossiers import note, own_dossier
from tocsin.flows.evidence.request import open_one
from tocsin.flows.law.dossier_clocks import FIRST_ONLINE, first_online, start_clock
from tocsin.legal.count import add_months
from tocsin.legal.grounds import load_grounds
from tocsin.legal.letters.compose import compose
from tocsin.legal.letters.facts import CaptureRef, Facts, GroundRef, Item, SecondPerson
from tocsin.legal.letters.text import plain_text
from tocsin.legal.letters.values import Draft, FollowUp, LetterKind, Unit
from tocsin.legal.packs import load_packs
from tocsin.store.dossiers.rows import ClockRow, LetterRow, LetterState
from tocsin.store.evidence.rows import ALL, CaptureRow, CaptureScope

SECOND = frozenset({"reach_unknown", "reach_low", "second_person_same"})
DECISION = "decision"  # a follow-up that runs from the day of the platform's decision, not from the letter
FOLLOW_UP = "follow_up."  # before the id of a follow-up that no rule of the packs counts
_LONGEST = 60_000


def facts_of_dossier(engine: Engine, number: str, language: str, by: str, now: datetime) -> Facts:
    """Return what a dossier knows for a letter: pages, captures, passages, chosen grounds. People add the rest."""
    row = engine.store.dossiers.dossier(number)
    brand = engine.store.brand(row.brand)
    listed = engine.store.evidence.captures(CaptureScope(dossier=number, limit=ALL))
    captures = [one for one in reversed(listed) if one.index is not None and one.erased_at is None]
    online = first_online(engine, number)
    known = load_grounds()
    chosen = [known.ground(ground.ground) for ground in engine.store.dossiers.grounds(number)]
    return Facts(
        date=now.astimezone(ZoneInfo(brand.time_zone)).date(),
        reference=number,
        brand=brand.name,
        prepared_by=_name(engine, by),
        items=_items(engine, captures, online),
        captures=tuple(
            CaptureRef(
                number=one.number,
                url=one.url,
                started_at=one.started_at,
                ended_at=one.ended_at,
                digest=one.manifest,
                log_index=one.index,
            )
            for one in captures
        ),
        grounds=tuple(
            GroundRef(id=ground.id, name=ground.name.say(language), article=ground.article.say(language))
            for ground in chosen
        ),
    )


def draft_letter(kind: str, language: str, facts: Facts) -> Draft:
    """Return a letter as it stands, with its gaps, warnings and refusals. Raises InputError for an unknown kind."""
    found = next((one for one in LetterKind if one.value == kind), None)
    if found is None:
        raise InputError("There is no letter {kind}; write one of {known}.", kind=kind, known=", ".join(LetterKind))
    return compose(found, facts, language)


def save_letter(
    engine: Engine,
    number: str,
    draft: Draft,
    facts: Facts,
    by: str,
    *,
    now: datetime,
    letter: int = 0,
    text: str = "",
) -> LetterRow:
    """Keep a draft in an open dossier, new (letter 0) or over one that was not sent; an approval of before falls.

    text: as a person changed it, the composed one when "". Raises ConflictError for one that was sent.
    """
    open_one(engine, "", number)
    words = text.strip() or plain_text(draft)
    if len(words) > _LONGEST:
        raise InputError(
            "A letter has at most {most} letters; this one has {length}.", most=_LONGEST, length=len(words)
        )
    row = LetterRow(
        id=letter,
        dossier=number,
        kind=draft.kind.value,
        language=draft.language,
        subject=draft.subject or draft.title,
        text=words,
        facts=msgspec.json.encode(facts),
        needs_second=any(refusal.code in SECOND for refusal in draft.refusals),
        by=by,
        at=now,
    )
    return engine.store.dossiers.letter(engine.store.dossiers.save_letter(row))


def approve_letter(
    engine: Engine, brand: str, letter: int, by: str, reason: str, *, now: datetime, seen: str = ""
) -> LetterRow:
    """Let a letter go as a second person, who says why.

    seen: digest of the text that this person read, "" for the one that is kept. Raises InputError for its own author,
    or without a reason, ConflictError when the text was changed meanwhile.
    """
    row = own_letter(engine, brand, letter)
    if seen and seen != digest_of_text(row):
        raise ConflictError("The letter {id} was changed since you read it; read it again.", id=letter)
    if row.by == by:
        raise InputError("Somebody else than who wrote the letter approves it.")
    if not reason.strip():
        raise InputError("Write why this letter should leave: the reason stays with it.")
    engine.store.dossiers.approve_letter(letter, by, now, reason.strip(), text=row.text)
    return engine.store.dossiers.letter(letter)


def refusals_of(engine: Engine, row: LetterRow) -> tuple[str, ...]:
    """Return why a letter may not leave as it is, in its own language; () when it may, which a person decides."""
    facts = msgspec.json.decode(row.facts, type=Facts)
    if row.approved_by:
        facts = msgspec.structs.replace(
            facts, second=SecondPerson(name=_name(engine, row.approved_by), reason=row.reason)
        )
    return tuple(refusal.text for refusal in draft_letter(row.kind, row.language, facts).refusals)


def mark_sent(engine: Engine, brand: str, letter: int, by: str, now: datetime) -> LetterRow:
    """Note that a person sent a letter: its text is sealed into the log, and its follow-ups begin to run.

    Raises InputError with the first reason why it may not leave, ConflictError when it left already or waits for a
    second person.
    """
    row = own_letter(engine, brand, letter)
    refused = refusals_of(engine, row)
    if row.state in (LetterState.DRAFT, LetterState.APPROVED) and refused:
        raise InputError("This letter may not leave yet: {why}", why=refused[0])
    digest = digest_of_text(row)
    engine.store.dossiers.letter_sent(letter, now, digest, text=row.text)
    note(engine, row.dossier, f"letter={letter} {row.kind}", by, now, digest=digest)
    facts = msgspec.json.decode(row.facts, type=Facts)
    for step in draft_letter(row.kind, row.language, facts).follow_ups:
        if step.start != DECISION:
            _follow(engine, row, step, by, now)
        elif facts.decision.taken_on is not None and step.rule:
            started = {load_packs().rule(step.rule).starts[0]: facts.decision.taken_on.isoformat()}
            start_clock(engine, row.dossier, step.rule, by, now, events=started, letter=row.id)
    return engine.store.dossiers.letter(letter)


def mark_answered(engine: Engine, brand: str, letter: int, by: str, now: datetime) -> LetterRow:
    """Note that a letter was answered; its follow-ups stop. Raises ConflictError when it was not sent."""
    row = own_letter(engine, brand, letter)
    engine.store.dossiers.letter_answered(letter, now)
    for clock in engine.store.dossiers.clocks(row.dossier):
        if clock.letter == letter and clock.ended_at is None:
            engine.store.dossiers.stop_clock(clock.id, now)
    note(engine, row.dossier, f"answered={letter} {row.kind}", by, now)
    return engine.store.dossiers.letter(letter)


def digest_of_text(row: LetterRow) -> str:
    """Return the SHA-256 of the text of a letter, which the log seals when it is sent."""
    return hashlib.sha256(row.text.encode()).hexdigest()


def own_letter(engine: Engine, brand: str, letter: int) -> LetterRow:
    """Return a letter of a brand ("" for any). Raises NotFoundError, for one of another brand too."""
    row = engine.store.dossiers.letter(letter)
    own_dossier(engine, brand, row.dossier)
    return row


def follow_up_text(row: LetterRow, clock: ClockRow) -> str:
    """Return what a follow-up of a letter asks to look at, in the letter's language; "" for one it does not know."""
    steps = draft_letter(row.kind, row.language, Facts()).follow_ups
    return next((step.text for step in steps if clock.rule == f"{FOLLOW_UP}{row.kind}.{step.id}"), "")


def _follow(engine: Engine, row: LetterRow, step: FollowUp, by: str, now: datetime) -> None:
    """Start the clock of a follow-up: by its rule of the packs where it has one, else as a reminder of the house."""
    zone = ZoneInfo(engine.store.brand(engine.store.dossiers.dossier(row.dossier).brand).time_zone)
    today = now.astimezone(zone).date()
    if step.rule:
        rule = load_packs().rule(step.rule)
        event = next((name for name in rule.starts if name != FIRST_ONLINE), rule.starts[0])
        start_clock(engine, row.dossier, rule.id, by, now, events={event: today.isoformat()}, letter=row.id)
        return
    at = now + timedelta(hours=step.length) if step.unit is Unit.HOUR else None
    day = at.astimezone(zone).date() if at else _after(today, step)
    engine.store.dossiers.start_clock(
        ClockRow(
            dossier=row.dossier,
            rule=f"{FOLLOW_UP}{row.kind}.{step.id}",
            letter=row.id,
            event=msgspec.json.encode({"event": {"letter_sent": today.isoformat()}}),
            acts=b"[]",
            term=msgspec.json.encode({"safe_day": day.isoformat()}),
            engine="",
            safe_on=day,
            last_on=day,
            last_at=at,
            by=by,
            at=now,
            computed_at=now,
        )
    )


def _after(day: date, step: FollowUp) -> date:
    return day + timedelta(days=step.length) if step.unit is Unit.DAY else add_months(day, step.length)


def _items(engine: Engine, captures: list[CaptureRow], online: date | None) -> tuple[Item, ...]:
    """The pages of a dossier, each once, as its first capture saw it."""
    first = {one.url: one for one in reversed(captures) if one.is_robot}
    items = []
    for one in sorted(first.values(), key=lambda one: one.number):
        post = engine.store.post(one.platform, one.native_id) if one.native_id else None
        author = (post.author.name or post.author.handle) if post is not None and post.author else ""
        items.append(
            Item(
                url=one.url,
                title=one.title,
                author=author,
                first_online=post.created_at if post else online,
                passages=(post.text,) if post and post.text else (),
                length_chars=len(post.text) if post and post.text else None,
            )
        )
    return tuple(items)


def _name(engine: Engine, mark: str) -> str:
    number = person_of_mark(mark)
    person = engine.store.people.person(number) if number is not None else None
    return (person.name or person.email) if person else mark
