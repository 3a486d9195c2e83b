"""Deliver: do the outbox's actions after commit; an alert is told twice rather than never."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.base.alert import AlertState
from tocsin.base.errors import SourceError, TocsinError
from tocsin.flows.engine import Engine
from tocsin.flows.letters.alert import write_alert
from tocsin.flows.letters.digest import send_digest
from tocsin.flows.letters.letter import recipient
from tocsin.flows.people.letters import send_letter
from tocsin.flows.people.told import quiet_until
from tocsin.net.send import send_apprise, send_mail
from tocsin.store.rows import OutboxItem

RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=6))
AT_ONCE = 50
QUIET_LEVEL = "watch"  # waits for the end of a person's quiet hours; alarms and dangers always go


class Delivered(msgspec.Struct, kw_only=True):
    """How many actions were done, how many will be tried again, and how many wait for the morning."""

    done: int = 0
    failed: int = 0
    later: int = 0


def deliver(engine: Engine, now: datetime) -> Delivered:
    """Carry out what the outbox of `live` holds; what fails is tried again later, ever more rarely."""
    report = Delivered()
    for item in engine.store.outbox_claim(now, AT_ONCE):
        try:
            morning = _send(engine, item, now)
        except TocsinError as error:
            # A setting to mend holds back this action, not those behind it.
            permanent = isinstance(error, SourceError) and error.permanent
            wait = RETRY[min(item.tries, len(RETRY) - 1)]
            engine.store.outbox_failed(item.id, str(error), now + wait, permanent=permanent)
            report.failed += 1
            continue
        if morning is not None:
            engine.store.outbox_later(item.id, morning)
            report.later += 1
        else:
            engine.store.outbox_done(item.id, now)
            report.done += 1
    return report


def _send(engine: Engine, item: OutboxItem, now: datetime) -> datetime | None:
    """Do one action; return None when it is done, or the instant before which its person wants quiet."""
    body: Mapping[str, Any] = msgspec.json.decode(item.body)
    channel, _, target = item.action.partition(":")
    if channel == "letter":
        send_letter(engine, target, body, item.event, now)
        return None
    if channel == "digest":
        return send_digest(engine, int(target), body, item.event, now)
    alert = engine.store.alert(str(body["alert"]))
    if channel == "mail" and alert.level == QUIET_LEVEL:
        morning = quiet_until(engine.store.people.by_email(target), now)
        if morning is not None:
            return morning
        if alert.state is not AlertState.OPEN:
            return None  # it waited for the morning, and somebody took it up meanwhile
    brand = engine.store.brand(alert.brand)
    if channel == "mail":
        letter = write_alert(engine, alert, recipient(engine, brand, target))
        send_mail(engine.settings, letter.mail_to(target, now))
    elif channel == "apprise":
        urls = engine.settings.notify_urls
        if not target.isdigit() or int(target) >= len(urls):
            raise SourceError(
                "The notification address number {number} is no longer among the settings.",
                permanent=True,
                number=target,
            )
        letter = write_alert(engine, alert, recipient(engine, brand, ""), with_picture=False)
        send_apprise([urls[int(target)]], letter.subject, letter.text, allow_hosts=engine.settings.allow_hosts)
    else:
        raise SourceError("There is no way to send {action!r}.", permanent=True, action=item.action)
    return None
