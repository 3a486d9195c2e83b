"""Deliver: do the outbox's actions after commit; an alert is told twice rather than never."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tocsin.base.errors import SourceError, TocsinError
from tocsin.base.ids import stable_int
from tocsin.flows.alerting.route import route_due
from tocsin.flows.alerting.stand_in import note_failure
from tocsin.flows.alerting.tell import Telling, is_telling, open_telling, postponed_until, sealed, send_together
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.log import PEER, send_to_peer
from tocsin.flows.letters.digest import send_digest
from tocsin.flows.people.letters import send_letter
from tocsin.store.rows import OutboxItem

RETRY = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 40, 60, 180, 360))
JITTER = 0.2
AT_ONCE = 50


class Delivered(msgspec.Struct, kw_only=True):
    """How many actions were done, will be tried again, wait for their hour, and were not needed any more."""

    done: int = 0
    failed: int = 0
    later: int = 0
    spared: int = 0


def deliver(engine: Engine, now: datetime) -> Delivered:
    """Make the rounds of telling that are due, and carry out what the outbox of `live` holds.

    What fails is tried again later, ever more rarely. Alerts of one brand that leave the same way together are one
    message.
    """
    route_due(engine, now)
    report = Delivered()
    items = engine.store.outbox_claim(now, AT_ONCE)
    _tell(engine, _ready(engine, items, now, report), now, report)
    for item in items:
        if not is_telling(item):
            _do(engine, item, now, report)
    return report


def retry_after(tries: int, seed: str) -> timedelta:
    """Return how long to wait after so many tries in vain: ever longer, a fifth more or less by the seed.

    >>> 48 <= retry_after(1, "a").total_seconds() <= 72 < retry_after(9, "a").total_seconds() <= 6 * 3600 * 1.2
    True
    """
    share = stable_int("retry", seed, str(tries)) / 2**63
    return RETRY[min(max(tries, 1), len(RETRY)) - 1] * (1 - JITTER + 2 * JITTER * share)


def _ready(engine: Engine, items: Sequence[OutboxItem], now: datetime, report: Delivered) -> list[list[Telling]]:
    """Return the tellings that leave now, phones first: those of one brand by one way together."""
    groups: dict[tuple[str, str, str], list[Telling]] = {}
    for item in items:
        if not is_telling(item):
            continue
        telling = open_telling(engine, item)
        if telling is None or not telling.is_needed:
            engine.store.alerting.spare(item.id, now)
            report.spared += 1
            continue
        later = postponed_until(engine, telling, now)
        if later is not None:
            engine.store.outbox_later(item.id, later)
            report.later += 1
            continue
        groups.setdefault((telling.way.lower(), telling.alert.brand, telling.body.lead), []).append(telling)
    return sorted(groups.values(), key=lambda group: group[0].way.startswith("mail:"))


def _tell(engine: Engine, groups: Sequence[Sequence[Telling]], now: datetime, report: Delivered) -> None:
    """Send each group. A mail server that does not answer is asked once a turn, so that it holds up nobody."""
    down: TocsinError | None = None
    for found in groups:
        wanted = _still_needed(engine, found, now, report)
        if not wanted:
            continue
        group, is_mail = sealed(engine, wanted), wanted[0].way.startswith("mail:")
        try:
            if is_mail and down is not None:
                raise down
            send_together(engine, group, now)
        except TocsinError as error:
            permanent = isinstance(error, SourceError) and error.permanent
            down = error if is_mail and isinstance(error, SourceError) and not permanent else down
            _put_back(engine, group, error, now)
            report.failed += len(group)
            continue
        engine.store.alerting.forget_fault(group[0].way)
        for telling in group:
            engine.store.outbox_done(telling.item.id, now)
        report.done += len(group)


def _still_needed(engine: Engine, group: Sequence[Telling], now: datetime, report: Delivered) -> list[Telling]:
    """Return the tellings whose alert still waits: somebody may have taken it while those before were sent."""
    wanted = []
    for telling in group:
        again = open_telling(engine, telling.item)
        if again is not None and again.is_needed:
            wanted.append(again)
            continue
        engine.store.alerting.spare(telling.item.id, now)
        report.spared += 1
    return wanted


def _put_back(engine: Engine, group: Sequence[Telling], error: TocsinError, now: datetime) -> None:
    """Try a message again later, whole; one that was refused for good goes another way."""
    permanent = isinstance(error, SourceError) and error.permanent
    first = group[0].item
    next_at = now + retry_after(max(one.item.tries for one in group), f"{first.event} {first.action}")
    for telling in group:
        engine.store.outbox_failed(telling.item.id, str(error), next_at, permanent=permanent)
        note_failure(engine, telling, error, now)


def _do(engine: Engine, item: OutboxItem, now: datetime, report: Delivered) -> None:
    """Do one action that tells no alert: a letter or a digest."""
    try:
        morning = _send(engine, item, now)
    except TocsinError as error:
        # A setting to mend holds back this action, not those behind it.
        permanent = isinstance(error, SourceError) and error.permanent
        next_at = now + retry_after(item.tries, f"{item.event} {item.action}")
        engine.store.outbox_failed(item.id, str(error), next_at, permanent=permanent)
        report.failed += 1
        return
    if morning is not None:
        engine.store.outbox_later(item.id, morning)
        report.later += 1
        return
    engine.store.outbox_done(item.id, now)
    report.done += 1


def _send(engine: Engine, item: OutboxItem, now: datetime) -> datetime | None:
    """Do one action; return None when it is done, or the instant before which its person wants quiet."""
    body: Mapping[str, Any] = msgspec.json.decode(item.body)
    channel, _, target = item.action.partition(":")
    if channel == "letter":
        send_letter(engine, target, body, item.event, now)
        return None
    if channel == PEER:
        send_to_peer(engine, int(target), body)
        return None
    if channel == "digest":
        return send_digest(engine, int(target), body, item.event, now)
    raise SourceError("There is no way to send {action!r}.", permanent=True, action=item.action)
