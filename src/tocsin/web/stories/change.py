"""What people change in stories: a preview first, a form to do it, a way back."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import ConflictError, InputError, NotFoundError
from tocsin.flows.correct import Hand
from tocsin.flows.stories.change import (
    chosen_posts,
    merge_stories,
    mergeable,
    offered_posts,
    rename_story,
    split_story,
    undo_move,
)
from tocsin.store.affairs.rows import Move, StoryLine
from tocsin.web.request import WebRequest

_MOST_ROWS = 500
_SINCE = timedelta(days=30)


@require_POST
def rename(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Give a story a title of one's own."""
    try:
        rename_story(request.engine, number, request.POST.get("title", ""), _hand(request))
    except NotFoundError:
        raise Http404 from None
    except InputError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, _("The title is kept."))
    return _to(brand, number)


@require_GET
def merge(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Choose the other story; with one chosen, show what merging gives."""
    line = _story(request, number)
    wanted = request.GET.get("with", "")
    if wanted:
        other = _story(request, wanted)
        return render(request, "stories/merge.html", {"line": line, "other": other, "sum": line.posts + other.posts})
    others = mergeable(request.engine, line, request.GET.get("q", "")[:80], request.now - _SINCE)
    return render(request, "stories/merge.html", {"line": line, "others": others})


@require_POST
def do_merge(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Put all of another story into this one."""
    try:
        moved = merge_stories(request.engine, request.POST.get("with", ""), number, _hand(request))
    except NotFoundError:
        raise Http404 from None
    except (InputError, ConflictError) as error:
        messages.error(request, request.t.error(error))
        return _to(brand, number)
    _say(request, moved)
    return _to(brand, number)


@require_http_methods(["GET", "POST"])
def split(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Tick posts; posted, show what splitting gives. Nothing is changed here."""
    line = _story(request, number)
    shown: dict[str, object] = {
        "line": line,
        "others": mergeable(request.engine, line, "", request.now - _SINCE),
        "offered": offered_posts(request.engine, line),
    }
    rows = _rows(request)
    if request.method == "POST" and not rows:
        shown["error"] = _("No post is chosen. Tick those that belong elsewhere.")
    elif rows:
        target = request.POST.get("target", "")
        chosen = chosen_posts(request.engine, line, rows)
        shown.update(chosen=chosen, left=line.posts - len(chosen), target=_story(request, target) if target else None)
    return render(request, "stories/split.html", shown)


@require_POST
def do_split(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """Put the posts into another story, or into a new one."""
    try:
        target = request.POST.get("target", "")
        moved = split_story(request.engine, number, _rows(request), target, _hand(request))
    except NotFoundError:
        raise Http404 from None
    except (InputError, ConflictError) as error:
        messages.error(request, request.t.error(error))
        return _to(brand, number)
    _say(request, moved)
    return _to(brand, moved.target)


@require_POST
def undo(request: WebRequest, brand: str, move: int) -> HttpResponse:
    """Put moved posts back."""
    try:
        moved = undo_move(request.engine, move, _hand(request))
    except NotFoundError:
        raise Http404 from None
    except ConflictError as error:
        messages.error(request, request.t.error(error))
        return HttpResponseRedirect(reverse("stories:list", kwargs={"brand": brand}))
    messages.success(request, _("The posts are back where they were."))
    return _to(brand, moved.source)


def _say(request: WebRequest, moved: Move) -> None:
    said = ngettext("%(n)s post moved.", "%(n)s posts moved.", moved.posts) % {"n": moved.posts}
    undo_at = reverse("stories:undo", kwargs={"brand": request.brand.slug, "move": moved.id})
    messages.success(request, said, extra_tags=undo_at)


def _story(request: WebRequest, number: str) -> StoryLine:
    try:
        return request.engine.store.affairs.story(request.brand.slug, number)
    except NotFoundError:
        raise Http404 from None


def _rows(request: WebRequest) -> list[int]:
    found = [int(row) for row in request.POST.getlist("row") if row.isascii() and row.isdigit() and len(row) < 18]
    return found[:_MOST_ROWS]


def _hand(request: WebRequest) -> Hand:
    return Hand(brand=request.brand.slug, person=request.reader, at=request.now)


def _to(brand: str, number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("stories:page", kwargs={"brand": brand, "number": number}))
