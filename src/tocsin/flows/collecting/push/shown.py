"""How the hub of a source fares, as its owner sees it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

import msgspec

from tocsin.flows.collecting.push.trust import is_reachable, pushes_well
from tocsin.flows.engine import Engine
from tocsin.store.collecting.hubs import HubRow, HubState


class HubHealth(StrEnum):
    """How a hub fares."""

    ASKED = "asked"  # did not confirm yet, or refused
    WAITS = "waits"  # confirmed, and pushed nothing yet
    PUSHES = "pushes"
    SILENT = "silent"  # let something pass, found by reading
    ENDED = "ended"  # the lease ran out


class HubView(msgspec.Struct, frozen=True, kw_only=True):
    """A hub. row: what is kept of it, to be shown without its secrets."""

    row: HubRow
    host: str
    health: HubHealth


def hub_view(engine: Engine, source: str, now: datetime) -> HubView | None:
    """Return how the hub of a source fares, None where none is asked."""
    row = engine.store.collecting.hubs.of_source(source)
    if row is None or not is_reachable(engine.settings.web_address):
        return None
    return HubView(row=row, host=hub_host(row), health=_health(row, now))


def hub_host(row: HubRow) -> str:
    """Return the name of the machine of a hub."""
    return urlsplit(row.hub).hostname or row.hub


def _health(row: HubRow, now: datetime) -> HubHealth:
    if row.state is not HubState.GRANTED or row.until is None:
        return HubHealth.ASKED
    if row.until <= now:
        return HubHealth.ENDED
    if row.pushed_at is None:
        return HubHealth.WAITS
    return HubHealth.PUSHES if pushes_well(row, now) else HubHealth.SILENT
