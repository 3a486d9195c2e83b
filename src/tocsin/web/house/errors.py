"""Pages for what went wrong: one clear sentence and the way on."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer a request that cannot be read."""
    return render(request, "errors/400.html", status=400)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer what may not be done."""
    return render(request, "errors/403.html", status=403)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that does not come from our pages, or whose session has ended."""
    return render(request, "errors/403.html", {"is_form": True}, status=403)


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address where there is nothing, or nothing for this person: both look the same."""
    return render(request, "errors/404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of ours, without asking the database anything."""
    return render(request, "errors/500.html", status=500)
