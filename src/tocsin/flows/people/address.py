"""Change the mail address of an account: by its password, confirmed from the new address, told to the old one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import InputError
from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.people.audit import note
from tocsin.flows.people.enter import Answer, Entered, prove
from tocsin.flows.people.links import can_mail, checked_email, link_no_longer_good, post_letter
from tocsin.store.people.rows import LinkPurpose, LinkRow
from tocsin.store.secret.seal import Seal

GOOD_FOR = timedelta(hours=2)


class NewAddress(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: the new mail address, with the present password. asked_from: the IP address that asks."""

    email: str
    password: str
    asked_from: str


def ask_new_address(engine: Engine, person: Person, asked: NewAddress, now: datetime) -> Entered:
    """Send a link to the new address and a warning to the present one; nothing changes before the link is used.

    Whether the new address has an account is looked up when the letter is written, so that nothing here tells it.
    Raises InputError for an address that is none or is the present one, and where no mail can leave.
    """
    email = checked_email(asked.email)
    if email == person.email:
        raise InputError("{email} is your address already. Write the new one.", email=email)
    if not can_mail(engine.settings):
        raise InputError("Mails cannot leave this installation yet, so that no address can be confirmed. Ask an owner.")
    proved = prove(engine, person, asked.password, asked.asked_from, now)
    if proved.answer is not Answer.IN:
        return proved
    token = secrets.token_urlsafe(32)
    link = LinkRow(
        purpose=LinkPurpose.EMAIL, email=email, person=person.id, by=person.mark, made_at=now, ends_at=now + GOOD_FOR
    )
    engine.store.people.save_link(token, link)
    sealed = Seal(engine.settings.data_dir).close(token, "letter")
    post_letter(engine, "email", {"to": email, "sealed": sealed})
    post_letter(engine, "email_told", {"to": person.email, "new": email})
    note(engine, person.mark, "email_asked", person.mark, now)
    return proved


def address_link_of(engine: Engine, token: str, now: datetime) -> LinkRow | None:
    """Return the link to a new address if it is still good, or None."""
    return engine.store.people.open_link(token, LinkPurpose.EMAIL, now)


def take_new_address(engine: Engine, token: str, now: datetime) -> Person:
    """Give the account of a link its new address; links that wait for the old one end. Return the person.

    Raises NotFoundError for a link no longer good, ConflictError if the address got an account meanwhile.
    """
    people = engine.store.people
    link = address_link_of(engine, token, now)
    person = people.person(link.person) if link is not None and link.person is not None else None
    if link is None or person is None or not person.active or not people.change_email(link, now):
        raise link_no_longer_good()
    note(engine, person.mark, "email", person.mark, now)
    post_letter(engine, "email_changed", {"to": person.email, "number": str(person.id)})
    return people.person(person.id) or person
