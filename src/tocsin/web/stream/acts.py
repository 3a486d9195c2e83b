"""What people do in the stream: each is a form, answers with a redirect, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tocsin.base.errors import NotFoundError, TocsinError
from tocsin.base.person import Role
from tocsin.flows import handle
from tocsin.flows.correct import Done, Hand, correct_mentions, take_back
from tocsin.screen.correct import parse_change
from tocsin.web.request import WebRequest
from tocsin.web.stream.views import reader_of

_ROW_DIGITS = 18


@require_POST
def act_on_one(request: WebRequest, brand: str, row: int) -> HttpResponse:
    """Do one thing with one mention."""
    return _act(request, [row], reverse("stream:mention", kwargs={"brand": brand, "row": row}))


@require_POST
def act_on_many(request: WebRequest, brand: str) -> HttpResponse:
    """Do one thing with the mentions that were ticked; a folded line stands for all its copies."""
    rows = [int(part) for value in request.POST.getlist("row") for part in value.split("-") if _is_row(part)]
    return _act(request, rows, reverse("stream:list", kwargs={"brand": brand}))


@require_POST
def undo(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Take a deed back."""
    back = reverse("stream:list", kwargs={"brand": brand})
    try:
        freed = handle.undo(request.engine, _hand(request), number)
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, ngettext("%(n)s mention as before", "%(n)s mentions as before", freed) % {"n": freed})
    return _back(request, request.META.get("HTTP_REFERER", "") or back, back)


@require_POST
def note_here(request: WebRequest, brand: str, row: int) -> HttpResponse:
    """Note that the reader still has the mention open."""
    try:
        handle.note_reading(request.engine, _hand(request), row)
    except NotFoundError:
        raise Http404 from None
    return HttpResponse(status=204)


@require_POST
def keep_view(request: WebRequest, brand: str) -> HttpResponse:
    """Keep the list under a name."""
    names = ("name", "shared", "next", "csrfmiddlewaretoken")
    params = {name: [str(value) for value in values] for name, values in request.POST.lists() if name not in names}
    back = reverse("stream:list", kwargs={"brand": brand})
    shared = bool(request.POST.get("shared"))
    try:
        view = handle.keep_view(request.engine, _hand(request), request.POST.get("name", ""), params, shared=shared)
    except TocsinError as error:
        messages.error(request, request.t.error(error))
        return _back(request, request.POST.get("next", ""), back)
    messages.success(request, _("View %(name)s kept") % {"name": view.name})
    return HttpResponseRedirect(f"{back}?{view.query}")


@require_POST
def change_view(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Rename, share or delete a view."""
    leads = request.role in (Role.OWNER, Role.MANAGER)
    back = reverse("stream:list", kwargs={"brand": brand})
    hand = _hand(request)
    try:
        if request.POST.get("do") == "delete":
            view = handle.delete_view(request.engine, hand, number, leads=leads)
            messages.success(request, _("View %(name)s deleted") % {"name": view.name})
        else:
            shared = bool(request.POST.get("shared"))
            name = request.POST.get("name", "")
            view = handle.change_view(request.engine, hand, number, name=name, shared=shared, leads=leads)
            messages.success(request, _("View %(name)s kept") % {"name": view.name})
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    return _back(request, request.POST.get("next", ""), back)


def _act(request: WebRequest, rows: Sequence[int], usual: str) -> HttpResponse:
    """Do what the button says, tell what it did with a way back, and go back to the page."""
    try:
        done, told = _deed(request, rows)
    except NotFoundError as error:
        if len(rows) == 1:
            raise Http404 from None
        messages.error(request, request.t.error(error))
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        way = (
            reverse("stream:undo", kwargs={"brand": reader_of(request).brand, "number": done.undo}) if done.undo else ""
        )
        messages.success(request, told, extra_tags=way)
    return _back(request, request.POST.get("next", ""), usual)


def _deed(request: WebRequest, rows: Sequence[int]) -> tuple[Done, str]:
    """What was done, and the sentence that tells it."""
    hand, engine = _hand(request), request.engine
    name, _sep, value = request.POST.get("do", "").partition("=")
    if name in ("done", "todo"):
        done = handle.set_done(engine, hand, rows, done=name == "done")
        if name == "done":
            told = ngettext("%(n)s mention done", "%(n)s mentions done", done.mentions)
        else:
            told = ngettext("%(n)s mention to do again", "%(n)s mentions to do again", done.mentions)
        return done, told % {"n": done.mentions}
    if name == "assign":
        whom = value or request.POST.get("assignee", "")
        done = handle.assign(engine, hand, rows, int(whom) if _is_row(whom) else hand.person.id)
        return done, ngettext("%(n)s mention assigned", "%(n)s mentions assigned", done.mentions) % {"n": done.mentions}
    if name == "back" and _is_row(value) and rows:
        freed = take_back(engine, hand, int(value), rows[0])
        done = Done(mentions=freed)
        return done, ngettext("%(n)s mention as before", "%(n)s mentions as before", freed) % {"n": freed}
    done = correct_mentions(engine, hand, rows, parse_change(value or request.POST.get("change", "")))
    told = ngettext("%(n)s mention put right", "%(n)s mentions put right", done.mentions)
    return done, told % {"n": done.mentions}


def _hand(request: WebRequest) -> Hand:
    reader = reader_of(request)
    return Hand(brand=reader.brand, person=reader.person, at=reader.now)


def _back(request: WebRequest, wanted: str, usual: str) -> HttpResponse:
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(wanted if is_ours else usual)


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _ROW_DIGITS
