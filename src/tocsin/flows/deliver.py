"""Deliver: do the outbox's actions after commit; an alert is told twice rather than never."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.errors import SourceError
from tocsin.flows.engine import Engine
from tocsin.flows.letter import Letter, write_letter
from tocsin.net.send import send_apprise, send_mail
from tocsin.store.rows import OutboxItem

RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=6))
AT_ONCE = 50


class Delivered(msgspec.Struct, kw_only=True):
    """How many actions were done, and how many will be tried again."""

    done: int = 0
    failed: int = 0


def deliver(engine: Engine, now: datetime) -> Delivered:
    """Carry out what the outbox of `live` holds; what fails is tried again later, ever more rarely."""
    report = Delivered()
    for item in engine.store.outbox_claim(now, AT_ONCE):
        try:
            _send(engine, item, now)
        except SourceError as error:
            wait = RETRY[min(item.tries, len(RETRY) - 1)]
            engine.store.outbox_failed(item.id, str(error), now + wait, permanent=error.permanent)
            report.failed += 1
        else:
            engine.store.outbox_done(item.id, now)
            report.done += 1
    return report


def _send(engine: Engine, item: OutboxItem, now: datetime) -> None:
    body: Mapping[str, Any] = msgspec.json.decode(item.body)
    alert = engine.store.alert(str(body["alert"]))
    letter = _letter(engine, alert)
    channel, _, target = item.action.partition(":")
    if channel == "mail":
        send_mail(engine.settings, letter.mail_to(target, now))
    elif channel == "apprise":
        urls = engine.settings.notify_urls
        if not target.isdigit() or int(target) >= len(urls):
            raise SourceError(
                "The notification address number {number} is no longer among the settings.",
                permanent=True,
                number=target,
            )
        send_apprise([urls[int(target)]], letter.subject, letter.text, allow_hosts=engine.settings.allow_hosts)
    else:
        raise SourceError("There is no way to send {action!r}.", permanent=True, action=item.action)


def _letter(engine: Engine, alert: Alert) -> Letter:
    surge = engine.store.surge(alert.subject)
    posts = engine.store.alert_posts(alert, limit=3)
    brand = engine.store.brand(alert.brand)
    return write_letter(alert, surge, posts, brand, engine.settings.language)
