"""The state of an installation at a glance: what is watched, what came in, what is silent, what rings."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert, AlertState
from tocsin.base.seam import LIVE
from tocsin.base.time import minute_of
from tocsin.flows.engine import Engine

_DAY_MIN = 24 * 60


class BrandStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One brand: its name, its mentions of the last 24 hours and how many of them are negative."""

    name: str
    slug: str
    mentions_24h: int
    negative_24h: int


class SourceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One source: when it last answered, and its trouble as a template with parameters, or ""."""

    name: str
    last_good_at: datetime | None
    trouble: str
    trouble_params: dict[str, str]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, at `at`. `watermark_at`: up to when minutes are closed on `live`."""

    at: datetime
    brands: tuple[BrandStatus, ...]
    sources: tuple[SourceStatus, ...]
    alerts: tuple[Alert, ...]


def status(engine: Engine, now: datetime) -> Status:
    """Return the state of the installation, read from roll-ups only."""
    minute = minute_of(now)
    brands = []
    for brand in engine.store.brands():
        tones = engine.store.tones(brand.slug, minute - _DAY_MIN, minute)
        brands.append(
            BrandStatus(
                name=brand.name,
                slug=brand.slug,
                mentions_24h=sum(tones.values()),
                negative_24h=tones.get("negative", 0),
            )
        )
    sources = tuple(
        SourceStatus(
            name=row.source.name,
            last_good_at=row.last_good_at,
            trouble=row.last_error,
            trouble_params=row.last_error_params,
        )
        for row in engine.store.sources()
    )
    recent = engine.store.alerts(brand=None, timeline=LIVE, since=now - timedelta(days=7), limit=50)
    open_alerts = tuple(alert for alert in recent if alert.state is AlertState.OPEN)
    return Status(at=now, brands=tuple(brands), sources=sources, alerts=open_alerts)
