"""The pages of alerts. Every change is a form; what a mail links to only asks."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import InputError, NotFoundError
from tocsin.flows.alerts_inbox import (
    Act,
    AlertPage,
    AlertWish,
    act_on_alert,
    alert_of_brand,
    alert_page,
    list_alerts,
)
from tocsin.flows.correct import Hand
from tocsin.flows.stream import people_names
from tocsin.web.access import LEADERS, WORKERS
from tocsin.web.request import WebRequest
from tocsin.web.templatetags.tocsin import when

CONFIRMED = (Act.TAKE, Act.SNOOZE_1H, Act.SNOOZE_4H, Act.SNOOZE_MORNING, Act.FALSE, Act.REOPEN)


@require_GET
def show_list(request: WebRequest, brand: str) -> HttpResponse:
    """List the alerts, those that wait for somebody first."""
    filters = _filters()
    wish = AlertWish(
        state=request.GET.get("state", ""),
        cause=request.GET.get("cause", ""),
        level=request.GET.get("level", ""),
        period=request.GET.get("period", ""),
        before=read_instant(request.GET.get("before", "")),
    )
    shown = {
        "wish": wish,
        "found": list_alerts(request.engine, request.brand, wish, request.now),
        "names": people_names(request.engine, brand),
        "can_act": request.role in WORKERS.roles,
        "filters": filters,
        "is_filtered": any(request.GET.get(name) for name, _label, _choices in filters),
    }
    return render(request, "alerts/list.html", shown)


@require_GET
def page(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show one alert."""
    shown = {
        "page": _page(request, number),
        "names": people_names(request.engine, brand),
        "can_act": request.role in WORKERS.roles,
        "sees_addresses": request.role in LEADERS.roles,
    }
    return render(request, "alerts/page.html", shown)


@require_POST
def act(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Take an alert, put it off, call it false, close it or open it again."""
    try:
        wanted = Act(request.POST.get("act", ""))
    except ValueError:
        raise Http404 from None
    try:
        alert = act_on_alert(
            request.engine,
            number,
            wanted,
            Hand(brand=brand, person=request.reader, at=request.now),
            zone=request.zone,
            note=request.POST.get("note", ""),
        )
    except NotFoundError:
        raise Http404 from None
    except InputError as error:
        messages.error(request, request.t.error(error))
        return _back(request, number)
    undo = "" if wanted is Act.REOPEN else reverse("alerts:reopen", kwargs={"brand": brand, "number": number})
    messages.success(request, _said(wanted, alert.snoozed_until, request), extra_tags=undo)
    return _back(request, number)


@require_POST
def reopen(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Undo what was done with an alert: it is open again."""
    try:
        hand = Hand(brand=brand, person=request.reader, at=request.now)
        act_on_alert(request.engine, number, Act.REOPEN, hand, zone=request.zone)
    except NotFoundError:
        raise Http404 from None
    messages.success(request, _("The alert is open again."))
    return _back(request, number)


@require_GET
def confirm(request: WebRequest, brand: str, number: str, wanted: str) -> HttpResponse:
    """Ask before doing what a link of a mail proposes: mail programs open links by themselves."""
    if wanted not in [act.value for act in CONFIRMED]:
        raise Http404
    return render(request, "alerts/confirm.html", {"page": _page(request, number), "act": wanted})


def read_instant(text: str) -> datetime | None:
    """Return the instant that an address holds, None without one or when it is none."""
    try:
        at = parse_datetime(text)
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def _page(request: WebRequest, number: str) -> AlertPage:
    try:
        alert_of_brand(request.engine, request.brand, number)
        return alert_page(request.engine, request.brand, number)
    except NotFoundError:
        raise Http404 from None


def _back(request: WebRequest, number: str) -> HttpResponse:
    wanted = request.POST.get("next", "")
    if wanted.endswith("/board"):  # the form stood in a part that was fetched: the page around it is meant
        wanted = wanted.removesuffix("board")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        wanted = reverse("alerts:page", kwargs={"brand": request.brand.slug, "number": number})
    return HttpResponseRedirect(wanted)


def _said(act: Act, until: datetime | None, request: WebRequest) -> str:
    if until is not None:
        return _("The alert is put off until %(time)s.") % {"time": when(until, request)}
    return {
        Act.TAKE: _("It is yours. The others see your name on it."),
        Act.FALSE: _("Noted as a false alarm. The next ones are judged with it."),
        Act.CLOSE: _("The alert is closed."),
        Act.REOPEN: _("The alert is open again."),
    }[act]


def _filters() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name in the address, words, and choices of each filter."""
    return [
        (
            "state",
            _("State"),
            [
                ("", _("any state")),
                ("open", _("open")),
                ("acknowledged", _("taken")),
                ("snoozed", _("put off")),
                ("false", _("false alarms")),
                ("closed", _("closed")),
            ],
        ),
        (
            "cause",
            _("Cause"),
            [("", _("any cause")), ("surge", _("rise")), ("danger", _("single post")), ("silence", _("silent source"))],
        ),
        (
            "level",
            _("Level"),
            [("", _("any level")), ("alarm", _("alarm")), ("watch", _("watch")), ("danger", _("danger"))],
        ),
        ("period", _("Since"), [("", _("always")), ("1", _("a day")), ("7", _("a week")), ("30", _("a month"))]),
    ]
