"""A letter as a form: which facts people give, what is typed becoming facts again, and the draft beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, Translator
from tocsin.flows.law.dossier_grounds import ground_sheets
from tocsin.flows.law.dossier_letters import draft_letter, facts_of_dossier
from tocsin.legal.letters.compose import fields_of
from tocsin.legal.letters.facts import Facts, GroundRef
from tocsin.legal.letters.kinds import Kind, load_kinds
from tocsin.legal.letters.lint import lint_draft
from tocsin.legal.letters.values import Draft, LetterKind, Level
from tocsin.store.dossiers.rows import DossierRow

LANGUAGES = ("fr", "en")
_LINES = ("words.demands", "words.measures", "words.evidence", "words.enclosures")
_LONG = ("words.", "sender.address", "recipient.address")
_SHORT = ("words.account", "words.domain", "words.court", "words.search_name", "words.domicile")
_DAYS = ("reply_by", "decision.taken_on")
_GIVEN = ("words.", "sender.", "recipient.", "decision.")  # what people write; pages and grounds are the dossier's
_ALWAYS = (
    ("sender.organisation", N_("company")),
    ("sender.role", N_("role of who signs")),
    ("recipient.address", N_("address of the recipient")),
    ("recipient.email", N_("e-mail of the recipient")),
    ("place", N_("place")),
    ("reach.people", N_("how many people saw it, as far as is known")),
)
_PASSAGES = "passages"  # what of the dossier's own facts a person chooses for one letter
_GAP = "gap_left"
_NAMES = re.compile(r"\s*\((?:[a-z]+\.)?[a-z_]+(?: = true)?\)")  # of facts files, which people on a page do not write
_LONGEST = 20_000


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that people give. form: line, text, day, yes or number; name: dotted, of `legal.letters.facts.Facts`."""

    name: str
    label: str
    form: str
    value: str
    is_essential: bool


