"""The packs of law, one folder a country, and the rules of time read from them: checked once, then frozen.

`<country>/rules.toml` holds the rules, `vocabulary.toml` the names of events, acts and new publications.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

import msgspec

from tocsin.base.errors import NotFoundError
from tocsin.legal.values import Confidence, Rule, Words

COUNTRIES = ("fr", "eu", "uk", "qc")
STALE_AFTER_DAYS = 365


class Doubt(StrEnum):
    """Why a rule is shown with a mark."""

    STALE = "stale"  # read again more than a year ago
    NOT_SURE = "not_sure"  # its confidence is low
    UNVERIFIED = "unverified"  # its text could not be read


class Named(msgspec.Struct, frozen=True):
    """An event, act or new publication: its name in both languages, and the other spellings taken on input."""

    name: Words
    aliases: tuple[str, ...] = ()


class Flags(msgspec.Struct, frozen=True):
    """Flags of acts: a `good` one that is false, or a `bad` one that is true, is a defect."""

    good: Mapping[str, Named]
    bad: Mapping[str, Named]


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What cases are written with."""

    events: Mapping[str, Named]
    acts: Mapping[str, Named]
    republications: Mapping[str, Named]
    flags: Flags

    def event(self, name: str) -> str | None:
        """Return the event meant by a name or an alias, None for a name that is not known."""
        return _meant(name, self.events)

    def act(self, name: str) -> str | None:
        """Return the kind of act meant, None for one that is not known."""
        return _meant(name, self.acts)

    def republication(self, name: str) -> str | None:
        """Return the kind of new publication meant, None for one that is not known."""
        return _meant(name, self.republications)

    def flag(self, name: str) -> str | None:
        """Return the flag meant, None for one that is not known."""
        return _meant(name, self.flags.good) or _meant(name, self.flags.bad)


class Law(msgspec.Struct, frozen=True):
    """All rules of time by id, in the order of the packs, and the words that cases use."""

    rules: Mapping[str, Rule]
    aliases: Mapping[str, str]  # other id -> id
    words: Vocabulary

    def rule(self, name: str) -> Rule:
        """Return the rule of an id or an alias. Raises NotFoundError with the nearest ids: no rule is guessed."""
        found = self.rules.get(self.aliases.get(name, name))
        if found is not None:
            return found
        near = difflib.get_close_matches(name, [*self.rules, *self.aliases], n=3, cutoff=0.5)
        if near:
            raise NotFoundError("There is no rule {name}; the nearest are {near}.", name=name, near=", ".join(near))
        raise NotFoundError("There is no rule {name}; `tocsin deadline --list` shows those there are.", name=name)


@lru_cache(maxsize=1)
def load_packs() -> Law:
    """Return the law of all packs. Raises ValueError if a pack contradicts itself: a fault of the house."""
    folder = resources.files("tocsin.legal").joinpath("packs")
    words = msgspec.convert(tomllib.loads(folder.joinpath("vocabulary.toml").read_text("utf-8")), Vocabulary)
    texts = (folder.joinpath(country, "rules.toml").read_text("utf-8") for country in COUNTRIES)
    rules = [rule for text in texts for rule in read_rules(text)]
    law = Law({rule.id: rule for rule in rules}, {name: rule.id for rule in rules for name in rule.aliases}, words)
    faults = list(_faults(law, len(rules)))
    if faults:
        raise ValueError("; ".join(faults))
    return law


def read_rules(text: str) -> list[Rule]:
    """Return the rules of one `rules.toml`: what stands under [pack] holds for each, families of acts are filled in.

    Raises msgspec.ValidationError for a field that is missing, unknown or of the wrong type.
    """
    table = tomllib.loads(text)
    acts = _families(table.get("acts", {}))
    again = _families(table.get("republications", {}))
    rules = []
    for one in table["rule"]:
        raw: dict[str, Any] = {**table["pack"], **one}
        raw["acts"] = acts[one["acts"]] if "acts" in one else []
        raw["republications"] = again[one["republications"]] if "republications" in one else []
        rules.append(msgspec.convert(raw, Rule))
    return rules


def doubts_of(rule: Rule, today: date) -> tuple[Doubt, ...]:
    """Return why the rule is shown with a mark on `today`; () for one that is sure and fresh."""
    found = {
        Doubt.STALE: (today - rule.last_checked).days > STALE_AFTER_DAYS,
        Doubt.NOT_SURE: rule.confidence is Confidence.LOW,
        Doubt.UNVERIFIED: not rule.verified,
    }
    return tuple(doubt for doubt, holds in found.items() if holds)


def overdue(law: Law, today: date) -> tuple[Rule, ...]:
    """Return the rules whose `check_before` has passed: somebody has to read their sources again."""
    return tuple(rule for rule in law.rules.values() if today > rule.check_before)


def _meant(name: str, table: Mapping[str, Named]) -> str | None:
    return name if name in table else next((one for one, named in table.items() if name in named.aliases), None)


def _families(tables: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return families by name; one that begins with `from` takes another's members before its own."""
    families: dict[str, list[dict[str, Any]]] = {}
    for name, members in tables.items():
        kinds: dict[str, dict[str, Any]] = {}
        for member in members:
            taken = families[member["from"]] if "from" in member else [member]
            kinds.update({one["kind"]: one for one in taken})
        families[name] = list(kinds.values())
    return families


def _faults(law: Law, count: int) -> Iterator[str]:
    if len(law.rules) != count:
        yield "an id stands twice"
    yield from (f"{name} is an id and an alias" for name in law.aliases if name in law.rules)
    if len(law.aliases) != sum(len(rule.aliases) for rule in law.rules.values()):
        yield "an alias stands twice"
    for rule in law.rules.values():
        starts = (*rule.starts, *rule.fallback, *(rule.cap.starts if rule.cap else ()))
        yield from (f"{rule.id}: no event {name}" for name in starts if name not in law.words.events)
        yield from (f"{rule.id}: no act {act.kind}" for act in rule.acts if act.kind not in law.words.acts)
        flags = law.words.flags.good
        yield from (f"{rule.id}: no flag {flag}" for act in rule.acts for flag in act.needs if flag not in flags)
        yield from (
            f"{rule.id}: no new publication {again.kind}"
            for again in rule.republications
            if again.kind not in law.words.republications
        )
        yield from (f"{rule.id}: no rule {other}" for other in rule.beside if other not in law.rules)
