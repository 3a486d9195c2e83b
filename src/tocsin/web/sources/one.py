"""One source: how it fares, what it was asked, its keys, its past, its cost, what it could not give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import AddressError, InputError, NotFoundError, SourceError
from tocsin.flows.collecting.kinds import about_of
from tocsin.flows.collecting.life import (
    change,
    cost_of,
    past_of,
    remove_secret,
    secrets_of,
    set_secret,
    start_past,
    stop_past,
)
from tocsin.flows.collecting.push.shown import hub_view
from tocsin.flows.sources import find_source, source_view
from tocsin.store.rows import AuditEntry, SourceRow
from tocsin.web.request import WebRequest
from tocsin.web.sources.forms import answers, lines_of

_FIRST_PAST = timedelta(days=90)


@require_GET
def one(request: WebRequest, brand: str) -> HttpResponse:
    """Show a source, or only how far the reading of its past has come."""
    row = _row(request, brand)
    if isinstance(row, HttpResponse):
        return row
    if request.htmx and request.GET.get("part") == "past":
        shown = {"row": row, "past": past_of(request.engine, row.source.name), "about": about_of(row.source.adapter)}
        return render(request, "sources/past.html", shown)
    return _page(request, row)


@require_POST
def keep(request: WebRequest, brand: str) -> HttpResponse:
    """Change what a source was asked."""
    row = _row(request, brand)
    if isinstance(row, HttpResponse):
        return row
    about = about_of(row.source.adapter)
    if about is None:
        return _page(request, row)
    options, _secrets = answers(about, request.POST.dict())
    try:
        change(request.engine, row, options)
    except (InputError, SourceError, AddressError) as error:
        return _page(request, row, error=request.t.error(error), options=options, status=400)
    return _done(request, row, "source.changed", _("%(name)s is read as you said, from now on."))


@require_POST
def key(request: WebRequest, brand: str) -> HttpResponse:
    """Put another secret in the place of one, say when it ends, or forget it."""
    row = _row(request, brand)
    if isinstance(row, HttpResponse):
        return row
    name, value, ends = (request.POST.get(field, "").strip() for field in ("secret", "value", "ends"))
    try:
        if request.POST.get("act") == "forget":
            remove_secret(request.engine, row.source.name, name)
            said = _("The key is forgotten. %(name)s cannot be read without it.")
        else:
            set_secret(request.engine, row.source.name, name, value, _day(request, ends), now=request.now)
            said = _("The key of %(name)s is kept, sealed.")
    except (InputError, NotFoundError) as error:
        return _page(request, row, key_error=request.t.error(error), status=400)
    return _done(request, row, f"source.key.{name}", said)


@require_POST
def past(request: WebRequest, brand: str) -> HttpResponse:
    """Begin to read the past of a source, or stop."""
    row = _row(request, brand)
    if isinstance(row, HttpResponse):
        return row
    name = row.source.name
    if request.POST.get("act") == "stop":
        stop_past(request.engine, name, request.now)
        return _done(request, row, "source.past.stopped", _("The reading of the past of %(name)s stops where it is."))
    try:
        since = _day(request, request.POST.get("since", "").strip())
        if since is None:
            raise InputError("{since} is not a date of the last ten years; choose another.", since="–")
        start_past(request.engine, name, since, request.now)
    except InputError as error:
        return _page(request, row, past_error=request.t.error(error), status=400)
    return _done(request, row, "source.past.begun", _("The past of %(name)s is read from now on; it rings nothing."))


def _page(request: WebRequest, row: SourceRow, *, status: int = 200, **more: object) -> HttpResponse:
    about = about_of(row.source.adapter)
    name = row.source.name
    given = more.pop("options", row.source.options)
    kept = secrets_of(request.engine, name, request.now) if about is not None else []
    lines = lines_of(about, given, [one.name for one in kept if one.set_at]) if about else []  # type: ignore[arg-type]
    store = request.engine.store.collecting
    try:
        cost = cost_of(request.engine, name, request.now) if about is not None else None
    except SourceError:
        cost = None
    shown = {
        "view": source_view(request.engine, row, request.now),
        "row": row,
        "about": about,
        "thousand": round(about.terms.cost_a_post * 1000, 2) if about else 0,
        "lines": [line for line in lines if line.field.input != "secret"],
        "secrets": [one for one in kept if one.is_asked],
        "past": past_of(request.engine, name),
        "since": (request.now - _FIRST_PAST).astimezone(request.zone).date().isoformat(),
        "cost": cost,
        "hub": hub_view(request.engine, name, request.now),
        "gaps": store.gaps(name),
        "notes": store.notes(name),
        **more,
    }
    return render(request, "sources/one.html", shown, status=status)


def _row(request: WebRequest, brand: str) -> SourceRow | HttpResponse:
    try:
        return find_source(request.engine, brand, (request.POST or request.GET).get("name", ""))
    except NotFoundError as error:
        messages.error(request, request.t.error(error))
        return HttpResponseRedirect(reverse("sources:list", kwargs={"brand": brand}))


def _day(request: WebRequest, written: str) -> datetime | None:
    """Return the beginning of a day in the reader's zone, None for an empty field. Raises InputError."""
    if not written:
        return None
    try:
        return datetime.fromisoformat(written).replace(tzinfo=request.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError("{day!r} is not a day; choose one from the calendar.", day=written) from None


def _done(request: WebRequest, row: SourceRow, action: str, said: str) -> HttpResponse:
    name = row.source.name
    request.engine.store.note_audit(AuditEntry(at=request.now, by=request.reader.mark, action=action, subject=name))
    messages.success(request, said % {"name": name})
    back = reverse("sources:one", kwargs={"brand": request.brand.slug})
    return HttpResponseRedirect(f"{back}?{urlencode({'name': name})}")
