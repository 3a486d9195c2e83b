"""Stand in: when a channel fails for an hour, the next one of its person; when none is left, the next person."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.errors import SourceError, TocsinError
from tocsin.base.seam import Delivery, OutboxRow
from tocsin.flows.alerting.route import UNREACHED, bare_way
from tocsin.flows.alerting.team import is_given_up, reaches
from tocsin.flows.alerting.tell import Telling
from tocsin.flows.engine import Engine
from tocsin.store.rows import OutboxState


def note_failure(engine: Engine, telling: Telling, error: TocsinError, now: datetime) -> None:
    """Note that a way failed, and where it does for long or for good, tell its person another way."""
    is_final = isinstance(error, SourceError) and error.permanent
    if telling.way.startswith(UNREACHED):
        return  # nothing that could work again; the next round is under way
    fault = engine.store.alerting.note_fault(telling.way, error, now, is_final=is_final)
    if telling.person is None or not is_given_up(fault, now):
        return
    reach = reaches(engine, telling.alert.brand).get(telling.person.id)
    told = engine.store.alerting.tellings([telling.alert.id])[telling.alert.id]
    used = {bare_way(one.channel).lower() for one in told}
    broken = {one.channel.lower() for one in engine.store.alerting.faults() if is_given_up(one, now)}
    others = [way for way in (reach.ways if reach else ()) if way.lower() not in used | broken]
    if others:
        body = msgspec.structs.replace(telling.body, person=telling.person.id, lead="")
        row = OutboxRow(
            event=telling.alert.id,
            timeline=telling.alert.timeline,
            action=others[0],
            delivery=Delivery.AT_LEAST_ONCE,
            body=msgspec.json.encode(body),
        )
        engine.store.alerting.put_tellings([row])
        return
    theirs = [one for one in told if one.body.person == telling.person.id and bare_way(one.channel) != telling.way]
    open_ways = (OutboxState.NEW, OutboxState.SENDING, OutboxState.DONE)
    if not telling.body.is_copy and not any(one.state in open_ways for one in theirs):
        engine.store.alerting.hasten(telling.alert.id, now)
