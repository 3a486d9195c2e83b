"""Fill the words of a template with facts: what is known in its place, what is not as a visible gap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tocsin.legal.letters.dates import say_day, say_instant
from tocsin.legal.letters.facts import Facts
from tocsin.legal.letters.kinds import Block, load_labels
from tocsin.legal.letters.values import Paragraph, Piece, Role

Scope = Mapping[str, Any]

_FIELD = re.compile(r"\{([a-z_]+(?:\.[a-z_]+)*)\}")
_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_GAP = {"fr": "[à compléter : {label}]", "en": "[to be filled in: {label}]"}
_LISTS = {"items": "item", "captures": "capture", "grounds": "ground"}


def fill(block: Block, facts: Facts, language: str) -> list[Paragraph]:
    """Return the paragraphs that a block becomes: one, one for each of its list, or none."""
    if block.when and not any(known(name, {"": facts}) for name in block.when.split("|")):
        return []
    if block.unless and any(known(name, {"": facts}) for name in block.unless.split("|")):
        return []
    if not block.each:
        return _paragraphs(block, {"": facts}, language)
    values = listed(block.each, facts)
    if not values and block.needed:
        return [Paragraph(role=block.role, pieces=(_gap(block.each, language),))]
    name = _LISTS.get(block.each, "line")
    filled: list[Paragraph] = []
    for number, value in enumerate(values, 1):
        filled += _paragraphs(block, {"": facts, name: value, "number": number}, language)
        if block.passages:
            filled += _passages(value, language)
    return filled


def known(name: str, scope: Scope) -> bool:
    """Return whether a field, or at least one member of a list, is known."""
    return bool(value_of(name, scope))


def listed(name: str, facts: Facts) -> Sequence[Any]:
    """Return the members of a list of facts, such as `items` or `words.demands`, empty lines left out."""
    members: Sequence[Any] = value_of(name, {"": facts}) or ()
    return [member for member in members if not isinstance(member, str) or member.strip()]


def value_of(name: str, scope: Scope) -> Any:
    """Return what a dotted name stands for, None where nothing is known.

    Raises KeyError for a name that no fact has: a mistake in a template, never in the facts.
    """
    first, _, rest = name.partition(".")
    value = scope[first] if first in scope else _attribute(scope[""], first)
    for part in rest.split(".") if rest else ():
        value = _attribute(value, part)
    if isinstance(value, str):
        value = value.strip("\n") if value.strip() else None
    return None if value is False else value


def in_facts(field: str) -> str:
    """Return the name of a field as a file of facts has it: the url of an item stands in `items`."""
    first, dot, rest = field.partition(".")
    return f"{first}s{dot}{rest}" if first in _LISTS.values() else field


def _attribute(value: Any, name: str) -> Any:
    if name not in getattr(value, "__struct_fields__", ()):
        raise KeyError(f"no fact is called {name}")
    return getattr(value, name)


def _paragraphs(block: Block, scope: Scope, language: str) -> list[Paragraph]:
    """The block as one paragraph; none where it held an optional part alone and that was left out."""
    words = _OPTIONAL.sub(
        lambda found: found[1] if all(known(field, scope) for field in _FIELD.findall(found[1])) else "",
        block.fr if language == "fr" else block.en,
    )
    pieces: list[Piece] = []
    at = 0
    for found in _FIELD.finditer(words):
        pieces += _words(words[at : found.start()], language)
        value = value_of(found[1], scope)
        pieces.append(_gap(found[1], language) if value is None else Piece(text=_say(value, language), field=found[1]))
        at = found.end()
    pieces += _words(words[at:], language)
    return [Paragraph(role=block.role, pieces=tuple(pieces))] if any(piece.text.strip() for piece in pieces) else []


def _passages(item: Any, language: str) -> list[Paragraph]:
    return [
        Paragraph(role=Role.PASSAGE, pieces=(Piece(text=passage, field="item.passages"),))
        for passage in item.passages
        if passage.strip()
    ] or [Paragraph(role=Role.PASSAGE, pieces=(_gap("item.passages", language),))]


def _gap(field: str, language: str) -> Piece:
    label = load_labels()[in_facts(field)].by(language)
    return Piece(text=typeset_spaces(_GAP[language].format(label=label), language), field=field, missing=True)


def _say(value: Any, language: str) -> str:
    """A value in words. An instant keeps the offset it was given with."""
    if isinstance(value, datetime):
        return say_instant(value, language)
    if isinstance(value, date):
        return say_day(value, language)
    return str(value)


def _words(text: str, language: str) -> list[Piece]:
    return [Piece(text=typeset_spaces(text, language))] if text else []


_BEFORE = re.compile(r" (?=[:;!?%»€])")
_AFTER = re.compile(r"(?<=«) ")
_NUMBERED = re.compile(r"\b(articles?|art\.|no|n°|M\.|Mme|Article|s\.|section) (?=[\dLRDA])")


def typeset_spaces(text: str, language: str) -> str:
    """Return words of ours with the no-break spaces that their language wants; words of others are never given here."""
    text = _NUMBERED.sub("\\1\u00a0", text)
    if language != "fr":
        return text
    return _AFTER.sub("\u00a0", _BEFORE.sub("\u00a0", text))
