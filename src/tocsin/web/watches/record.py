"""The alarm record: what the past would have rung under a budget, and what people say of each ring."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.brand import AlarmBudget
from tocsin.base.errors import InputError
from tocsin.flows.watches.keep import (
    LEAST_ALARMS,
    LEAST_WATCHES,
    MOST_ALARMS,
    MOST_WATCHES,
    By,
    save_budget,
)
from tocsin.flows.watches.record import DAYS, Record, Said, judge_ring, record
from tocsin.web.request import WebRequest
from tocsin.web.watches.jobs import JOBS, PATIENCE_S, Job
from tocsin.web.watches.shown import may_write

_CHOICES = (30, 90, 180)
_WIDTH, _HEIGHT = 900, 96
_SHORT_DAYS = 45  # under it each Monday is named, beyond it each first of a month
_FOOT = 60  # pixels of the highest day


@require_GET
def page(request: WebRequest, brand: str) -> HttpResponse:
    """Show the record under the budget of the address, or the brand's own; say that work goes on while it does."""
    budget, days = _budget(request.GET, request.brand.budget), _days(request.GET)
    job = _ask(request, budget, days)
    job.wait(PATIENCE_S)
    shown: dict[str, Any] = {
        "budget": budget,
        "own": request.brand.budget,
        "days": days,
        "choices": _CHOICES,
        "limits": (LEAST_ALARMS, MOST_ALARMS, LEAST_WATCHES, MOST_WATCHES),
        "job": job,
        "is_own": budget == request.brand.budget,
        "may_write": may_write(request.person, request.role),
    }
    if job.is_over and job.error is not None:
        shown["error"] = request.t.error(job.error)
    elif job.is_over and job.result is not None:
        shown |= {"record": job.result, "strip": strip(job.result)}
    return render(request, "watches/record_part.html" if request.htmx else "watches/record.html", shown)


@require_POST
def keep_budget(request: WebRequest, brand: str) -> HttpResponse:
    """Store the budget that was chosen; the message offers the one before."""
    is_undo = "alarms" not in request.POST
    before, chosen = request.brand.budget, _budget(request.GET if is_undo else request.POST, request.brand.budget)
    try:
        save_budget(request.engine, request.brand, chosen, By(request.reader, request.now))
    except InputError as error:
        messages.error(request, request.t.error(error))
        return HttpResponseRedirect(reverse("watches:record", kwargs={"brand": brand}))
    undo = reverse("watches:budget", kwargs={"brand": brand}) + "?" + _query(before)
    said = _("The budget is kept: it counts from the next post on.")
    messages.success(request, said, extra_tags="" if is_undo else undo)
    return HttpResponseRedirect(reverse("watches:record", kwargs={"brand": brand}))


@require_POST
def judge(request: WebRequest, brand: str) -> HttpResponse:
    """Store whether a ring of the past was a real affair."""
    key, said = request.POST.get("key", ""), request.POST.get("said", "")
    if len(key) == 16 and key.isalnum() and said in (Said.REAL, Said.FALSE):
        judge_ring(request.engine, brand, key, Said(said), (request.reader.mark, request.now))
        _forget(request)
    back = reverse("watches:record", kwargs={"brand": brand})
    budget, days = _budget(request.POST, request.brand.budget), _days(request.POST)
    return HttpResponseRedirect(f"{back}?{_query(budget)}&days={days}#rings")


def strip(found: Record) -> dict[str, Any]:
    """Return the strip of days: bars of posts, marks of the rings above them, days below."""
    count = max(1, len(found.calendar))
    step = _WIDTH / count
    most = max(1, *(day.posts for day in found.calendar)) if found.calendar else 1
    bars = [
        {
            "x": f"{place * step:.1f}",
            "middle": f"{(place + 0.5) * step:.1f}",
            "width": f"{max(1.0, step - 1.5):.1f}",
            "height": f"{_FOOT * (day.posts / most) ** 0.5:.1f}",
            "y": f"{_HEIGHT - _FOOT * (day.posts / most) ** 0.5:.1f}",
            "day": day,
            "level": "alarm" if day.alarms else "danger" if day.dangers else "watch" if day.watches else "",
        }
        for place, day in enumerate(found.calendar)
    ]
    is_short = count <= _SHORT_DAYS
    labels = [bar for bar in bars if (bar["day"].day.weekday() == 0 if is_short else bar["day"].day.day == 1)]
    return {"bars": bars, "labels": labels, "width": _WIDTH, "height": _HEIGHT}


def _ask(request: WebRequest, budget: AlarmBudget, days: int) -> Job:
    engine, brand = request.engine, request.brand
    key = _key(request, budget, days)
    return JOBS.ask(key, lambda note: record(engine, brand, budget, days, note), engine.store.close)


def _key(request: WebRequest, budget: AlarmBudget, days: int) -> tuple[object, ...]:
    """The same record is not made twice within an hour of new posts."""
    last = request.engine.store.watching.last_minute(request.brand.slug, 0) or 0
    alias = request.engine.store.alias
    judged = _judged.get((alias, request.brand.slug), 0)
    return ("record", alias, request.brand.slug, budget, days, last // 60, judged)


_judged: dict[tuple[str, str], int] = {}


def _forget(request: WebRequest) -> None:
    key = (request.engine.store.alias, request.brand.slug)
    _judged[key] = _judged.get(key, 0) + 1


def _budget(form: QueryDict, own: AlarmBudget) -> AlarmBudget:
    """Return the budget of a form, its figures brought within bounds; what is no number stays as it was."""
    alarms = _number(form.get("alarms", ""), own.alarms_per_month)
    watches = _number(form.get("watches", ""), own.watches_per_month)
    return AlarmBudget(
        alarms_per_month=min(MOST_ALARMS, max(LEAST_ALARMS, round(alarms * 4) / 4)),
        watches_per_month=min(MOST_WATCHES, max(LEAST_WATCHES, float(round(watches)))),
    )


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return otherwise
    return value if abs(value) < 1e6 else otherwise


def _days(form: QueryDict) -> int:
    text = form.get("days", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) in _CHOICES else DAYS


def _query(budget: AlarmBudget) -> str:
    return f"alarms={budget.alarms_per_month:g}&watches={budget.watches_per_month:g}"
