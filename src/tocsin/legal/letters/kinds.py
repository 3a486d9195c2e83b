"""The kinds of letters as data: who may send each, what it needs, its words in both languages, its follow-ups."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tocsin.legal.letters.values import LetterKind, Role, Unit


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words in both languages. source: the article they rest on, "" for none."""

    fr: str
    en: str
    source: str = ""

    def by(self, language: str) -> str:
        """Return the words in a language, fr or en."""
        return self.fr if language == "fr" else self.en


class Need(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A fact without which the letter is refused, and the article that asks for it."""

    field: str
    source: str


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A follow-up of a kind: see `values.FollowUp`."""

    id: str
    length: int
    unit: Unit
    start: str
    fr: str
    en: str
    source: str = ""
    rule: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A paragraph of a template. `{field}` is filled in; `[[…]]` is left out where one of its fields is missing.

    each: the list it is repeated for. needed: an empty list shows as a gap. passages: each repetition is followed by
    the passages of that item. when, unless: the field that must, or must not, be known for it to stand there
    (`a|b`: one of them). part: the name of a part that several kinds share, put in its place.
    """

    role: Role = Role.TEXT
    part: str = ""
    fr: str = ""
    en: str = ""
    each: str = ""
    needed: bool = False
    passages: bool = False
    when: str = ""
    unless: str = ""


class Kind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of letter. letterhead: it begins with sender, recipient, place and date, and ends with a signature.

    checks: names of `checks.CHECKS`. warnings, does_not: names of remarks. legal_step: below the threshold of reach
    it wants a second person. public: its text is meant to be read by the public. order: of the list that people see.
    remedies: names of the remedies of the packs that this kind serves. in_french: its addressee takes French alone.
    """

    kind: LetterKind
    order: int
    title: Said
    who: Said
    tone: Said
    needs: tuple[Need, ...] = ()
    checks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    does_not: tuple[str, ...] = ()
    follow_ups: tuple[Step, ...] = ()
    letterhead: bool = True
    legal_step: bool = False
    public: bool = False
    in_french: bool = False
    remedies: tuple[str, ...] = ()
    body: tuple[Block, ...] = ()


@cache
def load_kinds() -> Mapping[LetterKind, Kind]:
    """Return every kind, in the order in which people see them."""
    folder = resources.files("tocsin.legal.letters") / "templates"
    kinds = [msgspec.convert(_toml(f"{kind.value}.toml", folder), Kind) for kind in LetterKind]
    return {kind.kind: kind for kind in sorted(kinds, key=lambda kind: kind.order)}


class Letterhead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands before and after the text of a letter, and the parts that several kinds share."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]
    part: dict[str, tuple[Block, ...]]


@cache
def load_letterhead() -> Letterhead:
    """Return what is common to letters."""
    folder = resources.files("tocsin.legal.letters") / "templates"
    return msgspec.convert(_toml("letterhead.toml", folder), Letterhead)


def blocks_of(form: Kind) -> tuple[Block, ...]:
    """Return all blocks of a kind in the order of reading, shared parts put in their places."""
    head = load_letterhead()
    body = [
        msgspec.structs.replace(inner, when=block.when or inner.when) if block.part else inner
        for block in form.body
        for inner in (head.part[block.part] if block.part else (block,))
    ]
    return (*head.before, *body, *head.after) if form.letterhead else tuple(body)


@cache
def load_labels() -> Mapping[str, Said]:
    """Return what each fact is called."""
    return _said("labels.toml")


@cache
def load_remarks() -> Mapping[str, Said]:
    """Return the warnings, what letters do not do, and the refusals, by code."""
    return _said("remarks.toml")


def _said(name: str) -> Mapping[str, Said]:
    return msgspec.convert(_toml(name, resources.files("tocsin.legal.letters") / "templates"), dict[str, Said])


def _toml(name: str, folder: Any) -> dict[str, Any]:
    return tomllib.loads((folder / name).read_text(encoding="utf-8"))
