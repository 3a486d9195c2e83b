"""The second factor: six digits that change every 30 seconds (RFC 6238), and recovery codes for a lost telephone."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import msgspec
import pyotp

from tocsin.base.errors import InputError
from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.people.audit import note
from tocsin.store.secret.seal import Seal

STEP_S = 30
CODES = 10
_LATE_STEPS = 1  # a code typed slowly, or a telephone whose clock is half a minute off
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another
_CODE_LETTERS = 12  # 59 bits


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor to set up. secret: base32, to type by hand. address: what the square code holds. sealed: keep."""

    secret: str
    address: str
    sealed: str


def offer(engine: Engine, person: Person, sealed: str = "") -> Offer:
    """Return a second factor that may be confirmed; the one of `sealed` again, or a new one."""
    seal = Seal(engine.settings.data_dir)
    secret = seal.open(sealed, _offered(person)) if sealed else pyotp.random_base32()
    return Offer(
        secret=secret,
        address=pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="tocsin"),
        sealed=sealed or seal.close(secret, _offered(person)),
    )


def confirm(engine: Engine, person: Person, sealed: str, code: str, now: datetime) -> list[str]:
    """Set the second factor that was offered, and return its recovery codes, which are not shown again.

    Raises InputError if the code is not the one of now.
    """
    seal = Seal(engine.settings.data_dir)
    secret = seal.open(sealed, _offered(person))
    step = _step_of(secret, _digits(code), now)
    if step is None:
        raise InputError("This code is not the one of now. Look at the application and type the next one.")
    codes = _new_codes()
    engine.store.people.set_second_factor(person.id, seal.close(secret, _kept(person)), _plain(codes), step=step)
    note(engine, person.mark, "second_factor_on", person.mark, now)
    return codes


def renew_codes(engine: Engine, person: Person, now: datetime) -> list[str]:
    """Return new recovery codes; the old ones are no longer good."""
    known = engine.store.people.credentials(person.id)
    if known is None or not known.totp_secret:
        raise InputError("There is no second factor yet. Set it up first.")
    codes = _new_codes()
    engine.store.people.set_second_factor(person.id, known.totp_secret, _plain(codes), step=known.totp_step)
    note(engine, person.mark, "recovery_codes", person.mark, now)
    return codes


def take_away(engine: Engine, person: Person, by: str, now: datetime) -> None:
    """Take the second factor away: at the wish of the person, or by an owner when the telephone is lost."""
    engine.store.people.set_second_factor(person.id, "", ())
    note(engine, by, "second_factor_off", person.mark, now)


def is_code(engine: Engine, person: Person, code: str, now: datetime) -> bool:
    """Return whether a code is right, and use it up: neither digits nor a recovery code are taken twice."""
    people = engine.store.people
    digits = _digits(code)
    if len(digits) == 6 and digits.isascii() and digits.isdigit():
        known = people.credentials(person.id)
        if known is None or not known.totp_secret:
            return False
        secret = Seal(engine.settings.data_dir).open(known.totp_secret, _kept(person))
        step = _step_of(secret, digits, now)
        return step is not None and people.take_step(person.id, step)
    return people.take_code(person.id, _plain([code])[0], now)


def _step_of(secret: str, digits: str, now: datetime) -> int | None:
    """Return the step whose code this is, near now, or None."""
    current, totp = int(now.timestamp()) // STEP_S, pyotp.TOTP(secret)
    for step in range(current - _LATE_STEPS, current + _LATE_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), digits.encode()):
            return step
    return None


def _new_codes() -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS)) for _ in range(CODES)]
    return ["-".join(code[start : start + 4] for start in range(0, _CODE_LETTERS, 4)) for code in codes]


def _plain(codes: list[str]) -> list[str]:
    return ["".join(letter for letter in code.casefold() if letter.isalnum()) for code in codes]


def _digits(code: str) -> str:
    return "".join(code.split())


def _offered(person: Person) -> str:
    return f"second_factor_offered:{person.id}"


def _kept(person: Person) -> str:
    return f"second_factor:{person.id}"
