"""The alarm record: what the past would have rung under a budget, and what people say of each ring."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.brand import AlarmBudget
from tocsin.base.errors import InputError
from tocsin.flows.excluded import excluded
from tocsin.flows.moments import Reader
from tocsin.flows.watches.keep import (
    LEAST_ALARMS,
    LEAST_WATCHES,
    MOST_ALARMS,
    MOST_WATCHES,
    By,
    save_budget,
)
from tocsin.flows.watches.record import DAYS, Record, Said, judge_ring, judged, replayed
from tocsin.web.request import WebRequest
from tocsin.web.watches.jobs import JOBS, PATIENCE_S, Job
from tocsin.web.watches.shown import may_write
from tocsin.web.watches.strip import NARROW, WIDE, strip

_CHOICES = (30, 90, 180)
_EXCLUDED = timedelta(days=14)
_ROWS = 30  # rings told one by one on a page; the figures and the picture are of all of them


@require_GET
def page(request: WebRequest, brand: str) -> HttpResponse:
    """Show the record under the budget of the address, or the brand's own; say that work goes on while it does."""
    budget, days, watch = _budget(request.GET, request.brand.budget), _days(request.GET), _watch(request, request.GET)
    job = _ask(request, budget, days, watch)
    job.wait(PATIENCE_S)
    shown: dict[str, Any] = {
        "budget": budget,
        "own": request.brand.budget,
        "days": days,
        "watch": watch,
        "watches": request.engine.store.watching.watches(brand),
        "choices": _CHOICES,
        "limits": (LEAST_ALARMS, MOST_ALARMS, LEAST_WATCHES, MOST_WATCHES),
        "job": job,
        "is_own": budget == request.brand.budget,
        "may_write": may_write(request.person, request.role),
    }
    if job.is_over and job.error is not None:
        shown["error"] = request.t.error(job.error)
    elif job.is_over and job.result is not None:
        found = judged(request.engine, request.brand, job.result)
        reader = Reader(request.t, request.zone)
        shown["excluded"] = excluded(request.engine, request.brand, request.now - _EXCLUDED, request.now, reader)
        shown |= _rows(found, _after(request.GET))
        shown |= {"record": found, "strips": [(strip(found, WIDE), "only-wide"), (strip(found, NARROW), "only-narrow")]}
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
    """Store whether a ring of the past was real, or take that back; the message offers what was said before."""
    form = request.POST if "said" in request.POST else request.GET
    key, said = request.POST.get("key") or request.GET.get("key", ""), form.get("said", "")
    budget, days, watch = _budget(form, request.brand.budget), _days(form), _watch(request, form)
    place = f"{_query(budget)}&days={days}&watch={watch}&after={_after(form)}"
    if len(key) == 16 and key.isalnum() and said in set(Said):
        before = judge_ring(request.engine, brand, key, Said(said), (request.reader.mark, request.now))
        undo = reverse("watches:judge", kwargs={"brand": brand}) + f"?key={key}&said={before.value}&{place}"
        words = {Said.REAL: _("Noted: it was real."), Said.FALSE: _("Noted: it was a false alarm.")}
        messages.success(
            request, words.get(Said(said), _("Taken back.")), extra_tags=undo if form is request.POST else ""
        )
    return HttpResponseRedirect(f"{reverse('watches:record', kwargs={'brand': brand})}?{place}#rings")


def _rows(found: Record, after: int) -> dict[str, Any]:
    """Return the rings to tell one by one, newest first, those before `after` passed over, and where the next begin."""
    after = after if after < len(found.rungs) else 0
    rungs = found.rungs[after : after + _ROWS]
    end = after + len(rungs)
    return {"rungs": rungs, "after": after, "first": after + 1, "last": end, "more": len(found.rungs) > end}


def _ask(request: WebRequest, budget: AlarmBudget, days: int, watch: int) -> Job:
    engine, brand = request.engine, msgspec.structs.replace(request.brand, budget=budget)
    work = partial(replayed, engine, brand, days, watch)
    return JOBS.ask(_key(request, budget, days, watch), work, engine.store.close)


def _key(request: WebRequest, budget: AlarmBudget, days: int, watch: int) -> tuple[object, ...]:
    """The same record is not made twice within an hour of new posts; what people say of it is read at each look."""
    last = request.engine.store.watching.last_minute(request.brand.slug, watch) or 0
    return ("record", request.engine.store.alias, request.brand.slug, budget, days, watch, last // 60)


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


def _after(form: QueryDict) -> int:
    """Return how many of the newest rings were told on the pages before."""
    text = form.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _watch(request: WebRequest, form: QueryDict) -> int:
    """Return the number of a watch of the brand, 0 for the whole brand."""
    text = form.get("watch", "")
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
    known = {kept.number for kept in request.engine.store.watching.watches(request.brand.slug)}
    return wanted if wanted in known else 0


def _query(budget: AlarmBudget) -> str:
    return f"alarms={budget.alarms_per_month:g}&watches={budget.watches_per_month:g}"
