"""The pages of today, and the charts as still pictures."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.base.errors import NotFoundError
from tocsin.base.person import Theme
from tocsin.flows.excluded import excluded
from tocsin.flows.level import level, level_figure, level_sentence
from tocsin.flows.moments import Reader
from tocsin.flows.stories.figures import spread_figure, story_figure
from tocsin.flows.stories.page import story_page
from tocsin.flows.stream import people_names
from tocsin.flows.today import today
from tocsin.report.paint import DARK, LIGHT
from tocsin.report.render import svg
from tocsin.report.values import Figure
from tocsin.web.access import WORKERS
from tocsin.web.request import WebRequest

_EXCLUDED = timedelta(hours=24)


@require_GET
def page(request: WebRequest, brand: str) -> HttpResponse:
    """Show the day of a brand."""
    return render(request, "today/page.html", _shown(request))


@require_GET
def board(request: WebRequest, brand: str) -> HttpResponse:
    """Answer the part of the page that changes as things happen."""
    return render(request, "today/board.html", _shown(request))


@require_GET
def chart(request: WebRequest, brand: str, kind: str, number: str) -> HttpResponse:
    """Answer a chart as a picture, for pages without script; `?narrow` for the drawing of a phone."""
    figure = _figure(request, kind, number)
    if figure is None:
        raise Http404
    colours = DARK if request.reader.theme is Theme.DARK else LIGHT
    spec = figure.narrow if "narrow" in request.GET else figure.wide
    # Drawing takes longer than all else here, and the same picture is asked for again until the story moves.
    picture = request.engine.kept(
        ("picture", json.dumps(spec), colours is DARK), lambda: svg({**spec, "background": "$sheet"}, colours)
    )
    return HttpResponse(picture, content_type="image/svg+xml")


def _figure(request: WebRequest, kind: str, number: str) -> Figure | None:
    reader = Reader(request.t, request.zone)
    if (kind, number) == ("level", "now"):
        return level_figure(level(request.engine, request.brand, request.now), reader)
    try:
        if kind == "story":
            return story_figure(story_page(request.engine, request.brand, number, request.now), reader)
        if kind == "spread":
            return spread_figure(story_page(request.engine, request.brand, number, request.now), reader)
    except NotFoundError:
        return None
    return None


def _shown(request: WebRequest) -> dict[str, Any]:
    reader = Reader(request.t, request.zone)
    day = today(request.engine, request.brand, request.now, person=request.reader.id, role=request.role)
    return {
        "day": day,
        "figure": level_figure(day.level, reader),
        "sentence": level_sentence(day.level, reader),
        "excluded": excluded(request.engine, request.brand, request.now - _EXCLUDED, request.now, reader),
        "can_act": request.role in WORKERS.roles,
        "names": people_names(request.engine, request.brand.slug),
    }
