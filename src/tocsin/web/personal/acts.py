"""What is done on the pages of personal data; each act is noted, and none happens on a mere visit."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tocsin.base.errors import InputError, NotFoundError, TocsinError
from tocsin.base.personal import Purpose
from tocsin.flows.correct import Hand
from tocsin.flows.moments import Reader
from tocsin.flows.personal import keep as keeping
from tocsin.flows.personal import rights
from tocsin.flows.personal.drafts import PURPOSES
from tocsin.store.personal.rows import COUNTED
from tocsin.web.personal.forms import EraseForm, KeepForm, ObjectForm
from tocsin.web.personal.views import author_or_404
from tocsin.web.request import WebRequest


@never_cache
@require_POST
def export(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Hand over all that is held of an author, as a ZIP archive."""
    reader = Reader(request.t, request.zone)
    try:
        name, archive = rights.hand_over(request.engine, request.brand, number, _hand(request), reader)
    except NotFoundError:
        raise Http404 from None
    except InputError as error:
        messages.error(request, request.t.error(error))
        return HttpResponseRedirect(_author(request, number))
    answer = HttpResponse(archive, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def erase(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Show what goes and what stays; erase once the handle is typed, and list what was done."""
    page = author_or_404(request, number)
    form = EraseForm(request.POST or None)
    if form.is_valid():
        try:
            report = rights.erase(request.engine, request.brand, number, form.cleaned_data["typed"], _hand(request))
        except InputError as error:
            form.add_error("typed", request.t.error(error))
        else:
            rows = report.erased.get("posts", 0)
            messages.success(
                request,
                _("Erased for good, %(posts)s posts among it. The files are written anew tonight.") % {"posts": rows},
            )
            return HttpResponseRedirect(reverse("personal:page", kwargs={"brand": brand}) + "#done")
    return render(request, "personal/erase.html", {"page": page, "form": form})


@require_http_methods(["GET", "POST"])
def object_to(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Hear an author no more."""
    page = author_or_404(request, number)
    form = ObjectForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            rights.object_to(request.engine, request.brand, number, form.cleaned_data["note"], _hand(request))
        except TocsinError as error:
            form.add_error("note", request.t.error(error))
        else:
            messages.success(request, _("Nothing more of this account will be collected."))
            return HttpResponseRedirect(reverse("personal:page", kwargs={"brand": brand}) + "#objections")
    return render(request, "personal/object.html", {"page": page, "form": form})


@require_POST
def lift(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Hear an author again."""
    try:
        rights.lift(request.engine, request.brand, number, _hand(request))
    except NotFoundError:
        raise Http404 from None
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, _("The objection is lifted: this account is heard again."))
    return HttpResponseRedirect(reverse("personal:page", kwargs={"brand": brand}) + "#objections")


@require_http_methods(["GET", "POST"])
def keep(request: WebRequest, brand: str, purpose: str) -> HttpResponse:
    """Show what would go tonight for a number of days; keep it so when it is sent."""
    known = {one.value: one for one in Purpose}
    if purpose not in known:
        raise Http404
    form = KeepForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        messages.error(request, _("Write a number of days from 1 to 3650, or nothing for no end."))
        return HttpResponseRedirect(reverse("personal:page", kwargs={"brand": brand}) + "#kept")
    days = form.cleaned_data["days"]
    if request.method == "POST":
        try:
            keeping.set_days(request.engine, request.brand, known[purpose], days, _hand(request))
        except InputError as error:
            messages.error(request, request.t.error(error))
        else:
            messages.success(request, _("It is kept so; what is older goes in the coming night."))
        return HttpResponseRedirect(reverse("personal:page", kwargs={"brand": brand}) + "#kept")
    due = None if days is None else keeping.preview(request.engine, request.brand, known[purpose], days, request.now)
    shown = {
        "purpose": purpose,
        "about": request.t.text(PURPOSES[known[purpose]]),
        "days": days,
        "due": due,
        "counted": COUNTED,
    }
    return render(request, "personal/keep.html", shown)


def _hand(request: WebRequest) -> Hand:
    return Hand(brand=request.brand.slug, person=request.reader, at=request.now)


def _author(request: WebRequest, number: int) -> str:
    return reverse("personal:author", kwargs={"brand": request.brand.slug, "number": number})
