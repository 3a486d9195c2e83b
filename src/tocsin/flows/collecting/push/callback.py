"""What a hub says at the callback: its question whether a subscription was meant, and its pushes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import SourceError
from tocsin.collect.feed.websub import Intent, Mode, Subscription, answer_intent, granted, is_signed, is_strong
from tocsin.flows.collecting.push.lease import renewal_at, subscription_of
from tocsin.flows.engine import Engine
from tocsin.net.politeness import backoff_s
from tocsin.store.collecting.hubs import HubState

LONGEST_PUSH = 2_000_000  # bytes
_MISSING = Intent(status=404)


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came at a callback. signature: the header X-Hub-Signature, "" without one."""

    body: bytes
    content_type: str = ""
    signature: str = ""


def confirm(engine: Engine, token: str, query: Mapping[str, str], now: datetime) -> Intent:
    """Return what to answer to a hub that asks whether a subscription, or its end, was meant; note what it grants."""
    hubs = engine.store.collecting.hubs
    row = hubs.find(token)
    if row is None or query.get("hub.topic") != row.topic:
        return _MISSING
    is_wanted = row.state is not HubState.LEAVING
    wanted = Subscription(hub=row.hub, topic=row.topic, callback=token, secret="") if is_wanted else None
    intent = answer_intent(query, wanted)
    if wanted is not None and intent.lease_s is not None:
        until = granted(wanted, intent.lease_s, now).until
        if until is not None:
            hubs.grant(row.number, now, until, renewal_at(row, until, now))
    elif intent.denied is not None:
        error = SourceError(
            "The hub {hub} does not push this feed: {reason}.",
            permanent=False,
            hub=row.hub,
            reason=intent.denied or "–",
        )
        hubs.deny(row.number, now + timedelta(seconds=max(3600.0, backoff_s(row.failures + 5, row.token))))
        hubs.failed(row.number, error)
    elif wanted is None and intent.status == 200 and query.get("hub.mode") == Mode.UNSUBSCRIBE:
        hubs.end(row.number)
    return intent


def take(engine: Engine, token: str, pushed: Pushed, now: datetime) -> int:
    """Keep what a hub pushed until the worker reads it; return the status to answer with.

    What is not signed as it should be is answered like the rest and thrown away, counted (section 7.1). 404: no such
    callback; 410: not asked for any more; 413: too long; 503: too much waits, come back.
    """
    hubs = engine.store.collecting.hubs
    row = hubs.find(token)
    if row is None:
        return 404
    if row.state is HubState.LEAVING:
        return 410
    if len(pushed.body) > LONGEST_PUSH:
        return 413
    if not is_signed(pushed.signature, pushed.body, subscription_of(engine, row).secret):
        engine.store.collecting.add_notes(row.source, {"push_unsigned": 1}, now)
        return 202
    body = pushed.body if is_strong(pushed.signature) else None
    return 202 if hubs.push(row.number, now, pushed.content_type, body) else 503
