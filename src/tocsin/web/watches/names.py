"""Give a watch, or the brand itself, another name: what changes stands there before, and it can be taken back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tocsin.base.errors import NotFoundError, TocsinError
from tocsin.flows.watches import keep
from tocsin.flows.watches.keep import By
from tocsin.flows.watches.precision import kept_ticks
from tocsin.web.request import WebRequest


@require_http_methods(["GET", "POST"])
def rename_watch(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Show what another name of a watch changes; change it when it is sent."""
    try:
        kept = request.engine.store.watching.watch(brand, number)
    except NotFoundError:
        raise Http404 from None
    shown = {"kept": kept, "name": kept.watch.name, "ticks": len(kept_ticks(request.engine, brand, kept.watch.name))}
    if request.method == "GET":
        return render(request, "watches/rename.html", shown)
    name = _given(request)
    try:
        before = keep.rename_watch(request.engine, brand, number, name, By(request.reader, request.now))
    except TocsinError as error:
        return render(
            request, "watches/rename.html", shown | {"name": name, "refused": request.t.error(error)}, status=400
        )
    here = reverse("watches:rename", kwargs={"brand": brand, "number": number})
    messages.success(request, _("The watch is called %(name)s.") % {"name": name}, extra_tags=_undo(here, before.name))
    return HttpResponseRedirect(reverse("watches:edit", kwargs={"brand": brand, "number": number}))


@require_http_methods(["GET", "POST"])
def rename_brand(request: WebRequest, brand: str) -> HttpResponse:
    """Show what another name of the brand changes; change it when it is sent."""
    shown = {"name": request.brand.name, "watches": request.engine.store.watches(brand)}
    if request.method == "GET":
        return render(request, "watches/rename_brand.html", shown)
    name = _given(request)
    try:
        before = keep.rename_brand(request.engine, brand, name, By(request.reader, request.now))
    except TocsinError as error:
        shown |= {"name": name, "refused": request.t.error(error)}
        return render(request, "watches/rename_brand.html", shown, status=400)
    here = reverse("watches:rename_brand", kwargs={"brand": brand})
    messages.success(request, _("The brand is called %(name)s.") % {"name": name}, extra_tags=_undo(here, before.name))
    return HttpResponseRedirect(reverse("watches:list", kwargs={"brand": brand}))


def _given(request: WebRequest) -> str:
    """The name of the form, or that of the address of an undo."""
    form: QueryDict = request.POST if "name" in request.POST else request.GET
    return " ".join(form.get("name", "").split())


def _undo(address: str, before: str) -> str:
    return f"{address}?{urlencode({'name': before})}"
