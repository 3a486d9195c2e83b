"""Adding a source: choose a kind, answer what it asks, see what it holds, then keep it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import AddressError, InputError, SourceError, TocsinError
from tocsin.collect.adapter import Source
from tocsin.collect.feed.opml import LARGEST_BYTES
from tocsin.flows.collecting.kinds import announced, free_name, kept_aside, kind_groups, kind_named, put_aside
from tocsin.flows.collecting.life import add, preview
from tocsin.flows.import_opml import import_opml
from tocsin.store.rows import AuditEntry
from tocsin.web.request import WebRequest
from tocsin.web.sources.forms import answers, lines_of, missing

SHOWN = 20
_MOST_TOLD = 5
_DRAFT = "draft"  # the name of a source that has none yet


@require_GET
def kinds(request: WebRequest, brand: str) -> HttpResponse:
    """Show the kinds of source there are."""
    return render(request, "sources/kinds.html", {"groups": kind_groups()})


@require_POST
def opml(request: WebRequest, brand: str) -> HttpResponse:
    """Add the feeds of a list that another reader wrote."""
    file = request.FILES.get("file")
    try:
        done = import_opml(request.engine, file.read(LARGEST_BYTES + 1) if file else b"", brand)
    except InputError as error:
        return render(
            request, "sources/kinds.html", {"groups": kind_groups(), "error": request.t.error(error)}, status=400
        )
    for source in done.added:
        entry = AuditEntry(at=request.now, by=request.reader.mark, action="source.added", subject=source.name)
        request.engine.store.note_audit(entry)
    added = len(done.added)
    said = ngettext("%(n)s feed is read from now on.", "%(n)s feeds are read from now on.", added) % {"n": added}
    if done.known:
        said += " " + ngettext("%(n)s was known already.", "%(n)s were known already.", done.known) % {"n": done.known}
    messages.success(request, said)
    for reject in done.rejects[:_MOST_TOLD]:
        why = request.t.text(reject.why, **reject.params)
        messages.warning(request, f"{reject.raw}{_(':')} {why}")
    return HttpResponseRedirect(reverse("sources:list", kwargs={"brand": brand}))


@require_http_methods(["GET", "POST"])
def kind(request: WebRequest, brand: str, kind: str) -> HttpResponse:
    """Ask what a kind of source needs; show what it holds; keep it."""
    found = kind_named(kind)
    if found is None:
        raise Http404
    given: Mapping[str, str] = request.POST.dict() if request.method == "POST" else request.GET.dict()
    options, secrets = answers(found.about, given)
    shown: dict[str, object] = {"kind": found.name, "about": found.about, "thousand": found.thousand_usd}
    if request.method == "GET" and not any(given.values()):
        return render(request, "sources/kind.html", {**shown, "lines": lines_of(found.about, {}, ())})
    if request.method == "GET":
        secrets = {}  # never taken from an address, which is written into histories and logs
    secrets = {**kept_aside(request.engine, given.get("kept", "")), **secrets}
    shown["lines"] = lines_of(found.about, options, secrets)
    shown["kept"] = put_aside(request.engine, secrets)
    lacks = missing(found.about, options, secrets)
    if lacks is not None:
        shown["error"] = _("“%(question)s” must be filled in.") % {"question": request.t.text(lacks.label)}
        return render(request, "sources/kind.html", shown, status=400)
    name = given.get("name", "").strip()
    source = Source(name=name or _DRAFT, adapter=found.name, options=options, time_zone=request.brand.time_zone)
    try:
        if given.get("act") == "add" and name:
            add(request.engine, brand, source, secrets, now=request.now)
        else:
            return _shown(request, brand, source, secrets, shown)
    except (InputError, SourceError, AddressError) as error:
        shown.update(error=request.t.error(error), name=name)
        return render(request, "sources/kind.html", shown, status=400)
    entry = AuditEntry(at=request.now, by=request.reader.mark, action="source.added", subject=name)
    request.engine.store.note_audit(entry)
    messages.success(request, _("%(name)s is read from now on.") % {"name": name})
    return HttpResponseRedirect(f"{reverse('sources:one', kwargs={'brand': brand})}?{urlencode({'name': name})}")


def _shown(
    request: WebRequest, brand: str, source: Source, secrets: dict[str, str], shown: dict[str, object]
) -> HttpResponse:
    try:
        held = preview(request.engine, source, secrets, request.now, brand=brand)
    except TocsinError as error:
        feed = announced(source, error)
        found = kind_named(source.adapter)
        if feed is None or found is None:
            shown["error"] = request.t.error(error)
            if isinstance(error, SourceError) and not error.permanent:
                shown.update(unseen=True, name=free_name(request.engine, source))
            return render(request, "sources/kind.html", shown)
        shown["lines"] = lines_of(found.about, feed.options, secrets)
        return _shown(request, brand, feed, secrets, {**shown, "announced": source.options["url"]})
    wanted = held.wanted_of(brand)
    name = free_name(request.engine, source)
    shown.update(preview=held, wanted=wanted, few=len(wanted), posts=held.posts[:SHOWN], name=name)
    return render(request, "sources/kind.html", shown)
