"""What the frame around every page shows: where one is, what waits, who one is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tocsin.base.alert import AlertState
from tocsin.base.person import Role
from tocsin.base.seam import LIVE
from tocsin.flows.dossiers.due import count_near
from tocsin.web.access import ACCESS
from tocsin.web.installation import served

_KEPT_OPEN = timedelta(days=30)


class Place(NamedTuple):
    """A line of the navigation. count: 0 for none; it grows with each live `event`. A rule stands between groups."""

    label: str
    icon: str
    url: str
    is_here: bool
    count: int = 0
    tone: str = "faint"
    group: int = 0
    event: str = ""


def frame(request: Any) -> dict[str, Any]:
    """Return the variables of base.html: `theme`, `places`, `is_ringing`; empty ones before sign-in."""
    person, brand = getattr(request, "person", None), getattr(request, "brand_now", None)
    shown: dict[str, Any] = {"theme": person.theme if person else "auto", "places": [], "is_ringing": False}
    shown["demo"] = served().demo
    if person is None or brand is None:
        return shown
    known = request.engine.store.alerts(brand=brand.slug, timeline=LIVE, since=request.now - _KEPT_OPEN, limit=200)
    alerts = [alert for alert in known if alert.state is AlertState.OPEN]
    shown["is_ringing"] = any(alert.level in ("alarm", "danger") for alert in alerts)
    shown["open_alerts"] = len(alerts)
    shown["places"] = list(_places(request, len(alerts)))
    return shown


def _places(request: Any, alerts: int) -> Any:
    silent = sum(1 for row in request.engine.store.sources() if row.stopped or row.failures >= 3)
    near = 0
    if _may_enter(request.role, "dossiers:list"):
        near = count_near(request.engine, request.brand_now, request.now)
    rows = (
        ("today:page", _("Today"), "home", 0, "faint", 0),
        ("stream:list", _("Stream"), "messages", 0, "faint", 0),
        ("stories:list", _("Stories"), "timeline", 0, "faint", 0),
        ("alerts:list", _("Alerts"), "bell", alerts, "red b", 0),
        ("dossiers:list", _("Dossiers"), "gavel", near, "bronze b", 1),
        ("watches:list", _("Watches"), "eye", 0, "faint", 2),
        ("sources:list", _("Sources"), "rss", silent, "bronze b", 2),
        ("personal:page", _("Personal data"), "shield-lock", 0, "faint", 3),
        ("people:list", _("People"), "users", 0, "faint", 3),
        ("audit:page", _("Audit trail"), "list-check", 0, "faint", 3),
    )
    here = request.resolver_match.view_name.partition(":")[0] if request.resolver_match else ""
    for name, label, icon, count, tone, group in rows:
        if not _may_enter(request.role, name):
            continue
        try:
            url = reverse(name, kwargs={"brand": request.brand_now.slug})
        except NoReverseMatch:
            continue
        room = name.partition(":")[0]
        event = "alert" if room == "alerts" else ""
        yield Place(label, icon, url, room == here, count, tone, group, event)


def _may_enter(role: Role | None, name: str) -> bool:
    gate = ACCESS.get(name)
    return gate is not None and role in gate.roles
