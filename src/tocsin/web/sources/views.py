"""The pages of the sources."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import NotFoundError
from tocsin.flows.sources import find_source, set_reading, source_board
from tocsin.store.rows import AuditEntry
from tocsin.web.request import WebRequest


@require_GET
def board(request: WebRequest, brand: str) -> HttpResponse:
    """Show how each source fares."""
    found = source_board(request.engine, brand, request.now, all_brands=request.reader.is_owner)
    return render(request, "sources/list.html", {"board": found})


@require_POST
def act(request: WebRequest, brand: str) -> HttpResponse:
    """Pause, read again, remove or bring back a source."""
    name, wanted = request.POST.get("name", ""), request.POST.get("act", "")
    back = HttpResponseRedirect(reverse("sources:list", kwargs={"brand": brand}))
    try:
        row = find_source(request.engine, brand, name)
    except NotFoundError as error:
        messages.error(request, request.t.error(error))
        return back
    if wanted in ("pause", "read"):
        set_reading(request.engine, row, enabled=wanted == "read")
        said = _("%(name)s is read again.") if wanted == "read" else _("%(name)s is paused. Its posts stay.")
    elif wanted == "remove":
        request.engine.store.remove_source(name)
        said = _("%(name)s is no longer read. Its posts stay.")
    else:
        return back
    _note(request, f"source.{wanted}", name)
    messages.success(request, said % {"name": name})
    return back


def _note(request: WebRequest, action: str, subject: str) -> None:
    entry = AuditEntry(at=request.now, by=request.reader.mark, action=action, subject=subject)
    request.engine.store.note_audit(entry)
