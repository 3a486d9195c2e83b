"""Channels: how a person is reached beside their mail; sealed when they come in, and never shown again."""

from __future__ import annotations

from datetime import datetime

from tocsin.base.errors import InputError, NotFoundError, TocsinError
from tocsin.base.person import Person
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import N_, translator
from tocsin.net.send import check_apprise, send_apprise
from tocsin.store.alerting.rows import ChannelRow
from tocsin.store.rows import AuditEntry
from tocsin.store.secret.seal import Seal

_MOST = 5
_LONGEST_LABEL = 80
_LONGEST_URL = 2_000


def add_channel(engine: Engine, person: Person, label: str, url: str, hand: tuple[str, datetime]) -> ChannelRow:
    """Keep a channel of a person. hand: the mark of who adds it, and when.

    Raises InputError on a missing name or too many channels, and as `check_apprise` on an address that is none.
    """
    by, at = hand
    named, address = " ".join(label.split()), url.strip()
    if not 0 < len(named) <= _LONGEST_LABEL:
        raise InputError("Give the channel a name of 1 to 80 letters, such as Phone or Team chat.")
    if len(address) > _LONGEST_URL:
        raise InputError("The address of the channel has {length} letters; 2000 at most.", length=len(address))
    if len(engine.store.alerting.channels(person.id)) >= _MOST:
        raise InputError("A person has {most} channels at most; take one away first.", most=_MOST)
    scheme = check_apprise(address, allow_hosts=engine.settings.allow_hosts)
    sealed = Seal(engine.settings.data_dir).close(address, _purpose(person.id))
    row = engine.store.alerting.add_channel(
        ChannelRow(id=0, person=person.id, label=named, scheme=scheme, sealed=sealed, at=at)
    )
    _note(engine, "channel.add", row, hand=(by, at))
    return row


def remove_channel(engine: Engine, person: int, number: int, hand: tuple[str, datetime]) -> None:
    """Take a channel of a person away. Raises NotFoundError, for one of somebody else too."""
    row = own_channel(engine, person, number)
    engine.store.alerting.remove_channel(number)
    _note(engine, "channel.remove", row, hand=hand)


def own_channel(engine: Engine, person: int, number: int) -> ChannelRow:
    """Return a channel of a person. Raises NotFoundError, for one of somebody else too."""
    row = engine.store.alerting.channel(number)
    if row.person != person:
        raise NotFoundError("There is no channel number {id}; it was taken away.", id=number)
    return row


def try_channel(engine: Engine, row: ChannelRow, now: datetime) -> None:
    """Send a message that says only that messages arrive, and note or forget its fault. Raises as `send_apprise`."""
    person = engine.store.people.person(row.person)
    t = translator(person.language if person else engine.settings.language)
    title = t.text(N_("[tocsin] This is a test: messages arrive"))
    body = t.text(N_("The alerts of your brands will come this way. Nothing is to be done."))
    try:
        send_apprise([open_channel(engine, row.id)], title, body, allow_hosts=engine.settings.allow_hosts)
    except TocsinError as error:
        engine.store.alerting.note_fault(row.action, error, now, is_final=False)
        raise
    engine.store.alerting.forget_fault(row.action)


def open_channel(engine: Engine, number: int) -> str:
    """Return the address of a channel, to send by it. Raises NotFoundError, StoreError without the key."""
    row = engine.store.alerting.channel(number)
    return Seal(engine.settings.data_dir).open(row.sealed, _purpose(row.person))


def _purpose(person: int) -> str:
    return f"channel:{person}"


def _note(engine: Engine, action: str, row: ChannelRow, hand: tuple[str, datetime]) -> None:
    by, at = hand
    engine.store.note_audit(AuditEntry(at=at, by=by, action=action, subject=f"person:{row.person}", text=row.label))
