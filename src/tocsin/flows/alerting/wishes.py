"""Change who is told: rules of levels, the order of call, the week on call, holidays and absences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.routing import DAY_MIN, Dated, Level, Routing, Rule, Turn, When
from tocsin.flows.correct import Hand
from tocsin.flows.engine import Engine
from tocsin.store.rows import AuditEntry

LONGEST_WAIT_MIN = DAY_MIN
LONGEST_GATHER_MIN = 60
MOST_TURNS = 50
_LONGEST_DAYS = 366
_T = TypeVar("_T")


def set_rules(engine: Engine, hand: Hand, rules: dict[Level, Rule], gather_min: int) -> None:
    """Keep the rule of each level given, and how long what follows is gathered. Raises InputError, ConflictError."""
    for level, rule in rules.items():
        if not 0 <= rule.wait_min <= LONGEST_WAIT_MIN:
            raise InputError("{minutes} minutes are outside 0 (never) to 1440 (a day).", minutes=rule.wait_min)
        if level in (Level.ALARM, Level.DANGER) and rule.when is When.PAGE:
            raise InputError("An alarm is always told: choose at once, or with the summary.")
    if not 0 <= gather_min <= LONGEST_GATHER_MIN:
        raise InputError("Alerts are gathered for 0 to 60 minutes, not for {minutes}.", minutes=gather_min)
    settled = {level.value: _settled(level, rule) for level, rule in rules.items()}
    _change(engine, hand, lambda old: msgspec.structs.replace(old, **settled, gather_min=gather_min))


def set_order(engine: Engine, hand: Hand, order: Sequence[int]) -> None:
    """Keep in which order people are called; () for owners, then managers. Raises InputError, ConflictError."""
    _check_there(engine, hand.brand, order)
    _change(engine, hand, lambda old: msgspec.structs.replace(old, order=tuple(dict.fromkeys(order))))


def add_turn(engine: Engine, hand: Hand, turn: Turn) -> None:
    """Add weekly hours on call. Raises InputError, ConflictError."""
    _check_there(engine, hand.brand, [turn.person])
    if not turn.days or not set(turn.days) <= set(range(7)):
        raise InputError("Choose at least one day of the week.")
    if not (0 <= turn.start < DAY_MIN and 0 <= turn.end < DAY_MIN):
        raise InputError("Hours on call begin and end between 0:00 and 23:59.")

    def added(old: Routing) -> Routing:
        if len(old.turns) >= MOST_TURNS:
            raise InputError("The week holds {most} lines at most; take one away first.", most=MOST_TURNS)
        return msgspec.structs.replace(old, turns=(*old.turns, turn))

    _change(engine, hand, added)


def add_dated(engine: Engine, hand: Hand, dated: Dated, today: date) -> None:
    """Add days on which somebody is on call instead of the week, or away; what is over goes. Raises InputError."""
    _check_there(engine, hand.brand, [dated.person])
    if dated.last < dated.first or (dated.last - dated.first).days > _LONGEST_DAYS:
        raise InputError("The last day, {last}, must lie after the first, within a year.", last=dated.last)
    if dated.last < today:
        raise InputError("The days until {last} are over; choose days to come.", last=dated.last)

    def added(old: Routing) -> Routing:
        kept = tuple(one for one in old.dated if one.last >= today)
        if len(kept) >= MOST_TURNS:
            raise InputError("There are {most} dated lines at most; take one away first.", most=MOST_TURNS)
        return msgspec.structs.replace(
            old, dated=tuple(sorted((*kept, dated), key=lambda one: (one.first, one.last, one.person)))
        )

    _change(engine, hand, added)


def remove_turn(engine: Engine, hand: Hand, turn: Turn) -> None:
    """Take weekly hours away; nothing happens when they are gone already."""
    _change(engine, hand, lambda old: msgspec.structs.replace(old, turns=_without(old.turns, turn)))


def remove_dated(engine: Engine, hand: Hand, dated: Dated) -> None:
    """Take dated days away; nothing happens when they are gone already."""
    _change(engine, hand, lambda old: msgspec.structs.replace(old, dated=_without(old.dated, dated)))


def _settled(level: Level, rule: Rule) -> Rule:
    """A watch wakes nobody and is not escalated, whatever a form says."""
    return msgspec.structs.replace(rule, wakes=False, wait_min=0) if level is Level.WATCH else rule


def _without(values: tuple[_T, ...], gone: _T) -> tuple[_T, ...]:
    return tuple(one for one in values if one != gone)


def _check_there(engine: Engine, brand: str, people: Sequence[int]) -> None:
    there = {member.person.id for member in engine.store.people.members(brand)}
    if not set(people) <= there:
        raise InputError("Somebody who was named has no role for this brand any more; choose again.")


def _change(engine: Engine, hand: Hand, changed: Callable[[Routing], Routing]) -> None:
    kept = engine.store.alerting.routing(hand.brand)
    new = changed(kept.routing)
    if new == kept.routing:
        return
    engine.store.alerting.save_routing(hand.brand, new, kept.version)
    engine.store.note_audit(AuditEntry(at=hand.at, by=hand.person.mark, action="alerts.routing", subject=hand.brand))
