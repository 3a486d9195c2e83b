"""Invite somebody, let them join, give a new password: by a link that is good once, and not for long."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.base.person import Person, Role
from tocsin.base.seam import LIVE, Delivery, OutboxRow
from tocsin.base.settings import Settings
from tocsin.flows.engine import Engine
from tocsin.flows.people.audit import note
from tocsin.flows.people.tries import Tries
from tocsin.store.people.rows import LinkPurpose, LinkRow, Wish
from tocsin.store.secret.password import check_strength, hash_password
from tocsin.store.secret.seal import Seal

INVITED_FOR = timedelta(days=7)
FIRST_OWNER_FOR = timedelta(hours=48)
PASSWORD_FOR = timedelta(hours=2)
HANDED_OVER_FOR = timedelta(days=1)  # a link that an owner hands over by themselves, by telephone or on paper
LOCAL_ADDRESS = "http://127.0.0.1:8474"
_PATHS = {LinkPurpose.JOIN: "join", LinkPurpose.PASSWORD: "password", LinkPurpose.EMAIL: "address"}
_EMAIL = re.compile(r"[^@\s\"<>(),:;\\[\]]+@(?:[^@\s.\"<>(),:;\\\[\]]+\.)*[^@\s.\"<>(),:;\\\[\]]+")
_LONGEST_EMAIL = 110  # the outbox names channels in 120
_LONGEST_NAME = 120


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to let in, as what: roles by brand slug, or owner of everything."""

    email: str
    name: str = ""
    language: str = "fr"
    is_owner: bool = False
    roles: Mapping[str, Role] = {}


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an invitation: the token of the link to hand over, "" for a person who had an account already.

    is_mailed: the link also leaves by mail.
    """

    token: str = ""
    is_mailed: bool = False


class Joining(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of themselves when they join."""

    name: str
    password: str
    language: str = "fr"
    time_zone: str = "Europe/Paris"


def can_mail(settings: Settings) -> bool:
    """Return whether letters can leave this installation."""
    return bool(settings.smtp_host and settings.mail_from)


def link_address(settings: Settings, purpose: LinkPurpose, token: str) -> str:
    """Return the address to open in a browser."""
    return f"{settings.web_address or LOCAL_ADDRESS}/{_PATHS[purpose]}/{token}"


def invite(
    engine: Engine, wish: Invitation, by: str, now: datetime, *, good_for: timedelta = INVITED_FOR, mail: bool = True
) -> Invited:
    """Invite somebody; a person who has an account gets the roles at once. by: mark of who invites.

    Raises InputError for an address that is none, ConflictError for a disabled account.
    """
    email = checked_email(wish.email)
    known = engine.store.people.by_email(email)
    if known is not None:
        return _welcome_back(engine, known, wish, by, now)
    token = secrets.token_urlsafe(32)
    granted = Wish(name=_tidy(wish.name), language=wish.language, is_owner=wish.is_owner, roles=dict(wish.roles))
    link = LinkRow(purpose=LinkPurpose.JOIN, email=email, wish=granted, by=by, made_at=now, ends_at=now + good_for)
    number = engine.store.people.save_link(token, link)
    note(engine, by, "invite", f"invitation:{number}", now, text=email)
    is_mailed = mail and can_mail(engine.settings)
    if is_mailed:
        post_letter(engine, "join", {"to": email, "sealed": Seal(engine.settings.data_dir).close(token, "letter")})
    return Invited(token=token, is_mailed=is_mailed)


def invitation_of(engine: Engine, token: str, now: datetime) -> LinkRow | None:
    """Return the invitation of a token if it is still good, or None."""
    return engine.store.people.open_link(token, LinkPurpose.JOIN, now)


def join(engine: Engine, token: str, joining: Joining, now: datetime) -> Person:
    """Make the account that an invitation promises. Raises NotFoundError for a link that is used, ended or unknown."""
    link = invitation_of(engine, token, now)
    if link is None:
        raise link_no_longer_good()
    name = _tidy(joining.name)
    if not name:
        raise InputError("Write your name, as your colleagues call you.")
    check_strength(joining.password, (name, link.email))
    new = Person(
        id=0,
        email=link.email,
        name=name,
        language=joining.language,
        time_zone=joining.time_zone,
        is_owner=link.wish.is_owner,
    )
    person = engine.store.people.join(link, new, hash_password(joining.password), now)
    if person is None:
        raise link_no_longer_good()
    note(engine, person.mark, "join", f"invitation:{link.id}", now)
    return person


