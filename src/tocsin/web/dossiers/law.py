"""Grounds that counsel compares and chooses, and what happened while the deadlines ran."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import NotFoundError, TocsinError
from tocsin.flows.dossiers.law_pages import calendar_lines, clocks_page, grounds_page
from tocsin.flows.law.dossier_clocks import add_act, agenda, start_clock, stop_clock
from tocsin.flows.law.dossier_grounds import choose_ground, drop_ground, tick_element
from tocsin.flows.moments import Reader
from tocsin.store.dossiers.rows import Tick, TickState
from tocsin.web.dossiers.own import dossier_or_404
from tocsin.web.request import WebRequest


@require_GET
def grounds(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Compare the grounds that the words come near to, and tick the elements of those chosen."""
    row = dossier_or_404(request, number)
    view = grounds_page(request.engine, request.brand, row, Reader(request.t, request.zone), request.now)
    return render(request, "dossiers/choose.html", {"row": row, "page": view, "states": list(TickState)})


@require_POST
def choose(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Choose a ground, or drop it."""
    ground, by = request.POST.get("ground", ""), request.reader.mark
    do = drop_ground if request.POST.get("do") == "drop" else choose_ground
    return _do(request, number, "grounds", lambda: do(request.engine, number, ground, by, request.now))


@require_POST
def tick(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Keep what somebody ticked of the elements of one ground."""
    ground = request.POST.get("ground", "")

    def keep() -> None:
        for name, given in request.POST.items():
            element = name.removeprefix("state-")
            if name == element or given not in [state.value for state in TickState]:
                continue
            one = Tick(
                element=element,
                state=TickState(given),
                by=request.reader.mark,
                at=request.now,
                note=request.POST.get(f"note-{element}", ""),
            )
            tick_element(request.engine, number, ground, one)

    return _do(request, number, "grounds", keep, _("Kept."))


@require_GET
def clocks(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show the deadlines of a dossier, and what may be told of them."""
    row = dossier_or_404(request, number)
    view = clocks_page(request.engine, row, Reader(request.t, request.zone), request.now)
    return render(request, "dossiers/when.html", {"row": row, "page": view})


@require_POST
def start(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Start a deadline from what happened."""
    event, day = request.POST.get("event", ""), request.POST.get("day", "")
    events = {event: day} if event and day else None
    rule, by = request.POST.get("rule", ""), request.reader.mark
    return _do(
        request, number, "clocks", lambda: start_clock(request.engine, number, rule, by, request.now, events=events)
    )


@require_POST
def act(request: WebRequest, brand: str, number: str, clock: int) -> HttpResponse:
    """Tell that something was done while a deadline ran, or stop it."""
    by = request.reader.mark
    if clock not in [one.id for one in request.engine.store.dossiers.clocks(dossier_or_404(request, number).number)]:
        raise Http404
    if request.POST.get("do") == "stop":
        return _do(request, number, "clocks", lambda: stop_clock(request.engine, brand, clock, by, request.now))
    done = {"kind": request.POST.get("kind", ""), "date": _iso(request.POST.get("day", ""))}
    return _do(request, number, "clocks", lambda: add_act(request.engine, brand, clock, done, by, now=request.now))


@require_GET
def calendar(request: WebRequest, brand: str) -> HttpResponse:
    """Show the deadlines of all dossiers, day by day."""
    lines = calendar_lines(request.engine, request.brand, Reader(request.t, request.zone), request.now)
    return render(request, "dossiers/calendar.html", {"lines": lines})


@require_GET
def calendar_file(request: WebRequest, brand: str) -> HttpResponse:
    """Hand over all deadlines as a file that any agenda reads."""
    made = agenda(request.engine, brand, request.t.language, request.now)
    answer = HttpResponse(made, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tocsin-{brand}.ics"'
    return answer


def _do(request: WebRequest, number: str, page: str, act: Callable[[], object], said: str = "") -> HttpResponseRedirect:
    """Do one thing to a dossier of this brand; what is refused is told, and nothing of it is kept."""
    dossier_or_404(request, number)
    try:
        act()
    except NotFoundError:
        raise Http404 from None
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(reverse(f"dossiers:{page}", kwargs={"brand": request.brand.slug, "number": number}))


def _iso(day: str) -> str:
    """Return a day as it was typed; one that is none is refused by whoever reads it, with its own words."""
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        return day
