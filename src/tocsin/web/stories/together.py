"""The page of accounts that push several stories together."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.flows.stories.together import DAYS, rings_across
from tocsin.web.request import WebRequest


@require_GET
def across(request: WebRequest, brand: str) -> HttpResponse:
    """Show the accounts that came together on several stories."""
    found = rings_across(request.engine, request.brand, request.now)
    return render(request, "stories/together.html", {"found": found, "days": DAYS})
