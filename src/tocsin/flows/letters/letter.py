"""A letter ready to leave, and whom it is for."""

from __future__ import annotations

import base64
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.person import Person, Role
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import translator
from tocsin.flows.moments import Reader
from tocsin.net.send import Inline, Mail
from tocsin.report.letter.page import page
from tocsin.report.letter.plain import plain
from tocsin.report.letter.sheet import Sheet


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a letter is for. person, role: None for an address of the settings, and for services."""

    address: str
    language: str
    zone: ZoneInfo
    person: Person | None = None
    role: Role | None = None

    @property
    def reader(self) -> Reader:
        """Their language and zone."""
        return Reader(translator(self.language), self.zone)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter. message_id: the same at every try. thread: Message-IDs of earlier letters on the same affair.

    short: what a telephone shows of it.
    """

    sheet: Sheet
    message_id: str
    thread: tuple[str, ...] = ()
    list_id: str = ""
    preferences: str = ""
    is_urgent: bool = False
    pictures: tuple[Inline, ...] = ()
    short: str = ""

    @property
    def subject(self) -> str:
        """The subject."""
        return self.sheet.subject

    @property
    def text(self) -> str:
        """The letter as plain text."""
        return plain(self.sheet)

    @property
    def html(self) -> str:
        """The letter as a page."""
        return page(self.sheet)

    def mail_to(self, address: str, at: datetime) -> Mail:
        """Return the mail to one address, dated `at`."""
        return Mail(
            message_id=self.message_id,
            to=(address,),
            subject=self.subject,
            text=self.text,
            html=self.html,
            at=at,
            thread=self.thread,
            list_id=self.list_id,
            preferences=self.preferences,
            is_urgent=self.is_urgent,
            inline=self.pictures,
        )


def recipient(engine: Engine, brand: Brand, address: str) -> Recipient:
    """Return whom an address belongs to; one of nobody known reads the installation's language in the brand's zone."""
    person = engine.store.people.by_email(address)
    if person is None or not person.active:
        return Recipient(address=address, language=engine.settings.language, zone=ZoneInfo(brand.time_zone))
    return Recipient(
        address=address,
        language=person.language,
        zone=ZoneInfo(person.time_zone),
        person=person,
        role=engine.store.people.roles(person.id).get(brand.slug),
    )


def whole_page(letter: Letter) -> str:
    """Return the letter as one page with its pictures inside, to be looked at outside a mailbox."""
    html = letter.html
    for picture in letter.pictures:
        inside = base64.b64encode(picture.content).decode("ascii")
        html = html.replace(f"cid:{picture.cid}", f"data:image/{picture.kind};base64,{inside}")
    return html