def take_back(engine: Engine, number: int, by: str, now: datetime) -> None:
    """Take an invitation back. Raises NotFoundError if it was taken, or is not there."""
    if not engine.store.people.drop_link(number):
        raise NotFoundError("This invitation is no longer there: it was taken, or taken back.")
    note(engine, by, "invite_taken_back", f"invitation:{number}", now)


def ask_new_password(engine: Engine, email: str, address: str, now: datetime) -> int:
    """Note that somebody asks for a new password; return the seconds to wait if that is too often, else 0.

    Whether the account exists is looked up when the letter is written, so that nothing here tells it.
    """
    wait_s = Tries(engine, f"password {email}", address).begin(now)
    if not wait_s and can_mail(engine.settings) and _is_email(email):
        post_letter(engine, "password", {"to": email.strip().lower()})
    return wait_s


def password_link(
    engine: Engine, person: Person, by: str, now: datetime, *, good_for: timedelta = HANDED_OVER_FOR
) -> str:
    """Return the token of a link with which a person chooses a new password; the old one stays good until then.

    Raises ConflictError for a disabled account.
    """
    if not person.active:
        raise ConflictError("{name} no longer has access. Enable the account first.", name=person.name or person.email)
    token = secrets.token_urlsafe(32)
    engine.store.people.save_link(
        token,
        LinkRow(
            purpose=LinkPurpose.PASSWORD,
            email=person.email,
            person=person.id,
            by=by,
            made_at=now,
            ends_at=now + good_for,
        ),
    )
    note(engine, by, "password_link", person.mark, now)
    return token


def password_link_of(engine: Engine, token: str, now: datetime) -> LinkRow | None:
    """Return the link to a new password if it is still good, or None."""
    return engine.store.people.open_link(token, LinkPurpose.PASSWORD, now)


def renew_password(engine: Engine, token: str, password: str, now: datetime) -> Person:
    """Set the password of a link's account and end its sessions. Raises NotFoundError for a link no longer good."""
    people = engine.store.people
    link = password_link_of(engine, token, now)
    person = people.person(link.person) if link is not None and link.person is not None else None
    if link is None or person is None or not person.active:
        raise link_no_longer_good()
    check_strength(password, (person.name, person.email))
    if not people.renew_password(link, hash_password(password), now):
        raise link_no_longer_good()
    note(engine, person.mark, "password", person.mark, now)
    return person


def checked_email(email: str) -> str:
    """Return an address in lower case. Raises InputError for one that is none."""
    if not _is_email(email):
        raise InputError("{email!r} is not a mail address; write one such as alice@example.org.", email=email)
    return email.strip().lower()


def _is_email(email: str) -> bool:
    tidy = email.strip()
    return len(tidy) <= _LONGEST_EMAIL and _EMAIL.fullmatch(tidy) is not None and tidy.isprintable()


def _welcome_back(engine: Engine, known: Person, wish: Invitation, by: str, now: datetime) -> Invited:
    if not known.active:
        raise ConflictError("{email} has a disabled account. Enable it instead of inviting anew.", email=known.email)
    engine.store.people.set_roles(known.id, dict(wish.roles))
    if wish.is_owner and not known.is_owner:
        engine.store.people.set_owner(known.id, True)
    said = "owner" if wish.is_owner else ", ".join(f"{slug} {role.value}" for slug, role in sorted(wish.roles.items()))
    note(engine, by, "role", known.mark, now, text=said)
    return Invited()


def post_letter(engine: Engine, letter: str, body: dict[str, str]) -> None:
    """Put a letter into the outbox; it is written when it leaves."""
    row = OutboxRow(
        event=f"letter-{secrets.token_hex(12)}",
        timeline=LIVE,
        action=f"letter:{letter}",
        delivery=Delivery.AT_LEAST_ONCE,
        body=msgspec.json.encode(body),
    )
    engine.store.outbox_put(row)


def _tidy(name: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())[:_LONGEST_NAME]


def link_no_longer_good() -> NotFoundError:
    """Return what is said of a link that opens nothing any more."""
    return NotFoundError("This link is no longer good: it was used, or its time is over. Ask for a new one.")
