"""Tell: open what the outbox keeps, say whether it is the hour for it, and send what leaves together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.errors import NotFoundError, SourceError
from tocsin.base.person import Person
from tocsin.base.routing import Level
from tocsin.flows.alerting.channels import open_channel
from tocsin.flows.alerting.route import LOUDNESS, bare_way
from tocsin.flows.alerting.team import level_of
from tocsin.flows.engine import Engine
from tocsin.flows.letters.alert import Told, write_alert
from tocsin.flows.letters.letter import Letter, recipient
from tocsin.flows.people.told import quiet_until
from tocsin.net.send import send_apprise, send_mail
from tocsin.store.alerting.rounds import read_body
from tocsin.store.alerting.rows import TellingBody
from tocsin.store.rows import OutboxItem

WAITING = (AlertState.OPEN, AlertState.SNOOZED)
_KINDS = ("mail", "phone", "apprise", "none")
_HOUSE_NIGHT = (22, 7)  # a service of the settings is nobody's phone for sure: it sleeps as the brand does


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One action of the outbox that tells an alert. person: None for an address of the settings that is nobody's."""

    item: OutboxItem
    alert: Alert
    body: TellingBody
    way: str
    person: Person | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the alert still waits for somebody."""
        return self.alert.state in WAITING

    @property
    def wakes(self) -> bool:
        """Whether it passes through quiet hours."""
        is_loud = level_of(self.alert) in (Level.ALARM, Level.DANGER)
        return is_loud if self.body.wakes is None else self.body.wakes


def is_telling(item: OutboxItem) -> bool:
    """Return whether an action tells an alert; letters and digests do not."""
    return bare_way(item.action).partition(":")[0] in _KINDS


def open_telling(engine: Engine, item: OutboxItem) -> Telling | None:
    """Return what an action is to tell, None when its alert is no longer kept."""
    body = read_body(item.body, item.event)
    try:
        alert = engine.store.alert(body.alert)
    except NotFoundError:
        return None
    way = bare_way(item.action)
    kind, _, address = way.partition(":")
    people = engine.store.people
    person = people.person(body.person) if body.person else None
    if person is None and kind == "mail":
        person = people.by_email(address)
    return Telling(item=item, alert=alert, body=body, way=way, person=person)


def postponed_until(engine: Engine, telling: Telling, now: datetime) -> datetime | None:
    """Return until when a telling waits: its alert is put off, or its person sleeps; None when it leaves now."""
    alert = telling.alert
    if alert.state is AlertState.SNOOZED and alert.snoozed_until is not None and alert.snoozed_until > now:
        return alert.snoozed_until
    if telling.wakes:
        return None
    if telling.person is not None or not telling.way.startswith("apprise:"):
        return quiet_until(telling.person, now)
    return _house_morning(now, ZoneInfo(engine.store.brand(alert.brand).time_zone))


def sealed(engine: Engine, group: Sequence[Telling]) -> Sequence[Telling]:
    """Return tellings that leave as one message, the loudest first, and keep which they are.

    A message that is tried again after a crash holds the same alerts under the same Message-ID.
    """
    ordered = sorted(group, key=lambda one: (-LOUDNESS[level_of(one.alert)], one.alert.at, one.alert.id))
    if len(ordered) == 1 or ordered[0].body.lead:
        return ordered
    lead = ordered[0].alert.id
    named = [msgspec.structs.replace(one, body=msgspec.structs.replace(one.body, lead=lead)) for one in ordered]
    engine.store.alerting.set_bodies((one.item.id, one.body) for one in named)
    return named


def send_together(engine: Engine, group: Sequence[Telling], now: datetime) -> None:
    """Send one message for tellings of one brand by one way. Raises as `send_mail` and `send_apprise`."""
    first = group[0]
    kind, _, address = first.way.partition(":")
    if kind == "mail":
        send_mail(engine.settings, _letter(engine, group, address).mail_to(address, now))
        return
    if kind == "phone":
        url = open_channel(engine, int(address))
        letter = _letter(engine, group, first.person.email if first.person else "", with_picture=False)
        send_apprise([url], letter.subject, letter.short, allow_hosts=engine.settings.allow_hosts)
        return
    if kind == "none":
        raise SourceError("{who} has no channel by which to be told.", permanent=True, who=_name(first))
    urls = engine.settings.notify_urls
    if not address.isdigit() or int(address) >= len(urls):
        raise SourceError(
            "The notification address number {number} is no longer among the settings.", permanent=True, number=address
        )
    letter = _letter(engine, group, "", with_picture=False)
    send_apprise([urls[int(address)]], letter.subject, letter.text, allow_hosts=engine.settings.allow_hosts)


def _letter(engine: Engine, group: Sequence[Telling], address: str, *, with_picture: bool = True) -> Letter:
    first = group[0]
    to = recipient(engine, engine.store.brand(first.alert.brand), address)
    others = {one.alert.id: one.alert for one in group if one.alert.id != first.alert.id}
    told = Told(
        others=tuple(others.values()),
        step=first.body.step,
        is_copy=first.body.is_copy,
        name=first.body.lead or first.alert.id,
    )
    return write_alert(engine, first.alert, to, told, with_picture=with_picture)


def _name(telling: Telling) -> str:
    return (telling.person.name or telling.person.email) if telling.person else telling.way


def _house_morning(now: datetime, zone: ZoneInfo) -> datetime | None:
    dusk, dawn = _HOUSE_NIGHT
    local = now.astimezone(zone)
    if dawn <= local.hour < dusk:
        return None
    morning = local.replace(hour=dawn, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning = (morning + timedelta(days=1)).replace(hour=dawn)
    return morning.astimezone(now.tzinfo)
