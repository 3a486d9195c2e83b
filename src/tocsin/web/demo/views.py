"""Come in as Alice by the printed address, choose how fast the play goes; the invented pages its robot captures."""

from __future__ import annotations

import hmac

from django.contrib.auth import get_user_model, login
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tocsin.web.installation import Demo, served
from tocsin.web.request import WebRequest

STILL = 0


@require_GET
def enter(request: WebRequest, token: str) -> HttpResponse:
    """Sign in as Alice; the token lives as long as the demonstration."""
    if not hmac.compare_digest(token.encode(), _demo().token.encode()):
        raise Http404
    alice = next(person for person in request.engine.store.people.everybody() if person.is_owner)
    model = get_user_model()
    account = model.objects.get(pk=alice.id)
    login(request, account, backend="tocsin.web.enter.backend.PersonBackend")
    return HttpResponseRedirect("/")


@require_POST
def speed(request: WebRequest) -> HttpResponse:
    """Go on at another speed."""
    demo = _demo()
    try:
        wanted = float(request.POST.get("speed", ""))
    except ValueError:
        wanted = demo.speed
    if wanted == STILL or wanted in demo.speeds:
        demo.set_speed(wanted)
    back = request.POST.get("next", "/")
    return HttpResponseRedirect(back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else "/")


@require_GET
def site(request: WebRequest, page: str) -> HttpResponse:
    """Show a page of the invented site, as it stands at this hour of the play; anybody may, as on the web."""
    demo = _demo()
    shown = demo.site.page(page, request.now) if demo.site else None
    if shown is None:
        raise Http404
    return render(request, f"demo/{shown.form.name.lower()}.html", {"page": shown})


def _demo() -> Demo:
    demo = served().demo
    if demo is None:
        raise Http404
    return demo
