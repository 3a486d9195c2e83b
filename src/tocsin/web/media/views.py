"""The page of the titles of the press."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import InputError, NotFoundError
from tocsin.flows.media import (
    SCOPES,
    TITLE_KINDS,
    hide_title,
    read_titles,
    restore_title,
    say_title,
    title_board,
    write_titles,
)
from tocsin.web.request import WebRequest

_MOST_BYTES = 1_000_000  # ten thousand titles and more
_FIELDS = ("host", "scope", "kind", "country", "language")


@require_GET
def board(request: WebRequest, brand: str) -> HttpResponse:
    """Show the titles that fit what is looked for, those that owners changed first."""
    return _page(request)


@require_GET
def file(request: WebRequest, brand: str) -> HttpResponse:
    """Give the titles in force as a file that can be read back."""
    answer = HttpResponse(write_titles(request.engine), content_type="text/tab-separated-values; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="media.tsv"'
    return answer


@require_POST
def say(request: WebRequest, brand: str) -> HttpResponse:
    """Keep what an owner says of a host."""
    given = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    try:
        title = say_title(request.engine, list(given.values()), request.reader.mark, request.now)
    except InputError as error:
        return _page(request, {"given": given, "error": request.t.error(error)}, status=400)
    messages.success(request, _("%(host)s counts as you said, from now on.") % {"host": title.host})
    return _back(request, title.host)


@require_POST
def act(request: WebRequest, brand: str) -> HttpResponse:
    """Hide a title, or let the table that ships speak for it again."""
    host, wanted = request.POST.get("host", ""), request.POST.get("act", "")
    try:
        if wanted == "hide":
            hide_title(request.engine, host, request.reader.mark, request.now)
            messages.success(request, _("%(host)s no longer counts as press.") % {"host": host})
        elif wanted == "restore":
            restore_title(request.engine, host, request.reader.mark, request.now)
            messages.success(request, _("What you said of %(host)s is taken back.") % {"host": host})
    except NotFoundError as error:
        messages.error(request, request.t.error(error))
    return _back(request, host)


@require_POST
def read(request: WebRequest, brand: str) -> HttpResponse:
    """Keep the titles of a file; none of it where a line is wrong."""
    given = request.FILES.get("file")
    try:
        if given is None:
            raise InputError("No file was chosen; choose one of five columns, such as the one this page gives.")
        if (given.size or 0) > _MOST_BYTES:
            raise InputError("The file is larger than {most} bytes; leave out what has not changed.", most=_MOST_BYTES)
        lines = given.read().decode("utf-8-sig").splitlines()
        kept = read_titles(request.engine, lines, request.reader.mark, request.now)
    except UnicodeDecodeError:
        return _page(request, {"file_error": _("The file is not UTF-8 text; save it as such.")}, status=400)
    except InputError as error:
        return _page(request, {"file_error": request.t.error(error)}, status=400)
    said = ngettext("%(n)s title is kept.", "%(n)s titles are kept.", kept) % {"n": kept}
    messages.success(request, said if kept else _("The file says what holds already."))
    return _back(request, "")


def _page(request: WebRequest, more: dict[str, object] | None = None, status: int = 200) -> HttpResponse:
    words = request.GET.get("q", "")[:80]
    shown: dict[str, object] = {
        "board": title_board(request.engine, words),
        "words": words,
        "scopes": _words(request, SCOPES),
        "kinds": _words(request, TITLE_KINDS),
        "given": {"host": request.GET.get("host", ""), "country": "FR", "language": "fr"},
    }
    return render(request, "media/list.html", shown | (more or {}), status=status)


def _words(request: WebRequest, names: dict[str, str]) -> dict[str, str]:
    return {code: request.t.text(name) for code, name in names.items()}


def _back(request: WebRequest, host: str) -> HttpResponseRedirect:
    assert request.brand_now is not None
    address = reverse("media:list", kwargs={"brand": request.brand_now.slug})
    return HttpResponseRedirect(f"{address}?q={host}" if host else address)
