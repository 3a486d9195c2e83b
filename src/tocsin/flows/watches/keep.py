"""Save a watch, switch it off and on again, choose the budget of alarms: each leaves a line in the audit trail."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.brand import AlarmBudget, Brand, Watch
from tocsin.base.errors import ConflictError, InputError
from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.watches.precision import label_subject
from tocsin.screen.query import Query, parse_query
from tocsin.store.rows import AuditEntry

LEAST_ALARMS, MOST_ALARMS = 0.25, 8.0
LONGEST_NAME = 200
LEAST_WATCHES, MOST_WATCHES = 1.0, 60.0


class By(msgspec.Struct, frozen=True):
    """Who does it, and when."""

    person: Person
    now: datetime


def check_watch(watch: Watch) -> Query:
    """Return the query of a watch that may be saved. Raises QueryError, InputError."""
    query = parse_query(watch.query)
    if query.needs_reading:
        raise InputError(
            "kind: with a kind of mention, such as complaint, is only known after a post was read, so that a watch "
            "cannot ask for it; search with it instead."
        )
    if query.is_unanchored:
        raise InputError("This query names no word to look for, so that it would bring nearly every post; add one.")
    if not watch.name.strip():
        raise InputError("The watch has no name; give it one.")
    if not 0 <= watch.danger_severity <= 100:
        raise InputError("The threshold of danger {value} is outside 0 to 100.", value=watch.danger_severity)
    if watch.private_person and not watch.ground.strip():
        raise InputError("A watch of a private person needs a written ground; say why it is lawful.")
    return query


def save_watch(engine: Engine, watch: Watch, number: int | None, by: By) -> int:
    """Store a new watch, or the one of that number under its name; return its number. Raises as `check_watch`.

    Raises ConflictError when another watch in use bears the name.
    """
    check_watch(watch)
    known = {kept.watch.name: kept for kept in engine.store.watching.watches(watch.brand)}
    same = known.get(watch.name)
    if number is None and same is not None and same.is_on:
        raise ConflictError("There is already a watch named {name!r}; give this one another name.", name=watch.name)
    engine.store.save_watch(watch)
    _audit(engine, by, "watch.save", f"{watch.brand}/{watch.name}", watch.query)
    return next(kept.number for kept in engine.store.watching.watches(watch.brand) if kept.watch.name == watch.name)


def switch_off(engine: Engine, brand: str, number: int, by: By) -> Watch:
    """Stop a watch; what it caught stays. Return it. Raises NotFoundError."""
    watch = engine.store.watching.watch(brand, number).watch
    engine.store.delete_watch(brand, watch.name)
    _audit(engine, by, "watch.off", f"{brand}/{watch.name}")
    return watch


def switch_on(engine: Engine, brand: str, number: int, by: By) -> Watch:
    """Use a watch again. Return it. Raises NotFoundError."""
    watch = engine.store.watching.switch_on(brand, number)
    _audit(engine, by, "watch.on", f"{brand}/{watch.name}")
    return watch


def rename_watch(engine: Engine, brand: str, number: int, name: str, by: By) -> Watch:
    """Give a watch another name; return it as it was. Its mentions and ticks stay with it; links go on leading there.

    Raises NotFoundError, InputError for no name, ConflictError for one that another watch bears or bore.
    """
    before = engine.store.watching.watch(brand, number).watch
    name = _tidy(name)
    if name != before.name:
        subjects = (label_subject(brand, before.name), label_subject(brand, name))
        engine.store.watching.rename(brand, number, name, subjects)
        _audit(engine, by, "watch.rename", f"{brand}/{name}", f"{before.name} → {name}")
    return before


def rename_brand(engine: Engine, slug: str, name: str, by: By) -> Brand:
    """Give a brand another shown name; return it as it was. Its addresses and its watches' queries stay.

    Raises NotFoundError, InputError for no name, ConflictError for the name of another brand.
    """
    before = engine.store.brand(slug)
    name = _tidy(name)
    if any(other.slug != slug and name in (other.name, other.slug) for other in engine.store.brands()):
        raise ConflictError("There is already a brand named {name!r}; choose another name.", name=name)
    if name != before.name:
        engine.store.save_brand(msgspec.structs.replace(before, name=name))
        _audit(engine, by, "brand.rename", slug, f"{before.name} → {name}")
    return before


def save_budget(engine: Engine, brand: Brand, budget: AlarmBudget, by: By) -> Brand:
    """Store how many false alarms a month the brand accepts; return the brand as it is now. Raises InputError."""
    if not LEAST_ALARMS <= budget.alarms_per_month <= MOST_ALARMS:
        raise InputError(
            "{value} alarms a month is outside {least} to {most}.",
            value=budget.alarms_per_month,
            least=LEAST_ALARMS,
            most=MOST_ALARMS,
        )
    if not LEAST_WATCHES <= budget.watches_per_month <= MOST_WATCHES:
        raise InputError(
            "{value} watches a month is outside {least} to {most}.",
            value=budget.watches_per_month,
            least=LEAST_WATCHES,
            most=MOST_WATCHES,
        )
    changed = msgspec.structs.replace(engine.store.brand(brand.slug), budget=budget)
    engine.store.save_brand(changed)
    text = f"{budget.alarms_per_month:g} alarms, {budget.watches_per_month:g} watches a month"
    _audit(engine, by, "brand.budget", brand.slug, text)
    return changed


def _tidy(name: str) -> str:
    tidy = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not tidy:
        raise InputError("The name is empty; write one.")
    if len(tidy) > LONGEST_NAME:
        raise InputError(
            "A name has at most {most} letters; this one has {length}.", most=LONGEST_NAME, length=len(tidy)
        )
    return tidy


def _audit(engine: Engine, by: By, action: str, subject: str, text: str = "") -> None:
    entry = AuditEntry(at=by.now, by=by.person.mark, action=action, subject=subject, text=text)
    engine.store.note_audit(entry)
