"""All that the page of a rise shows: what, by how much, since when, and why it is said."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.alert import Alert
from tocsin.base.brand import Brand
from tocsin.base.errors import NotFoundError
from tocsin.base.seam import LIVE
from tocsin.base.surge import Surge
from tocsin.flows.alerts_inbox import surge_posts
from tocsin.flows.engine import Engine
from tocsin.flows.excluded import excluded
from tocsin.flows.level import level, level_figure
from tocsin.flows.moments import Reader
from tocsin.report.values import Figure
from tocsin.store.affairs.rows import AlertFilter, PostLine

_AFTER = timedelta(hours=6)
_AROUND = timedelta(days=2)


class RisePage(msgspec.Struct, frozen=True, kw_only=True):
    """A surge with its curve, its posts, and the newest alert that told it; title: of its story, "" for none.

    excluded: what was kept out of the tests around it, in sentences.
    """

    surge: Surge
    title: str
    alert: Alert | None
    posts: tuple[PostLine, ...]
    figure: Figure
    excluded: tuple[str, ...] = ()


def rise_page(engine: Engine, brand: Brand, number: str, now: datetime, reader: Reader) -> RisePage:
    """Return a live surge of the brand. Raises NotFoundError, for one of another brand too."""
    surge = engine.store.surge(number)
    if surge is None or surge.brand != brand.slug or surge.timeline != LIVE:
        raise NotFoundError("There is no surge {id!r}. Take its id from the list of alerts.", id=number)
    affairs = engine.store.affairs
    around = affairs.alerts(brand.slug, AlertFilter(since=surge.since - _AROUND, before=surge.at + _AROUND, limit=100))
    alert = next((alert for alert in around if alert.subject == surge.id), None)
    shown = level(engine, brand, min(now, surge.at + _AFTER))
    return RisePage(
        surge=surge,
        title=_title(engine, brand, surge) or (alert.title if alert else ""),
        alert=alert,
        posts=tuple(surge_posts(engine, surge)),
        figure=level_figure(shown, reader),
        excluded=excluded(engine, brand, surge.since - _AFTER, surge.at + _AFTER, reader),
    )


def _title(engine: Engine, brand: Brand, surge: Surge) -> str:
    if not surge.story:
        return ""
    try:
        return engine.store.affairs.story(brand.slug, surge.story).title
    except NotFoundError:
        return ""
