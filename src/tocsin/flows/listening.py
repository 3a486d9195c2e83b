"""Tell a rise in what is said from a rise in what is listened to."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tocsin.base.mention import Reason
from tocsin.base.seam import Event, EventKind
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import minute_of
from tocsin.flows.engine import Engine

NEW = timedelta(days=4)  # by then what is usual holds what the source brings
_SETTLED = timedelta(days=8)  # a house younger than that has nothing but new sources
_ORDINARY = 2.0  # times the usual: up to there the sources known before say nothing by themselves


def heard_anew(engine: Engine, event: Event) -> Event:
    """Return a live surge's event, as a watch that says why where only sources read for under four days make the rise.

    Where the sources known before rise as well, or for any other event, the event is returned as it is.
    """
    if event.kind is not EventKind.SURGE:
        return event
    asked = engine.store.alerting.first_asked()
    new = {name for name, at in asked.items() if event.at - at < NEW}
    if not new or event.at - min(asked.values()) < _SETTLED:
        return event
    surge = msgspec.json.decode(event.body, type=Surge)
    until = minute_of(surge.at)
    said = engine.store.alerting.said_between(event.brand, until - surge.window_min, until)
    brought = {name: posts for name, posts in said.items() if name in new}
    known = sum(said.values()) - sum(brought.values())
    if not brought or known > _ORDINARY * max(surge.expected, 1.0):
        return event
    source = min(brought, key=lambda name: (-brought[name], name))
    share = round(100 * brought[source] / sum(said.values()))
    reason = Reason(code="surge.new_source", words=(source, str(share)))
    told = msgspec.structs.replace(surge, level=SurgeLevel.WATCH, reasons=(reason, *surge.reasons))
    return msgspec.structs.replace(event, body=msgspec.json.encode(told))
