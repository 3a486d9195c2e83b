"""The list of watches, and the builder with its live preview."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRedirect

from tocsin.base.errors import NotFoundError, TocsinError
from tocsin.flows.watches import keep
from tocsin.flows.watches.cards import FIGURES_DAYS, RECORD_DAYS, rings_of_watch, watch_cards
from tocsin.flows.watches.keep import By
from tocsin.flows.watches.look import rung_alone
from tocsin.flows.watches.precision import keep_ticks
from tocsin.report.spark import spark
from tocsin.store.queries.watching import KeptWatch
from tocsin.web.request import WebRequest
from tocsin.web.watches.forms import Draft, draft_of, read_draft, watch_of
from tocsin.web.watches.jobs import JOBS, PATIENCE_S
from tocsin.web.watches.shown import builder, groups, may_write, wanted_of


@require_GET
def listing(request: WebRequest, brand: str) -> HttpResponse:
    """Show the watches of the brand, each with its figures."""
    cards = watch_cards(request.engine, request.brand, request.now)
    shown = [
        {
            "card": card,
            "groups": groups(card.chips, {}, request.t) if card.chips is not None else [],
            "spark": spark(card.days),
        }
        for card in cards
    ]
    page = {
        "on": [one for one in shown if one["card"].is_on],
        "off": [one for one in shown if not one["card"].is_on],
        "may_write": may_write(request.person, request.role),
        "figures_days": FIGURES_DAYS,
    }
    return render(request, "watches/list.html", page)


@require_GET
def rings(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Say how often a watch would have rung of late: a part of the list, asked for once the list stands."""
    kept = _kept(request, number)
    store, asked = request.engine.store, request.brand
    hour = (
        store.watching.last_minute(brand, number) or 0
    ) // 60  # once an hour is often enough for a figure of a month
    key = ("rings", store.alias, brand, number, kept.version, hour, asked.budget)
    job = JOBS.ask(key, lambda _note: rings_of_watch(request.engine, asked, number), store.close)
    job.wait(PATIENCE_S)
    found = {"number": number, "days": RECORD_DAYS, "is_over": job.is_over, "failed": job.failed, "rings": job.result}
    return render(request, "watches/rings.html", found)


@require_GET
def new(request: WebRequest, brand: str) -> HttpResponse:
    """Begin a watch; `query` in the address begins it with one."""
    draft = Draft(name=request.GET.get("name", "")[:200]).with_text(request.GET.get("query", ""))
    return render(request, "watches/edit.html", builder(request, draft, request.brand))


@require_GET
def edit(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Show a watch to change it."""
    kept = _kept(request, number)
    shown = builder(request, draft_of(kept.watch, number), request.brand) | {"kept": kept}
    return render(request, "watches/edit.html", shown)


@require_POST
def preview(request: WebRequest, brand: str) -> HttpResponse:
    """Show the draft as it stands now, after whatever was pressed; with `save`, store it."""
    draft = read_draft(request.POST)
    if draft.number is not None:
        _kept(request, draft.number)
    if "save" in request.POST:
        refused = _save(request, draft)
        if refused is None:
            back = reverse("watches:list", kwargs={"brand": brand})
            return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)
        shown = builder(request, draft, request.brand) | {"refused": request.t.error(refused)}
    else:
        shown = builder(request, draft, request.brand)
    return render(request, "watches/builder.html" if request.htmx else "watches/edit.html", shown)


@require_POST
def alone(request: WebRequest, brand: str) -> HttpResponse:
    """Say how often the draft alone would have rung in the past that was looked at: a part of the preview."""
    draft = read_draft(request.POST)
    query = draft.query
    if query is None or query.is_unanchored:
        return HttpResponse("")
    rung, days = rung_alone(request.engine, wanted_of(request, draft, query, request.brand))
    return render(request, "watches/alone.html", {"rung": rung, "days": days})


@require_POST
def switch_off(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Stop a watch; the message offers to start it again."""
    kept = _kept(request, number)
    if kept.is_on:
        keep.switch_off(request.engine, brand, number, By(request.reader, request.now))
        undo = reverse("watches:restore", kwargs={"brand": brand, "number": number})
        said = _("%(name)s is switched off. What it caught stays.") % {"name": kept.watch.name}
        messages.success(request, said, extra_tags=undo)
    return HttpResponseRedirect(reverse("watches:list", kwargs={"brand": brand}))


@require_POST
def switch_on(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Start a watch again."""
    kept = _kept(request, number)
    if not kept.is_on:
        keep.switch_on(request.engine, brand, number, By(request.reader, request.now))
        messages.success(request, _("%(name)s is on again.") % {"name": kept.watch.name})
    return HttpResponseRedirect(reverse("watches:list", kwargs={"brand": brand}))


def _save(request: WebRequest, draft: Draft) -> TocsinError | None:
    """Store the draft and its ticks; return why it was refused, or None."""
    if draft.error is not None:
        return draft.error
    name = draft.name if draft.number is None else _kept(request, draft.number).watch.name
    by = By(request.reader, request.now)
    try:
        keep.save_watch(request.engine, watch_of(draft, request.brand, name), draft.number, by)
    except TocsinError as error:
        return error
    keep_ticks(request.engine, request.brand.slug, name, draft.ticks, (by.person.mark, by.now))
    messages.success(request, _("%(name)s is saved: from now on each post is held against it.") % {"name": name})
    return None


def _kept(request: WebRequest, number: int) -> KeptWatch:
    try:
        return request.engine.store.watching.watch(request.brand.slug, number)
    except NotFoundError:
        raise Http404 from None
