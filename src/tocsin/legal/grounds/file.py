"""Read a pack of grounds from its file, and refuse it with one clear sentence where it is not whole."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from tocsin.base.errors import InputError
from tocsin.legal.grounds.values import (
    Aim,
    By,
    Element,
    Exclusion,
    Family,
    Ground,
    Pack,
    Reach,
    Remedy,
    Source,
    SourceKind,
    Target,
    Trap,
)
from tocsin.legal.values import Confidence, Words

_Member = TypeVar("_Member", bound=StrEnum)


def read_remedies(text: str) -> dict[str, Remedy]:
    """Return the remedies of a table by id. Raises InputError."""
    table = parse_toml(text, "remedies.toml").get("remedy", {})
    return {
        name: Remedy(
            id=name, by=_member(By, row.get("by"), "remedies.toml", name), name=words(row, "remedies.toml", name)
        )
        for name, row in table.items()
    }


def read_pack(text: str, remedies: Mapping[str, Remedy], file: str) -> Pack:
    """Return the pack that a file holds.

    Raises InputError naming file and entry: a text in one language only, an id used twice or not defined, a ground
    without elements, sources, or clocks (unless it says why), a date missing.
    """
    table = parse_toml(text, file)
    parts = _Parts(table, remedies, file)
    pack_id = _text(table, "pack", file, "pack")
    grounds = tuple(parts.ground(row, pack_id) for row in table.get("ground", ()))
    twice = {ground.id for ground in grounds if sum(other.id == ground.id for other in grounds) > 1}
    if twice:
        raise InputError("{file}: the ground {ground!r} stands twice; keep one.", file=file, ground=min(twice))
    return Pack(
        id=pack_id,
        title=words(table.get("title"), file, "title"),
        last_checked=parts.last_checked,
        check_before=parts.check_before,
        grounds=grounds,
    )


def parse_toml(text: str, file: str) -> dict[str, Any]:
    """Return a TOML table. Raises InputError naming the file and the place."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError("{file} is not TOML: {error}. Mend the line.", file=file, error=str(error)) from None


def words(row: object, file: str, entry: str) -> Words:
    """Return a text in both languages. Raises InputError where one is missing or empty."""
    given = row if isinstance(row, dict) else {}
    for language in ("fr", "en"):
        if not isinstance(given.get(language), str) or not given[language].strip():
            raise InputError(
                "{file}: {entry!r} has no text in {language}; every text stands in French and English.",
                file=file,
                entry=entry,
                language=language,
            )
    return Words(fr=given["fr"], en=given["en"])


class _Parts:
    """The registers of one file, from which its grounds are put together."""

    def __init__(self, table: Mapping[str, Any], remedies: Mapping[str, Remedy], file: str) -> None:
        self._file = file
        self.last_checked = self._day(table, "last_checked", "pack")
        self.check_before = self._day(table, "check_before", "pack")
        self._remedies = dict(remedies)
        self._sources = self._register(table, "source", self._source)
        self._elements = self._register(table, "element", self._element)
        self._exclusions = self._register(table, "exclusion", self._exclusion)
        self._traps = self._register(table, "trap", self._trap)

    def ground(self, row: Mapping[str, Any], pack: str) -> Ground:
        file = self._file
        name = _text(row, "id", file, "ground")
        if not name.startswith(f"{pack}."):
            raise InputError("{file}: {ground!r} does not begin with {pack}.", file=file, ground=name, pack=f"{pack}.")
        ground = Ground(
            id=name,
            pack=pack,
            name=words(row.get("name"), file, name),
            article=words(row.get("article"), file, name),
            family=_member(Family, row.get("family"), file, name),
            aim=_member(Aim, row.get("aim"), file, name),
            targets=tuple(_member(Target, target, file, name) for target in row.get("targets", ())),
            audience=_member(Reach, row.get("audience"), file, name),
            elements=self._named(self._elements, row, "elements", name),
            who=words(row.get("who"), file, name),
            clocks=tuple(row.get("clocks", ())),
            exclusions=self._named(self._exclusions, row, "exclusions", name),
            traps=self._named(self._traps, row, "traps", name),
            remedies=self._named(self._remedies, row, "remedies", name),
            confidence=_member(Confidence, row.get("confidence"), file, name),
            sources=self._named(self._sources, row, "sources", name),
            last_checked=self._day(row, "last_checked", name) if "last_checked" in row else self.last_checked,
            check_before=self._day(row, "check_before", name) if "check_before" in row else self.check_before,
            no_clock=words(row["no_clock"], file, name) if "no_clock" in row else None,
            unverified=words(row["unverified"], file, name) if "unverified" in row else None,
        )
        for part, given in (("elements", ground.elements), ("sources", ground.sources), ("remedies", ground.remedies)):
            if not given:
                raise InputError("{file}: {ground!r} has no {part}.", file=file, ground=name, part=part)
        if not ground.clocks and ground.no_clock is None:
            raise InputError("{file}: {ground!r} has no clock and does not say why.", file=file, ground=name)
        return ground

    def _register(self, table: Mapping[str, Any], kind: str, read: Callable[[str, Any], Any]) -> dict[str, Any]:
        return {name: read(name, row) for name, row in table.get(kind, {}).items()}

    def _source(self, name: str, row: Mapping[str, Any]) -> Source:
        kind = _member(SourceKind, row.get("kind"), self._file, name)
        return Source(id=name, kind=kind, title=_text(row, "title", self._file, name))

    def _element(self, name: str, row: Mapping[str, Any]) -> Element:
        return Element(
            id=name,
            ask=words(row.get("ask"), self._file, name),
            shows=words(row.get("shows"), self._file, name),
            hint=words(row["hint"], self._file, name) if "hint" in row else None,
        )

    def _exclusion(self, name: str, row: Mapping[str, Any]) -> Exclusion:
        says = words(row.get("says"), self._file, name)
        return Exclusion(id=name, name=words(row.get("name"), self._file, name), says=says)

    def _trap(self, name: str, row: Mapping[str, Any]) -> Trap:
        sources = self._named(self._sources, row, "sources", name)
        return Trap(id=name, says=words(row.get("says"), self._file, name), sources=sources)

    def _named(self, register: Mapping[str, Any], row: Mapping[str, Any], key: str, entry: str) -> tuple[Any, ...]:
        missing = next((name for name in row.get(key, ()) if name not in register), None)
        if missing is not None:
            raise InputError(
                "{file}: {entry!r} names {name!r} among its {part}, which is not defined there.",
                file=self._file,
                entry=entry,
                name=missing,
                part=key,
            )
        return tuple(register[name] for name in row.get(key, ()))

    def _day(self, row: Mapping[str, Any], key: str, entry: str) -> date:
        day = row.get(key)
        if not isinstance(day, date):
            raise InputError(
                "{file}: {entry!r} has no day {key}; write it as 2026-11-22.", file=self._file, entry=entry, key=key
            )
        return day


def _text(row: Mapping[str, Any], key: str, file: str, entry: str) -> str:
    text = row.get(key)
    if not isinstance(text, str) or not text:
        raise InputError("{file}: {entry!r} has no {key}.", file=file, entry=entry, key=key)
    return text


def _member(kind: type[_Member], value: object, file: str, entry: str) -> _Member:
    try:
        return kind(str(value))
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise InputError(
            "{file}: {entry!r} says {value!r}, which is none of {known}.",
            file=file,
            entry=entry,
            value=value,
            known=known,
        ) from None
