"""The addresses of the house itself: the door, the sign of life, the look."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.person import Theme
from tocsin.flows.today import brand_lines
from tocsin.web.request import WebRequest


@require_GET
def home(request: WebRequest) -> HttpResponse:
    """Lead to the one brand of the person; show all of them when there are several, the way in when there is none."""
    if len(request.brands) == 1:
        return HttpResponseRedirect(reverse("today:page", kwargs={"brand": request.brands[0].slug}))
    if not request.brands and request.reader.is_owner:
        return HttpResponseRedirect(reverse("welcome:start"))
    lines = brand_lines(request.engine, request.brands, request.now)
    return render(request, "today/brands.html", {"lines": lines})


@require_GET
def health(request: WebRequest) -> HttpResponse:
    """Say that the process answers."""
    return HttpResponse("ok", content_type="text/plain")


@require_GET
def manifest(request: WebRequest) -> HttpResponse:
    """Return what a phone needs to put tocsin on its first screen."""
    icons = [{"src": static("img/app-icon.svg"), "sizes": "any", "type": "image/svg+xml"}]
    icons += [
        {"src": static(f"img/icon-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"} for side in (192, 512)
    ]
    return JsonResponse(
        {
            "name": "tocsin",
            "short_name": "tocsin",
            "start_url": "/",
            "display": "standalone",
            "background_color": "#f5f4f0",
            "theme_color": "#f5f4f0",
            "icons": icons,
        },
        content_type="application/manifest+json",
    )


@require_GET
def more(request: WebRequest, brand: str) -> HttpResponse:
    """Show the rest of the navigation, for thumbs."""
    return render(request, "more.html")


@require_POST
def theme(request: WebRequest) -> HttpResponse:
    """Keep the look that the person chose, and go back to the page."""
    chosen = request.POST.get("theme", "")
    if chosen in {*Theme}:
        request.engine.store.people.save(msgspec.structs.replace(request.reader, theme=Theme(chosen)))
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(back if is_ours else "/")
