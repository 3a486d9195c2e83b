"""The pages of stories and surges, as one reads them."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tocsin.base.errors import NotFoundError
from tocsin.flows.dossiers.beside import dossiers_of_story
from tocsin.flows.moments import Reader
from tocsin.flows.stories.figures import spread_figure, story_figure
from tocsin.flows.stories.forecast import story_forecast
from tocsin.flows.stories.glance import StoryWish, list_stories
from tocsin.flows.stories.page import moved_to, story_page, words_of
from tocsin.flows.stories.rise import rise_page
from tocsin.flows.stream import people_names
from tocsin.flows.vocabulary import word
from tocsin.web.access import LAWYERS, LEADERS, WORKERS
from tocsin.web.alerts.views import read_instant
from tocsin.web.request import WebRequest

_STEPS = ("first", "relay", "local_press", "national_press")
_KINDS = (
    "complaint",
    "rumour",
    "bad_buzz",
    "disinformation",
    "leak",
    "insult",
    "defamation",
    "denigration",
    "impersonation",
    "fake_review",
    "threat",
    "spam",
    "praise",
    "question",
    "neutral",
)


@require_GET
def show_list(request: WebRequest, brand: str) -> HttpResponse:
    """List the stories."""
    given = request.GET
    wish = StoryWish(
        state=given.get("state", ""),
        kind=given.get("kind", "") if given.get("kind") in _KINDS else "",
        period=given.get("period", "7"),
        words=given.get("q", "")[:80],
        order=given.get("order", "moved"),
        before=read_instant(given.get("before", "")),
    )
    found = list_stories(request.engine, request.brand, wish, request.now)
    shown = {"found": found, "filters": _filters(request), "defaults": {"period": "7", "order": "moved"}}
    return render(request, "stories/list.html", shown)


@require_GET
def page(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show a story; one that was merged leads to where its posts are now."""
    try:
        story = story_page(request.engine, request.brand, number, request.now)
    except NotFoundError:
        target = moved_to(request.engine, request.brand, number)
        if not target:
            raise Http404 from None
        return HttpResponseRedirect(reverse("stories:page", kwargs={"brand": brand, "number": target}))
    reader = Reader(request.t, request.zone)
    may_open = request.role in LAWYERS.roles
    reached = {fact.code: fact for fact in reversed(story.facts)}
    shown = {
        "page": story,
        "figure": story_figure(story, reader),
        "spread": spread_figure(story, reader),
        "forecast": story_forecast(request.engine, request.brand, story.line, request.now),
        "steps": [(code, reached.get(code)) for code in _STEPS],
        "languages": words_of(story.shares.languages),
        "names": people_names(request.engine, brand),
        "can_act": request.role in WORKERS.roles,
        "can_change": request.role in LEADERS.roles,
        "can_open_dossier": may_open,
        "dossiers": dossiers_of_story(request.engine, brand, number) if may_open else [],
    }
    return render(request, "stories/page.html", shown)


@require_GET
def surge(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Show a rise: what, by how much, since when, and why it is said."""
    try:
        rise = rise_page(request.engine, request.brand, number, request.now, Reader(request.t, request.zone))
    except NotFoundError:
        raise Http404 from None
    shown = {
        "surge": rise.surge,
        "excluded": rise.excluded,
        "title": rise.title,
        "alert": rise.alert,
        "posts": rise.posts,
        "figure": rise.figure,
        "window_s": rise.surge.window_min * 60,
        "can_act": request.role in WORKERS.roles,
    }
    return render(request, "stories/surge.html", shown)


def _filters(request: WebRequest) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name in the address, words, and choices of each filter."""
    kinds = sorted(((kind, word(kind, request.t)) for kind in _KINDS), key=lambda pair: pair[1])
    return [
        (
            "state",
            _("State"),
            [
                ("", _("any state")),
                ("new", _("new")),
                ("growing", _("growing")),
                ("back", _("back again")),
                ("calm", _("calm")),
            ],
        ),
        ("kind", _("Kind"), [("", _("any kind")), *kinds]),
        ("period", _("Moved"), [("1", _("today")), ("7", _("this week")), ("30", _("this month")), ("all", _("ever"))]),
        ("order", _("Order"), [("moved", _("moved last")), ("largest", _("largest"))]),
    ]
