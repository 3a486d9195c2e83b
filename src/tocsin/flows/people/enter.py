"""Enter: name and password, then the second factor where there is one. A wrong answer never says what was wrong."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.people.audit import note
from tocsin.flows.people.second_factor import is_code
from tocsin.flows.people.tries import Tries
from tocsin.store.people.rows import Credentials
from tocsin.store.secret.password import hash_password, is_password, needs_renewal

_NOBODY = Credentials(password="", totp_secret="", totp_step=0)


class Answer(StrEnum):
    """How a try to come in ended."""

    IN = "in"
    CODE = "code"  # the password was right; the second factor is asked for
    WRONG = "wrong"
    WAIT = "wait"  # too many wrong answers: this one was not read


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer; `person` only where the password was right. wait_s: seconds, at most 900."""

    answer: Answer
    person: Person | None = None
    wait_s: int = 0


def enter(engine: Engine, email: str, password: str, address: str, now: datetime) -> Entered:
    """Return whether this password opens this account. address: the IP address that asks.

    An account that does not exist, one that is disabled and a wrong password give the same answer after the same work.
    """
    tries = Tries(engine, email, address)
    wait_s = tries.begin(now)
    if wait_s:
        return Entered(answer=Answer.WAIT, wait_s=wait_s)
    people = engine.store.people
    person = people.by_email(email)
    known = people.credentials(person.id if person else 0) or _NOBODY
    right = is_password(password, known.password)
    if person is None or not right:
        note(engine, "", "sign_in_refused", person.mark if person else "", now)
        return Entered(answer=Answer.WRONG)
    tries.succeed()
    if needs_renewal(known.password):
        people.renew_hash(person.id, known.password, hash_password(password))
    if person.has_second_factor:
        return Entered(answer=Answer.CODE, person=person)
    note(engine, person.mark, "sign_in", person.mark, now)
    return Entered(answer=Answer.IN, person=person)


def enter_code(engine: Engine, number: int, code: str, address: str, now: datetime) -> Entered:
    """Return whether this code completes the sign-in of a person whose password was right.

    code: six digits of their application, each taken once; or a recovery code.
    """
    tries = Tries(engine, f"code {number}", address)
    wait_s = tries.begin(now)
    if wait_s:
        return Entered(answer=Answer.WAIT, wait_s=wait_s)
    person = engine.store.people.person(number)
    if person is None or not person.active or not is_code(engine, person, code, now):
        note(engine, "", "sign_in_refused", person.mark if person else "", now)
        return Entered(answer=Answer.WRONG)
    tries.succeed()
    note(engine, person.mark, "sign_in", person.mark, now)
    return Entered(answer=Answer.IN, person=person)


def prove(engine: Engine, person: Person, password: str, address: str, now: datetime) -> Entered:
    """Return whether somebody signed in knows their password: asked before secrets change, counted like a sign-in."""
    tries = Tries(engine, person.email, address)
    wait_s = tries.begin(now)
    if wait_s:
        return Entered(answer=Answer.WAIT, wait_s=wait_s)
    known = engine.store.people.credentials(person.id) or _NOBODY
    if not is_password(password, known.password):
        return Entered(answer=Answer.WRONG)
    tries.succeed()
    return Entered(answer=Answer.IN, person=person)
