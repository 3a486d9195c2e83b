"""Who did what: a list with filters, and the whole of it as a file."""

from __future__ import annotations

import csv
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tocsin.base.time import iso
from tocsin.flows.people.audit import names_of, note, trail, whole_trail
from tocsin.store.people.audit import AuditScope
from tocsin.web.request import WebRequest

_A_PAGE = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a workbook would compute what begins so


class FilterForm(forms.Form):
    """Which entries are wanted; all fields may stay empty."""

    use_required_attribute = False

    by = forms.CharField(label=_("Who"), max_length=120, required=False)
    action = forms.CharField(label=_("What"), max_length=64, required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    before = forms.IntegerField(required=False, min_value=1)


@require_GET
def page(request: WebRequest, brand: str) -> HttpResponse:
    """Show the entries of the filter, newest first, a page at a time."""
    form = _form(request)
    scope = _scope(form, request.zone)
    lines = trail(request.engine, msgspec.structs.replace(scope, limit=_A_PAGE + 1), request.t)
    shown = {
        "form": form,
        "lines": lines[:_A_PAGE],
        "older": lines[_A_PAGE - 1].number if len(lines) > _A_PAGE else None,
        "people": sorted(names_of(request.engine, request.t).items(), key=lambda pair: pair[1].casefold()),
        "actions": request.engine.store.people.audit_actions(),
        "is_filtered": any(form.cleaned_data.get(name) for name in ("by", "action", "since", "until")),
    }
    return render(request, "audit/page.html", shown)


@require_GET
def export(request: WebRequest, brand: str) -> HttpResponse:
    """Return the entries of the filter as CSV, however many; the export itself is noted."""
    scope = msgspec.structs.replace(_scope(_form(request), request.zone), before=None)
    note(request.engine, request.reader.mark, "audit_export", "", request.now)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tocsin-audit-{request.now:%Y-%m-%d}.csv"'
    writer = csv.writer(answer)
    writer.writerow(("number", "at", "by", "action", "subject", "text"))
    for line in whole_trail(request.engine, scope, request.t):
        cells = (line.by, line.action, line.subject, line.text)
        writer.writerow((line.number, iso(line.at), *(_inert(cell) for cell in cells)))
    return answer


def _form(request: WebRequest) -> FilterForm:
    if not request.reader.is_owner:
        raise Http404  # the trail spans all brands
    form = FilterForm(request.GET)
    form.is_valid()
    return form


def _scope(form: FilterForm, zone: ZoneInfo) -> AuditScope:
    given = form.cleaned_data
    until: date | None = given.get("until")
    return AuditScope(
        by=given.get("by") or "",
        action=given.get("action") or "",
        since=_midnight(given.get("since"), zone),
        until=_midnight(until + timedelta(days=1), zone) if until and until < date.max else None,
        before=given.get("before"),
    )


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
