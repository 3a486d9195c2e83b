"""Manage people: roles, ownership, disabled accounts. Every act is noted."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.person import Person, Role
from tocsin.flows.engine import Engine
from tocsin.flows.people.audit import note


def find_person(engine: Engine, number: int) -> Person:
    """Return a person. Raises NotFoundError."""
    found = engine.store.people.person(number)
    if found is None:
        raise NotFoundError("There is no person number {id}.", id=number)
    return found


def find_by_email(engine: Engine, email: str) -> Person:
    """Return the person of an address. Raises NotFoundError."""
    found = engine.store.people.by_email(email)
    if found is None:
        raise NotFoundError("Nobody here has the address {email}. See `tocsin people list`.", email=email)
    return found


def set_role(engine: Engine, number: int, brand: str, role: Role | None, *, by: str, now: datetime) -> None:
    """Give or change the role of a person for a brand; None takes it back. Raises NotFoundError, ConflictError."""
    person = find_person(engine, number)
    if person.is_owner:
        raise ConflictError("{name} is owner of everything. Take the ownership back first.", name=person.name)
    if not person.active:
        raise ConflictError("{name} no longer has access. Enable the account first.", name=person.name or person.email)
    engine.store.people.set_roles(number, {brand: role})
    said = f"{brand} {role.value}" if role else brand
    note(engine, by, "role" if role else "role_taken_back", person.mark, now, text=said)


def set_owner(engine: Engine, number: int, is_owner: bool, *, by: str, now: datetime) -> None:
    """Make a person owner of everything, or no longer. Raises ConflictError for the last owner."""
    person = find_person(engine, number)
    if is_owner and not person.active:
        raise ConflictError("{name} no longer has access. Enable the account first.", name=person.name or person.email)
    engine.store.people.set_owner(number, is_owner)
    note(engine, by, "owner_given" if is_owner else "owner_taken_back", person.mark, now)


def disable(engine: Engine, number: int, *, by: str, now: datetime) -> Person:
    """End the access of a person and their sessions; what they did keeps its author. Raises ConflictError."""
    person = find_person(engine, number)
    engine.store.people.set_active(number, False)
    note(engine, by, "disable", person.mark, now)
    return person


def enable(engine: Engine, number: int, *, by: str, now: datetime) -> Person:
    """Give a disabled account its access back. Raises InputError for one whose name was forgotten."""
    person = find_person(engine, number)
    if not person.name:
        raise InputError("The name of this account was forgotten: it cannot come back. Invite the person anew.")
    engine.store.people.set_active(number, True)
    note(engine, by, "enable", person.mark, now)
    return person


def forget(engine: Engine, number: int, *, by: str, now: datetime) -> None:
    """Take name, address and secrets from a disabled account, for good. Raises ConflictError if it is in use."""
    person = find_person(engine, number)
    engine.store.people.forget(number)
    note(engine, by, "forget", person.mark, now)


def end_sessions(engine: Engine, number: int, *, by: str, now: datetime) -> int:
    """End all sessions of a person; return how many."""
    person = find_person(engine, number)
    ended = engine.store.people.end_sessions(number)
    note(engine, by, "session_ended", person.mark, now, text=str(ended))
    return ended
