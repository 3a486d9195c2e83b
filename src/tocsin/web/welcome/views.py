"""Four steps: the brand, its words, what they bring, its sources. Nothing is stored before the third one says so."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError, TocsinError
from tocsin.flows.watches.chips import write_query
from tocsin.flows.watches.first import begin_brand, check_brand
from tocsin.flows.watches.keep import By
from tocsin.flows.watches.precision import keep_ticks
from tocsin.flows.watches.propose import Doubt, Introduction, propose_query
from tocsin.flows.watches.sample import sample_file
from tocsin.store.queries.watching import SeenPost
from tocsin.web.request import WebRequest
from tocsin.web.watches.forms import Draft, read_draft, watch_of
from tocsin.web.watches.shown import builder, languages_of
from tocsin.web.welcome.files import begin_import
from tocsin.web.welcome.state import State, forget_state, read_state, write_state
from tocsin.web.welcome.uploads import find_upload
from tocsin.web.welcome.zones import COUNTRIES, ZONES


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: WebRequest) -> HttpResponse:
    """First step: who the brand is."""
    state = read_state(request)
    shown: dict[str, Any] = {"step": 1, "zones": ZONES, "countries": COUNTRIES}
    if request.method == "POST":
        state = _introduced(state, request)
        try:
            check_brand(request.engine, _brand(state))
            state = _proposed(state)
        except TocsinError as error:
            shown["error"] = request.t.error(error)
        else:
            write_state(request, state)
            return HttpResponseRedirect(reverse("welcome:words"))
    shown |= {"state": state, "languages": languages_of(state.languages, request.t)}
    return render(request, "welcome/start.html", shown, status=400 if "error" in shown else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def words(request: WebRequest) -> HttpResponse:
    """Second step: the words to look for, proposed and changed as chips."""
    state = read_state(request)
    if not state.is_begun:
        return HttpResponseRedirect(reverse("welcome:start"))
    draft = _draft(state)
    if request.method == "POST":
        draft = read_draft(request.POST)
        write_state(request, msgspec.structs.replace(state, query=draft.text))
        if "next" in request.POST and draft.error is None and draft.query is not None:
            return _go(request, reverse("welcome:look"))
    shown = builder(request, draft, _brand(state)) | {"step": 2, "state": state, "look": None}
    shown["doubts"] = [request.t.text(Doubt[name].value, name=state.name) for name in state.doubts]
    return render(request, "welcome/words_part.html" if request.htmx else "welcome/words.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def look(request: WebRequest) -> HttpResponse:
    """Third step: what the words bring; saving it begins the watch."""
    state = read_state(request)
    if not state.is_begun:
        return HttpResponseRedirect(reverse("welcome:start"))
    draft, refused = _draft(state), ""
    if request.method == "POST":
        draft = read_draft(request.POST)
        state = msgspec.structs.replace(state, query=draft.text, ticks=state.ticks | draft.ticks)
        write_state(request, state)
        if "save" in request.POST:
            try:
                return _save(request, state)
            except TocsinError as error:
                refused = request.t.error(error)
    draft = msgspec.structs.replace(draft, ticks=state.ticks, own_accounts=state.accounts, languages=())
    file_error, more = "", []  # type: tuple[str, list[SeenPost]]
    try:
        more = _sample(request, state)
    except InputError as error:
        file_error = request.t.error(error)
    shown = builder(request, draft, _brand(state), more) | {"step": 3, "state": state, "is_first_run": True}
    shown |= {"refused": refused, "file_error": file_error, "upload": _upload(request, state)}
    return render(request, "welcome/look_part.html" if request.htmx else "welcome/look.html", shown)


@require_GET
def sources(request: WebRequest, brand: str) -> HttpResponse:
    """Fourth step: what to read."""
    token = request.session.get("welcome_import", "")
    upload = find_upload(request.engine.settings.data_dir, token) if token else None
    known = request.engine.store.sources()
    shown = {"step": 4, "upload": upload, "known": known}
    return render(request, "welcome/sources.html", shown)


def _introduced(state: State, request: WebRequest) -> State:
    form = request.POST
    return msgspec.structs.replace(
        state,
        name=" ".join(form.get("name", "").split())[:120],
        site=form.get("site", "").strip()[:300],
        handles=form.get("handles", "").strip()[:1000],
        languages=tuple(form.getlist("languages")) or (),
        time_zone=form.get("time_zone", ""),
        calendar=form.get("calendar", ""),
    )


def _proposed(state: State) -> State:
    """Propose a query; one that the person changed is kept, unless the answers changed."""
    handles = tuple(part.strip() for part in state.handles.replace("\n", ",").split(",") if part.strip())
    wish = Introduction(name=state.name, site=state.site, handles=handles, languages=state.languages)
    found = propose_query(wish)
    text = write_query(found.chips)
    query = state.query if state.proposed == text and state.query else text
    doubts = tuple(doubt.name for doubt in found.doubts)
    return msgspec.structs.replace(state, query=query, proposed=text, doubts=doubts, accounts=found.accounts)


def _brand(state: State) -> Brand:
    return Brand(
        slug="",
        name=state.name,
        time_zone=state.time_zone,
        calendar=state.calendar,
        languages=state.languages,
    )


def _draft(state: State) -> Draft:
    return Draft(name=state.name, own_accounts=state.accounts).with_text(state.query)


def _save(request: WebRequest, state: State) -> HttpResponse:
    by = By(request.reader, request.now)
    draft = _draft(state)
    if draft.error is not None:
        raise draft.error
    brand = begin_brand(request.engine, _brand(state), watch_of(draft, _brand(state), state.name), by)
    keep_ticks(request.engine, brand.slug, state.name, state.ticks, (by.person.mark, by.now))
    upload = _upload(request, state)
    if upload is not None:
        begin_import(request, upload)
        request.session["welcome_import"] = upload.token
    forget_state(request)
    messages.success(request, _("%(name)s is watched from now on.") % {"name": brand.name})
    return _go(request, reverse("welcome:sources", kwargs={"brand": brand.slug}))


def _go(request: WebRequest, address: str) -> HttpResponse:
    """Lead to another page, also when htmx asked: it would put that page into the form."""
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def _upload(request: WebRequest, state: State) -> Any:
    return find_upload(request.engine.settings.data_dir, state.file) if state.file else None


def _sample(request: WebRequest, state: State) -> list[SeenPost]:
    upload = _upload(request, state)
    if upload is None or not upload.path.is_file():
        return []
    return sample_file(request.engine, upload.path, upload.about.overrides, request.now)
