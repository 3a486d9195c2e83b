"""The tables of the qualification, read once and checked: signs, their weights for each ground, elements, conflicts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import msgspec

from tocsin.base.errors import InputError
from tocsin.legal.grounds import Source, load_grounds
from tocsin.legal.grounds.file import parse_toml, words
from tocsin.legal.values import Words
from tocsin.screen.features import fold_marked
from tocsin.screen.tables import word_list
from tocsin.screen.tables.inflect import expand
from tocsin.screen.tables.pattern import Lexicon, Rule

LANGUAGES = ("fr", "en")
_CLASS = re.compile(r"<(\w+)>")
_NAMES = ("BRAND", "NUMBER")
_BARS = re.compile(r"\|(?![^{}]*\})")  # those outside braces


class GroundTable(msgspec.Struct, frozen=True):
    """What makes a ground a candidate: sets of signs of which one must be read whole, and weights of signs."""

    needs: tuple[frozenset[str], ...]
    speaks: dict[str, int]
    against: dict[str, int]


class ElementTable(msgspec.Struct, frozen=True):
    """Signs by which an element looks met, half met, or doubtful; ask: only people can know it."""

    met: tuple[str, ...] = ()
    half: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    ask: bool = False


class ConflictTable(msgspec.Struct, frozen=True):
    """A pair of grounds that exclude one another on the same words, and which comes first."""

    between: tuple[str, str]
    first: str
    says: Words
    source: Source


class Tables(msgspec.Struct, frozen=True):
    """All of qualify.toml."""

    even: int
    step: int
    grounds: dict[str, GroundTable]
    elements: dict[str, ElementTable]
    exclusions: dict[str, tuple[str, ...]]
    conflicts: tuple[ConflictTable, ...]
    undone: frozenset[str]
    quotable: frozenset[str]


@cache
def load_tables() -> Tables:
    """Return the tables. Raises InputError where a ground, an element or a sign is named that there is not."""
    table = parse_toml(_text("qualify.toml"), "qualify.toml")
    grounds = load_grounds()
    read = {name: _ground(table["ground"], name) for name in table["ground"]}
    known = load_signs().keys()
    for name, row in read.items():
        grounds.ground(name)
        signs = {*row.speaks, *row.against, *(sign for need in row.needs for sign in need)}
        _check(name, (s for s in signs if not s.startswith("kind.")), known)
    elements = {name: msgspec.convert(row, ElementTable) for name, row in table["element"].items()}
    for name, element in elements.items():
        _check(name, (*element.met, *element.half, *element.doubt), known)
    exclusions = {name: tuple(row) for name, row in table["exclusion"].items()}
    for name, signs_of in exclusions.items():
        _check(name, signs_of, known)
    return Tables(
        even=table["even"],
        step=table["step"],
        grounds=read,
        elements=elements,
        exclusions=exclusions,
        conflicts=tuple(_conflict(row) for row in table["conflict"]),
        undone=frozenset(table["signs"]["undone"]),
        quotable=frozenset(table["signs"]["quotable"]),
    )


@cache
def load_signs() -> dict[str, Words]:
    """Return what each sign says to a person, by its code."""
    table = parse_toml(_text("signs.toml"), "signs.toml")["sign"]
    return {name: words(row, "signs.toml", name) for name, row in table.items()}


@cache
def load_lexicon(language: str) -> Lexicon:
    """Return the patterns of a language; those of both for any other than French and English."""
    languages = (language,) if language in LANGUAGES else LANGUAGES
    common = word_list("stop_fr") | word_list("stop_en")
    rules = [rule for one in languages for rule in _rules(one)]
    return Lexicon({}, {}, rules, common)


def _text(name: str) -> str:
    return (resources.files("tocsin.legal") / "tables" / name).read_text(encoding="utf-8")


def _ground(rows: Mapping[str, Any], name: str) -> GroundTable:
    row = rows[rows[name]["like"]] if "like" in rows[name] else rows[name]
    needs = tuple(frozenset(need.split("+")) for need in row["needs"])
    return GroundTable(needs, dict(row["speaks"]), {_given(sign): weight for sign, weight in row["against"].items()})


def _given(sign: str) -> str:
    return "given.quoted" if sign == "quoted" else sign


def _conflict(row: Mapping[str, Any]) -> ConflictTable:
    grounds = load_grounds()
    one, other = (grounds.ground(name) for name in row["between"])
    pack_sources = {source.id: source for ground in grounds.pack(one.pack).grounds for source in _sources(ground)}
    if row["source"] not in pack_sources:
        raise InputError("qualify.toml: no pack knows the source {source!r}.", source=row["source"])
    says = words(row["says"], "qualify.toml", one.id)
    return ConflictTable((one.id, other.id), row["first"], says, pack_sources[row["source"]])


def _sources(ground: Any) -> Iterator[Source]:
    yield from ground.sources
    for trap in ground.traps:
        yield from trap.sources


def _check(entry: str, signs: Iterator[str] | tuple[str, ...], known: Any) -> None:
    for sign in signs:
        if _given(sign) not in known:
            raise InputError(
                "qualify.toml: {entry!r} names the sign {sign!r}, which signs.toml does not have.",
                entry=entry,
                sign=sign,
            )


def _rules(language: str) -> Iterator[tuple[Rule, list[str]]]:
    classes: dict[str, str] = {}
    for line in _text(f"signs_{language}.tsv").splitlines():
        if not line or line.startswith("# "):
            continue
        sign, _, pattern = line.partition("\t")
        if sign.startswith("="):
            forms = [form for word in pattern.split() for form in _forms(word, language)]
            classes[sign[1:]] = "|".join(dict.fromkeys(forms))
            continue
        ways = [_ways(part, classes, language) for part in pattern.split()]
        for way in product(*ways):
            yield Rule(sign, 0, sign, pattern), [element for elements in way for element in elements]


def _ways(part: str, classes: Mapping[str, str], language: str) -> list[list[str]]:
    """The ways to write one element of a pattern: its single words are one, each phrase (`mot_a_mot`) and name another.

    Classes and forms are written out, as screen/tables writes them; a `?` after any word makes the element optional.
    """
    if part in ("..", "..."):
        return [[part]]
    listed = _BARS.split(_CLASS.sub(lambda found: classes[found[1]], part))
    named = [word.removesuffix("?") for word in listed]
    mark = "?" if any(word.endswith("?") for word in listed) else ""
    forms = [form for word in named if word not in _NAMES and "_" not in word for form in _forms(word, language)]
    ways = [["|".join(dict.fromkeys(forms)) + mark]] if forms else []
    ways += [[word + mark] for word in named if word in _NAMES]
    return ways + [word.split("_") for word in named if "_" in word]


def _forms(word: str, language: str) -> list[str]:
    folded = "".join(part if part in "/{},|" else _plain(part) for part in re.split(r"([/{},|])", word))
    return expand(folded, language)


def _plain(part: str) -> str:
    """Folded, its marks taken out: a hyphenated word of a list is written without its hyphen by whoever lists it."""
    return "".join(fold_marked(part).split())
