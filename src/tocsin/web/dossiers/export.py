"""Hand a dossier over: what will be in it, then the zip that a stranger checks without tocsin."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import TocsinError
from tocsin.flows.dossiers.lines import capture_lines
from tocsin.flows.dossiers.report import papers_of_dossier
from tocsin.flows.evidence.export import export_dossier, sealed_captures
from tocsin.flows.evidence.keys import log_verifier
from tocsin.flows.moments import Reader
from tocsin.web.dossiers.own import dossier_or_404
from tocsin.web.request import WebRequest


@require_GET
def page(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show what an export will hold, and how a stranger checks it."""
    row = dossier_or_404(request, number)
    rows = sealed_captures(request.engine, number)
    key = log_verifier(request.engine)
    shown = {
        "row": row,
        "captures": capture_lines(request.engine, rows, Reader(request.t, request.zone)),
        "size": sum(one.size for one in rows),
        "fingerprint": key.fingerprint if key else "",
    }
    return render(request, "dossiers/export.html", shown)


@require_POST
def file(request: WebRequest, brand: str, number: str) -> HttpResponse | FileResponse:
    """Seal the export, and hand the zip over."""
    dossier_or_404(request, number)
    engine, by, now = request.engine, request.reader.mark, request.now
    name = f"dossier-{number}.zip"
    # The folder goes at the end of this block; the open file stays until the last byte of it was sent.
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder:
        try:
            papers = papers_of_dossier(engine, number, by, now, request.t.language)
            made = export_dossier(engine, number, Path(folder) / name, by, now, brand=brand, files=papers)
        except TocsinError as error:
            messages.error(request, request.t.error(error))
            place = {"brand": brand, "number": number}
            return HttpResponseRedirect(reverse("dossiers:export", kwargs=place))
        return FileResponse(made.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
