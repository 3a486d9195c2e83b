"""The pages of the stream: list, mention, copies, and the line that says what came in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.base.errors import InputError, NotFoundError, QueryError
from tocsin.base.kind import Kind, Tone
from tocsin.base.person import Role
from tocsin.flows.dossiers.beside import captures_beside
from tocsin.flows.dossiers.lines import CaptureLine
from tocsin.flows.mention import Pane, choices, may_see_name, read_mention, similar_lines
from tocsin.flows.moments import Reader as Words
from tocsin.flows.stream import (
    ME,
    NOBODY,
    Reader,
    StreamPage,
    Wish,
    count_newer,
    people_names,
    read_mark,
    read_sidebar,
    read_stream,
    read_wish,
)
from tocsin.screen.correct import Act, Change
from tocsin.web.access import LAWYERS, WITNESSES, WORKERS
from tocsin.web.request import WebRequest
from tocsin.web.stream import words

_ROW_MOST = 2**63 - 1


@require_GET
def show_list(request: WebRequest, brand: str) -> HttpResponse:
    """Show the views and a page of the list."""
    wish, problem = wish_of(request)
    shown = _frame(request, wish) | _list(request, wish, problem)
    if request.htmx.target in ("lines", "div#lines"):
        return render(request, "stream/parts/lines.html", shown)
    return render(request, "stream/page.html", shown)


@require_GET
def show_mention(request: WebRequest, brand: str, row: int) -> HttpResponse:
    """Show a mention beside the list it was opened from; by itself on a phone."""
    reader = reader_of(request)
    try:
        pane = read_mention(request.engine, reader, min(row, _ROW_MOST))
    except NotFoundError:
        raise Http404 from None
    wish, problem = wish_of(request)
    shown = _item(request, pane, wish)
    if request.htmx.target in ("mention", "article#mention"):
        shown |= {"address": wish.address(), "before": request.GET.get("before", "")}
        return render(request, "stream/parts/item.html", shown)
    listed = _list(request, wish, problem)
    return render(request, "stream/page.html", _frame(request, wish) | listed | shown | _neighbours(listed, row))


@require_GET
def show_similar(request: WebRequest, brand: str, row: int) -> HttpResponse:
    """List the near-copies of a mention, which a correction of it changes too."""
    try:
        lines = similar_lines(request.engine, reader_of(request), min(row, _ROW_MOST))
    except NotFoundError:
        raise Http404 from None
    return render(
        request,
        "stream/similar.html",
        {"lines": lines, "row": row, "see_names": request.role is not Role.READER, "address": "", "may_act": False},
    )


@require_GET
def since(request: WebRequest, brand: str) -> HttpResponse:
    """Say how many mentions of the list came in after a row."""
    wish, problem = wish_of(request)
    after = request.GET.get("after", "")
    fresh = 0
    if problem is None and after.isascii() and after.isdigit() and len(after) < 19:
        try:
            fresh = count_newer(request.engine, reader_of(request), wish, int(after))
        except (QueryError, InputError):
            fresh = 0
    shown = {"fresh": fresh, "fresh_count": words.capped(fresh), "newest": after, "address": wish.address()}
    return render(request, "stream/parts/arrivals.html", shown)


def reader_of(request: WebRequest) -> Reader:
    """Return who reads, as the flows ask for it."""
    person, brand, role = request.person, request.brand_now, request.role
    if person is None or brand is None or role is None:
        raise Http404
    return Reader(brand=brand.slug, person=person, role=role, now=request.now, zone=request.zone)


def wish_of(request: WebRequest) -> tuple[Wish, InputError | None]:
    """Return the list that the address asks for, and what is wrong with it."""
    try:
        return read_wish(dict(request.GET.lists())), None
    except InputError as error:
        return Wish(), error


def _frame(request: WebRequest, wish: Wish) -> dict[str, Any]:
    """What stands around the list: views, filters, people."""
    reader = reader_of(request)
    store = request.engine.store
    sidebar = read_sidebar(request.engine, reader)
    standing = words.standing_views(wish, sidebar)
    team, own = words.kept_views(wish, sidebar, reader.person.id)
    names = people_names(request.engine, reader.brand)
    stories = {wish.story: _story_title(request, wish.story)} if wish.story else {}
    here = next((view for view in (*standing, *team, *own) if view.is_here), None)
    watches = store.watches(reader.brand)
    return {
        "wish": wish,
        "address": wish.address(),
        "pairs": parse_qsl(wish.address()),
        "standing": standing,
        "team_views": team,
        "own_views": own,
        "view_here": here,
        "chips": list(words.chips(wish, request.t, names, stories)),
        "people": sorted(names.items(), key=lambda pair: pair[1].casefold()),
        "kinds": [kind.value for kind in Kind],
        "tones": [tone.value for tone in Tone],
        "languages": request.brand_now.languages if request.brand_now else (),
        "watches": [watch.name for watch in watches],
        "sources": [row.source.name for row in store.sources()],
        "periods": words.periods(),
        "me": ME,
        "nobody": NOBODY,
        "may_act": may_act(request),
        "leads": request.role in (Role.OWNER, Role.MANAGER),
        "see_names": request.role is not Role.READER,
    }


def may_act(request: WebRequest) -> bool:
    """Return whether the reader may change the state of mentions and correct readings."""
    return request.role in WORKERS.roles


def _list(request: WebRequest, wish: Wish, problem: InputError | None) -> dict[str, Any]:
    """A page of the list, or what is wrong with the query, with the place shown under it."""
    before = request.GET.get("before", "")
    shown: dict[str, Any] = {"before": before, "lines": (), "problem": problem, "newest": 0}
    if problem is not None:
        return shown
    try:
        page = read_stream(request.engine, reader_of(request), wish, read_mark(before) if before else None)
    except QueryError as error:
        return shown | {"query_error": error, "caret": _caret(wish.q, error.position)}
    except (InputError, NotFoundError) as error:
        return shown | {"problem": error}
    return shown | {
        "lines": page.lines,
        "newest": page.newest,
        "is_cut": page.is_cut,
        "older": _older(wish, page),
        "has_watches": bool(page.lines) or bool(request.engine.store.watches(reader_of(request).brand)),
    }


def _older(wish: Wish, page: StreamPage) -> str:
    if page.after is None:
        return ""
    address = wish.address()
    return (f"{address}&" if address else "") + urlencode({"before": ".".join(str(part) for part in page.after)})


def _caret(query: str, position: int) -> tuple[str, str, str]:
    """The query cut where it is wrong: before, the letter there, after."""
    at = max(0, min(position, len(query)))
    return query[:at], query[at : at + 1] or " ", query[at + 1 :]


def _neighbours(listed: dict[str, Any], row: int) -> dict[str, Any]:
    rows = [line.mention.row for line in listed["lines"]]
    at = next((place for place, line in enumerate(listed["lines"]) if row in line.rows), None)
    if at is None:
        return {"next_row": rows[0] if rows else None}
    return {
        "previous_row": rows[at - 1] if at else None,
        "next_row": rows[at + 1] if at + 1 < len(rows) else None,
    }


def _item(request: WebRequest, pane: Pane, wish: Wish) -> dict[str, Any]:
    mention = pane.mention
    found = {score.kind for score in mention.verdict.kinds}
    offered = [(change.label, words.correction(change, request.t, known=True)) for change in choices(mention)]
    others = [Change(act=Act.KIND, kind=kind) for kind in Kind if kind not in found]
    tones = [Change(act=Act.TONE, tone=tone) for tone in Tone if tone is not mention.verdict.sentiment.label]
    return {
        "pane": pane,
        "mention": mention,
        "current": mention.row,
        "see_name": request.role is not None and may_see_name(mention, request.role),
        "see_names": request.role is not Role.READER,
        "may_act": may_act(request),
        "offered": offered,
        "other_kinds": [(change.label, words.correction(change, request.t)) for change in others],
        "other_tones": [(change.label, words.correction(change, request.t)) for change in tones],
        "given": [(one, words.correction(one.correction.change, request.t)) for one in pane.given],
        "copies_count": words.capped(pane.copies_total),
        "may_capture": request.role in WITNESSES.roles,
        "may_read_captures": request.role in LAWYERS.roles,
        "captures": _captures(request, pane),
        "people": sorted(
            people_names(request.engine, reader_of(request).brand).items(), key=lambda pair: pair[1].casefold()
        ),
    }


def _captures(request: WebRequest, pane: Pane) -> tuple[CaptureLine, ...]:
    """The captures of the post, for those who may have it captured: its state is theirs to know, its content is not."""
    if request.role not in WITNESSES.roles:
        return ()
    return captures_beside(request.engine, pane.mention, Words(request.t, request.zone))


def _story_title(request: WebRequest, story: str) -> str:
    try:
        return request.engine.store.story(story).title
    except NotFoundError:
        return ""
