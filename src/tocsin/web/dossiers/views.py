"""The list of dossiers, a dossier, and what is done to it as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.flows.dossiers.board import dossier_board
from tocsin.flows.dossiers.page import dossier_view
from tocsin.flows.evidence.dossiers import (
    LONGEST_TITLE,
    add_note,
    change_dossier,
    close_dossier,
    keep_until,
    open_dossier,
    reopen_dossier,
)
from tocsin.flows.moments import Reader
from tocsin.flows.stories.page import story_page
from tocsin.flows.stream import people_names
from tocsin.store.dossiers.rows import NewDossier
from tocsin.web.dossiers.own import dossier_or_404
from tocsin.web.request import WebRequest


@require_GET
def show_list(request: WebRequest, brand: str) -> HttpResponse:
    """List the dossiers, and the captures that stand in none."""
    board = dossier_board(request.engine, request.brand, Reader(request.t, request.zone), request.now)
    return render(request, "dossiers/list.html", {"dossiers": board.dossiers, "loose": board.loose})


@require_GET
def page(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show a dossier; who looked is noted in its custody."""
    reader = Reader(request.t, request.zone)
    try:
        view = dossier_view(request.engine, request.brand, number, request.reader, reader=reader, now=request.now)
    except NotFoundError:
        raise Http404 from None
    return render(request, "dossiers/page.html", {"page": view})


@require_http_methods(["GET", "POST"])
def new(request: WebRequest, brand: str) -> HttpResponse:
    """Open a dossier, of a story when the address names one."""
    story = (request.POST if request.method == "POST" else request.GET).get("story", "")[:64]
    title, error = _title_of(request, story), ""
    if request.method == "POST":
        title = request.POST.get("title", "")
        wanted = NewDossier(
            brand=brand,
            title=title,
            by=request.reader.mark,
            at=request.now,
            story=story,
            counsel=_person(request),
            online_on=_day(request.POST.get("online_on", "")),
        )
        try:
            row = open_dossier(request.engine, wanted)
        except InputError as wrong:
            error = request.t.error(wrong)
        else:
            messages.success(request, _("The dossier is open. Capture the pages first."))
            return _to(request, row.number)
    shown = {"title": title, "story": story, "error": error, "most": LONGEST_TITLE, "people": _people(request)}
    return render(request, "dossiers/new.html", shown)


@require_http_methods(["GET", "POST"])
def change(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Change what a dossier is called, who is in charge, and since when its matter is online."""
    row, error = dossier_or_404(request, number), ""
    if request.method == "POST":
        try:
            change_dossier(
                request.engine,
                number,
                title=request.POST.get("title", ""),
                counsel=_person(request),
                online_on=_day(request.POST.get("online_on", "")),
                by=request.reader.mark,
                now=request.now,
            )
        except InputError as wrong:
            error = request.t.error(wrong)
        else:
            return _to(request, number)
    until = keep_until(request.engine, number, request.now)
    shown = {"row": row, "error": error, "most": LONGEST_TITLE, "people": _people(request), "until": until}
    return render(request, "dossiers/change.html", shown)


@require_POST
def note(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Write a note into a dossier."""
    return _do(request, number, lambda: add_note(request.engine, number, *_said(request)), _("The note is in the log."))


@require_POST
def close(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Close a dossier; its content goes at the day that the page told."""
    by = request.reader.mark
    return _do(
        request,
        number,
        lambda: close_dossier(request.engine, number, by, request.now),
        _("The dossier is closed."),
        undo=reverse("dossiers:reopen", kwargs={"brand": brand, "number": number}),
    )


@require_POST
def reopen(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Open a closed dossier again."""
    by = request.reader.mark
    said = _("The dossier is open again.")
    return _do(request, number, lambda: reopen_dossier(request.engine, number, by, request.now), said)


def _do(request: WebRequest, number: str, act: Any, said: str, undo: str = "") -> HttpResponse:
    """Do one thing to a dossier of this brand, and say what came of it."""
    dossier_or_404(request, number)
    try:
        act()
    except (InputError, ConflictError) as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, said, extra_tags=undo)
    return _to(request, number)


def _to(request: WebRequest, number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("dossiers:page", kwargs={"brand": request.brand.slug, "number": number}))


def _said(request: WebRequest) -> tuple[str, str, Any]:
    return request.POST.get("words", ""), request.reader.mark, request.now


def _people(request: WebRequest) -> list[tuple[int, str]]:
    return sorted(people_names(request.engine, request.brand.slug).items(), key=lambda pair: pair[1])


def _person(request: WebRequest) -> int:
    """Return the number of the person chosen, 0 for nobody or for somebody without a role here."""
    given = request.POST.get("counsel", "")
    known = people_names(request.engine, request.brand.slug)
    return next((number for number in known if str(number) == given), 0)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _title_of(request: WebRequest, story: str) -> str:
    if not story:
        return ""
    try:
        return story_page(request.engine, request.brand, story, request.now).line.title
    except NotFoundError:
        return ""