class KindLine(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of letter in the list. fits: a chosen ground names it among what usually follows."""

    kind: str
    title: str
    who: str
    tone: str
    fits: bool


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """A trap in the words of a draft: the words, and what to know."""

    words: str
    said: str
    source: str
    is_grave: bool


class GroundChoice(msgspec.Struct, frozen=True):
    """A chosen ground of the dossier, and whether this letter rests on it."""

    id: str
    name: str
    is_taken: bool


class LetterForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page: the kind, what is asked of people, the draft as it stands, and the traps in its words."""

    kind: Kind
    title: str
    language: str
    fields: tuple[Field, ...]
    grounds: tuple[GroundChoice, ...]
    passages: str
    draft: Draft
    facts: Facts
    refusals: tuple[str, ...]
    traps: tuple[Trap, ...]


def letter_kinds(engine: Engine, row: DossierRow, t: Translator) -> tuple[KindLine, ...]:
    """Return every kind of letter, those that the chosen grounds usually lead to first."""
    usual = {remedy.id for sheet in ground_sheets(engine, row.number) for remedy in sheet.ground.remedies}
    lines = [
        KindLine(
            kind=kind.kind.value,
            title=kind.title.by(t.language),
            who=kind.who.by(t.language),
            tone=kind.tone.by(t.language),
            fits=bool(usual & set(kind.remedies)),
        )
        for kind in sorted(load_kinds().values(), key=lambda kind: kind.order)
    ]
    return tuple(sorted(lines, key=lambda line: not line.fits))


def letter_form(
    kind: LetterKind, language: str, facts: Facts, t: Translator, *, known: Sequence[GroundRef] = ()
) -> LetterForm:
    """Return the form of a kind on facts: those known fill its fields. known: all grounds chosen for the dossier."""
    draft = draft_letter(kind.value, language, facts)
    traps = tuple(
        Trap(words=one.words, said=one.by(t.language), source=one.source, is_grave=one.weight.value != "note")
        for one in lint_draft(draft, facts)
        if one.code != _GAP  # the draft beside shows each
    )
    found = load_kinds()[kind]
    return LetterForm(
        kind=found,
        title=found.title.by(t.language),
        language=language,
        fields=tuple(_fields(kind, language, facts, t)),
        grounds=tuple(
            GroundChoice(one.id, one.name, any(one.id == taken.id for taken in facts.grounds)) for one in known
        ),
        passages="\n".join(passage for item in facts.items[:1] for passage in item.passages),
        draft=draft,
        facts=facts,
        refusals=tuple(_NAMES.sub("", one.text) for one in draft.refusals),
        traps=traps,
    )


def first_facts(engine: Engine, row: DossierRow, language: str, person: Person, now: datetime) -> Facts:
    """Return what the dossier and the account of who writes already tell."""
    facts = facts_of_dossier(engine, row.number, language, person.mark, now)
    sender = msgspec.structs.replace(
        facts.sender,
        name=facts.sender.name or person.name,
        email=facts.sender.email or person.email,
        organisation=facts.sender.organisation or facts.brand,
    )
    return msgspec.structs.replace(facts, sender=sender)


def facts_given(given: Mapping[str, str], base: Facts) -> Facts:
    """Return facts with what people typed over them, by dotted name. Raises InputError for no day or number."""
    told: dict[str, Any] = msgspec.to_builtins(base)
    for name in {field for kind in LetterKind for field in _asked(kind, "en")}:
        if name in given or _form(name) == "yes":
            _put(told, name, given.get(name, "").strip()[:_LONGEST])
    if _PASSAGES in given and told["items"]:
        told["items"][0]["passages"] = [line.strip() for line in given[_PASSAGES].splitlines() if line.strip()]
    try:
        return msgspec.convert(told, Facts, strict=False)
    except msgspec.ValidationError as error:
        place = str(error).partition("$.")[2].rstrip("`") or "form"
        raise InputError("{place} cannot be read: {error}. Write it anew.", place=place, error=error) from error


def with_grounds(facts: Facts, known: Sequence[GroundRef], wanted: Sequence[str]) -> Facts:
    """Return facts that rest on the wanted ones of the known grounds: one fact, one qualification, is for people."""
    return msgspec.structs.replace(facts, grounds=tuple(one for one in known if one.id in wanted))


def _fields(kind: LetterKind, language: str, facts: Facts, t: Translator) -> list[Field]:
    told = msgspec.to_builtins(facts)
    labels = {one.field: (one.label, one.level) for one in fields_of(kind, t.language)}
    always = {name: t.text(label) for name, label in _ALWAYS}
    found = []
    for name in _asked(kind, language):
        label, level = labels.get(name, (always.get(name, name), Level.OPTIONAL))
        found.append(
            Field(
                name=name,
                label=label,
                form=_form(name),
                value=_value(told, name),
                is_essential=level is Level.ESSENTIAL,
            )
        )
    return found


def _asked(kind: LetterKind, language: str) -> list[str]:
    """The facts of a kind that people give, the essential ones first, then those that any letter may carry."""
    named = [one.field for one in fields_of(kind, language)]
    given = [name for name in named if name.startswith(_GIVEN) or name in ("good_faith", "reply_by")]
    return [*given, *(name for name, _label in _ALWAYS if name not in given)]


def _form(name: str) -> str:
    if name in ("good_faith", "sender.natural_person"):
        return "yes"
    if name in _DAYS:
        return "day"
    if name == "reach.people":
        return "number"
    return "text" if name.startswith(_LONG) and name not in _SHORT else "line"


def _value(told: Mapping[str, Any], name: str) -> str:
    value: Any = told
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    return "" if value is None else "yes" if value is True else "" if value is False else str(value)


def _put(told: dict[str, Any], name: str, text: str) -> None:
    *path, last = name.split(".")
    place = told
    for part in path:
        place = place.setdefault(part, {})
    if name in _LINES:
        place[last] = [line.strip() for line in text.splitlines() if line.strip()]
    elif _form(name) == "yes":
        place[last] = bool(text)
    elif _form(name) in ("day", "number"):
        place[last] = text or None
    else:
        place[last] = text
