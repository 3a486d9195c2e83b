"""Set up the second factor, renew its recovery codes, take it away; each after the password."""

from __future__ import annotations

import segno
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tocsin.base.errors import InputError
from tocsin.flows.people import second_factor as flow
from tocsin.flows.people.enter import Answer, prove
from tocsin.web.enter.forms import Form, OfferForm, ProofForm
from tocsin.web.enter.sign_in import client_address, said_wait
from tocsin.web.request import WebRequest

_OFFERED = "second_factor_offered"


@never_cache
@sensitive_post_parameters("present", "code")
@require_http_methods(["GET", "POST"])
def second_factor(request: WebRequest) -> HttpResponse:
    """Offer a second factor, take its first code, and show the recovery codes once."""
    offered = flow.offer(request.engine, request.reader, request.session.get(_OFFERED, ""))
    request.session[_OFFERED] = offered.sealed
    form = OfferForm(request.POST or None)
    if form.is_valid() and _is_proved(request, form):
        try:
            codes = flow.confirm(
                request.engine, request.reader, offered.sealed, form.cleaned_data["code"], request.outside_now
            )
        except InputError as error:
            form.add_error("code", request.t.error(error))
        else:
            del request.session[_OFFERED]
            return render(request, "enter/codes.html", {"codes": codes})
    shown = {"form": form, "square": square(offered.address), "secret": _in_fours(offered.secret)}
    return render(request, "enter/second_factor.html", shown)


@never_cache
@sensitive_post_parameters("present")
@require_http_methods(["GET", "POST"])
def codes(request: WebRequest) -> HttpResponse:
    """Show new recovery codes; the old ones are no longer good."""
    form = ProofForm(request.POST or None)
    if form.is_valid() and _is_proved(request, form):
        try:
            renewed = flow.renew_codes(request.engine, request.reader, request.now)
        except InputError as error:
            form.add_error(None, request.t.error(error))
        else:
            return render(request, "enter/codes.html", {"codes": renewed})
    return render(request, "enter/proof.html", {"form": form, "is_codes": True})


@never_cache
@sensitive_post_parameters("present")
@require_http_methods(["GET", "POST"])
def off(request: WebRequest) -> HttpResponse:
    """Take one's second factor away."""
    form = ProofForm(request.POST or None)
    if form.is_valid() and _is_proved(request, form):
        flow.take_away(request.engine, request.reader, request.reader.mark, request.now)
        messages.success(request, _("The second factor is taken away: your password alone opens your account."))
        return HttpResponseRedirect(reverse("enter:me"))
    return render(request, "enter/proof.html", {"form": form, "is_codes": False})


def square(address: str) -> SafeString:
    """Return the square code of an address as an image in the page: dark on white in both looks, or cameras fail."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, dark="#000", light="#fff", omitsize=True)
    # Drawn here from modules alone; nothing of the address stands in it as text.
    return mark_safe(drawn)


def _is_proved(request: WebRequest, form: Form) -> bool:
    given = form.cleaned_data["present"]
    proved = prove(request.engine, request.reader, given, client_address(request), request.now)
    if proved.answer is not Answer.IN:
        form.add_error("present", said_wait(proved) or _("This is not your present password."))
    return proved.answer is Answer.IN


def _in_fours(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
