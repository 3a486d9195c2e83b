"""The evidence ladder: on which level a proof stands, why, and what that level proves and does not prove."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from tocsin.base.errors import InputError, NotFoundError
from tocsin.legal.grounds.file import parse_toml, words
from tocsin.legal.values import Words

_FILE = "ladder.toml"
_STAMPS = 2  # authorities that level 3 asks for


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One rung, 1..5, with what it proves, what it does not, and what it is good for."""

    number: int
    name: Words
    proves: tuple[Words, ...]
    not_proves: tuple[Words, ...]
    use: Words


class SwornAgent(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose reports count for some rights alone (`copyright`, `mark`, `consumer`)."""

    id: str
    name: Words
    rights: tuple[str, ...]
    proves: tuple[Words, ...]
    not_proves: tuple[Words, ...]
    note: Words


class Ladder(msgspec.Struct, frozen=True, kw_only=True):
    """The five levels, the sworn agents beside them, and the words of the reasons by their code."""

    levels: tuple[Level, ...]
    agents: tuple[SwornAgent, ...]
    reasons: dict[str, Words]
    last_checked: date
    check_before: date

    def level(self, number: int) -> Level:
        """Return a level by its number. Raises NotFoundError outside 1..5."""
        for level in self.levels:
            if level.number == number:
                return level
        raise NotFoundError("The evidence ladder has no level {number}; it has 1 to 5.", number=number)


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one proof. by_robot: False for a picture that somebody brought.

    authorities: whose valid time-stamps it has, one name each; qualified: those among them that are qualified.
    untied: quoted passages that no recorded answer holds. broken: the check of its seal failed.
    """

    by_robot: bool
    logged: bool = False
    authorities: tuple[str, ...] = ()
    qualified: tuple[str, ...] = ()
    clock_measured: bool = True
    untied: int = 0
    broken: bool = False
    officer_report: bool = False
    judge_order: bool = False


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """Where a proof stands: the level, what brought it there (`reasons`), and what keeps it from more (`lacks`)."""

    level: Level
    reasons: tuple[Words, ...]
    lacks: tuple[Words, ...]


def level_of(proof: Proof) -> Rung:
    """Return the rung of a proof.

    1: brought by a person, or its seal is broken. 2: taken by the robot. 3: also in the log, stamped by two authorities
    or more of which one is qualified. 4: reported by an officer. 5: handed over by order of a judge.
    """
    ladder = load_ladder()
    so = {
        "broken": proof.broken,
        "order": proof.judge_order,
        "officer": proof.officer_report,
        "robot": proof.by_robot,
        "brought": not proof.by_robot,
        "logged": proof.logged,
        "two_stamps": len(set(proof.authorities)) >= _STAMPS,
        "qualified": not set(proof.qualified).isdisjoint(proof.authorities),
    }
    number = _number(so)
    lacks = {
        "broken": proof.broken,
        "not_logged": proof.by_robot and not so["logged"],
        "few_stamps": proof.by_robot and not so["two_stamps"],
        "none_qualified": proof.by_robot and not so["qualified"],
        "clock_unknown": proof.by_robot and not proof.clock_measured,
        "untied": proof.untied > 0,
    }
    reasons = [name for name, is_so in so.items() if is_so and name != "broken"]
    return Rung(
        level=ladder.level(number),
        reasons=tuple(ladder.reasons[name] for name in reasons),
        lacks=tuple(ladder.reasons[name] for name, is_so in lacks.items() if is_so),
    )


@cache
def load_ladder() -> Ladder:
    """Return the ladder, checked. Raises InputError where a text stands in one language only."""
    table = parse_toml((resources.files("tocsin.legal") / "tables" / _FILE).read_text(encoding="utf-8"), _FILE)
    return Ladder(
        levels=tuple(_level(row) for row in table["level"]),
        agents=tuple(_agent(row) for row in table["sworn"]),
        reasons={name: words(row, _FILE, name) for name, row in table["reason"].items()},
        last_checked=table["last_checked"],
        check_before=table["check_before"],
    )


def _number(so: Mapping[str, bool]) -> int:
    if so["order"]:
        return 5
    if so["officer"]:
        return 4
    if so["brought"] or so["broken"]:
        return 1
    return 3 if so["logged"] and so["two_stamps"] and so["qualified"] else 2


def _level(row: Mapping[str, Any]) -> Level:
    entry = f"level {row['number']}"
    return Level(
        number=row["number"],
        name=words(row["name"], _FILE, entry),
        proves=_lines(row["proves"], entry),
        not_proves=_lines(row["not_proves"], entry),
        use=words(row["use"], _FILE, entry),
    )


def _agent(row: Mapping[str, Any]) -> SwornAgent:
    return SwornAgent(
        id=row["id"],
        name=words(row["name"], _FILE, row["id"]),
        rights=tuple(row["rights"]),
        proves=_lines(row["proves"], row["id"]),
        not_proves=_lines(row["not_proves"], row["id"]),
        note=words(row["note"], _FILE, row["id"]),
    )


def _lines(row: Mapping[str, Any], entry: str) -> tuple[Words, ...]:
    french, english = row.get("fr", []), row.get("en", [])
    if not french or len(french) != len(english):
        raise InputError(
            "{file}: {entry!r} has {french} lines in French and {english} in English; write as many.",
            file=_FILE,
            entry=entry,
            french=len(french),
            english=len(english),
        )
    return tuple(words({"fr": fr, "en": en}, _FILE, entry) for fr, en in zip(french, english, strict=True))
