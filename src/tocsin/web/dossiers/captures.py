"""Captures: asked for, looked at, handed over, erased."""

from __future__ import annotations

import mimetypes

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import ConflictError, InputError, NotFoundError, TocsinError
from tocsin.flows.dossiers.beside import story_addresses
from tocsin.flows.dossiers.capture import SHOWN, capture_view
from tocsin.flows.evidence.dossiers import add_capture, own_capture, read_capture
from tocsin.flows.evidence.erase import erase_capture
from tocsin.flows.evidence.request import MOST_ATTACHED_MB, attach_file, request_capture
from tocsin.flows.moments import Reader
from tocsin.store.dossiers.rows import DossierState
from tocsin.store.evidence.rows import CaptureRow
from tocsin.web.access import LAWYERS
from tocsin.web.dossiers.own import dossier_or_404
from tocsin.web.request import WebRequest


@require_GET
def page(request: WebRequest, brand: str, capture: str) -> HttpResponse:
    """Show a capture: the page as it was, what ties its words to the server, how it was made, its seal."""
    row = _own(request, capture)
    read_capture(request.engine, brand, capture, request.reader.mark, request.now)
    view = capture_view(request.engine, request.brand, row, Reader(request.t, request.zone))
    dossiers = [
        one for one in request.engine.store.dossiers.dossiers(brand, DossierState.OPEN) if one.number != row.dossier
    ]
    shown = {"page": view, "dossiers": dossiers if not row.dossier else []}
    return render(request, "dossiers/capture.html", shown)


@require_GET
def file(request: WebRequest, brand: str, capture: str, name: str) -> HttpResponse | FileResponse:
    """Hand over one file of a capture; pictures are shown, all else is kept by the browser, never run by it."""
    row = _own(request, capture)
    try:
        path = request.engine.store.evidence.vault.path(row.folder, name)
    except NotFoundError:
        raise Http404 from None
    read_capture(request.engine, brand, capture, request.reader.mark, request.now)
    shown = name.endswith(SHOWN)
    kind = (mimetypes.guess_type(name)[0] or "application/octet-stream") if shown else "application/octet-stream"
    answer = FileResponse(path.open("rb"), as_attachment=not shown, filename=f"{capture}-{name}", content_type=kind)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_http_methods(["GET", "POST"])
def take(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Ask for a capture into a dossier."""
    row = dossier_or_404(request, number)
    error, url = "", request.GET.get("url", "")
    if request.method == "POST":
        url = request.POST.get("url", "")
        try:
            asked = request_capture(request.engine, brand, url, request.reader.mark, request.now, dossier=number)
        except TocsinError as wrong:
            error = request.t.error(wrong)
        else:
            messages.success(request, _("The robot goes there now; the page shows what it brings."))
            return _to_capture(request, asked)
    pages = story_addresses(request.engine, brand, row.story) if row.story else []
    shown = {"row": row, "url": url, "error": error, "most_mb": MOST_ATTACHED_MB, "pages": pages}
    return render(request, "dossiers/take.html", shown)


@require_POST
def take_loose(request: WebRequest, brand: str) -> HttpResponse:
    """Ask for a capture of the page of a mention, from wherever it is read."""
    given = request.POST.get("mention", "")
    mention = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None
    back = reverse("stream:mention", kwargs={"brand": brand, "row": mention}) if mention is not None else ""
    try:
        asked = request_capture(
            request.engine, brand, request.POST.get("url", ""), request.reader.mark, request.now, mention=mention
        )
    except NotFoundError:
        raise Http404 from None
    except TocsinError as wrong:
        messages.error(request, request.t.error(wrong))
        return HttpResponseRedirect(back or reverse("today:page", kwargs={"brand": brand}))
    messages.success(request, _("The robot captures the page; owner and counsel find it among the dossiers."))
    if request.role in LAWYERS.roles and not back:
        return _to_capture(request, asked)
    return HttpResponseRedirect(back or reverse("today:page", kwargs={"brand": brand}))


@require_POST
def attach(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Put a file that somebody brings into a dossier."""
    dossier_or_404(request, number)
    given = request.FILES.get("file")
    if given is None:
        messages.error(request, _("Choose a file first."))
        return HttpResponseRedirect(reverse("dossiers:take", kwargs={"brand": brand, "number": number}))
    try:
        attach_file(request.engine, number, given.name or "", given.read(), request.reader.mark, now=request.now)
    except InputError as wrong:
        messages.error(request, request.t.error(wrong))
        return HttpResponseRedirect(reverse("dossiers:take", kwargs={"brand": brand, "number": number}))
    messages.success(request, _("The file is in the dossier and cannot change any more."))
    return _to_dossier(request, number)


@require_POST
def again(request: WebRequest, brand: str, capture: str) -> HttpResponse:
    """Ask for the same page once more."""
    row = _own(request, capture)
    try:
        asked = request_capture(request.engine, brand, row.url, request.reader.mark, request.now, dossier=row.dossier)
    except TocsinError as wrong:
        messages.error(request, request.t.error(wrong))
        return _to_capture(request, row)
    return _to_capture(request, asked)


@require_POST
def put(request: WebRequest, brand: str, capture: str) -> HttpResponse:
    """Put a capture into a dossier."""
    row = _own(request, capture)
    number = request.POST.get("dossier", "")
    dossier_or_404(request, number)
    try:
        add_capture(request.engine, number, row.number, request.reader.mark, request.now)
    except (ConflictError, InputError) as wrong:
        messages.error(request, request.t.error(wrong))
    else:
        messages.success(request, _("The capture is in the dossier; its page is captured again from now on."))
    return _to_capture(request, row)


@require_http_methods(["GET", "POST"])
def erase(request: WebRequest, brand: str, capture: str) -> HttpResponse:
    """Take the content of a capture away for good, once somebody has read what stays."""
    row = _own(request, capture)
    if request.method == "GET":
        return render(request, "dossiers/erase.html", {"row": row})
    try:
        erase_capture(request.engine, brand, row.number, request.reader.mark, request.now)
    except (ConflictError, InputError) as wrong:
        messages.error(request, request.t.error(wrong))
    else:
        messages.success(request, _("The content is gone. Its seal stays in the log and tells nothing of it."))
    return _to_capture(request, row)


def _own(request: WebRequest, number: str) -> CaptureRow:
    try:
        return own_capture(request.engine, request.brand.slug, number)
    except NotFoundError:
        raise Http404 from None


def _to_capture(request: WebRequest, row: CaptureRow) -> HttpResponseRedirect:
    return HttpResponseRedirect(
        reverse("dossiers:capture", kwargs={"brand": request.brand.slug, "capture": row.number})
    )


def _to_dossier(request: WebRequest, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("dossiers:page", kwargs={"brand": request.brand.slug, "number": number}))
