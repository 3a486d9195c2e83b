"""Where hubs call back: they ask whether a subscription was meant, and push news. Nobody is signed in here."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tocsin.flows.collecting.push.callback import Pushed, confirm, take
from tocsin.web.request import WebRequest


@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: WebRequest, token: str) -> HttpResponse:
    """Answer a hub, in plain text."""
    if request.method == "GET":
        intent = confirm(request.engine, token, request.GET.dict(), request.outside_now)
        return _plain(intent.body, intent.status)
    pushed = Pushed(
        body=request.body,
        content_type=request.headers.get("Content-Type", ""),
        signature=request.headers.get("X-Hub-Signature", ""),
    )
    answer = _plain("", take(request.engine, token, pushed, request.outside_now))
    if answer.status_code == 503:
        answer.headers["Retry-After"] = "60"
    return answer


def _plain(text: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=headers)
