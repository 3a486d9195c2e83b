"""The pages of personal data, open to the owner and to counsel alone."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tocsin.base.errors import NotFoundError
from tocsin.flows.i18n import LANGUAGES, translator
from tocsin.flows.moments import Reader
from tocsin.flows.personal import rights
from tocsin.flows.personal.drafts import PURPOSES, DraftKind, write_draft
from tocsin.flows.personal.keep import kept_lines, waits_for_wipe
from tocsin.flows.personal.rights import Sought
from tocsin.flows.stream import people_names
from tocsin.store.personal.rows import COUNTED, COUNTED_POSTS
from tocsin.web.personal.forms import FindForm
from tocsin.web.request import WebRequest

_ENDINGS = {"txt": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8"}


@require_GET
def page(request: WebRequest, brand: str) -> HttpResponse:
    """Show the search, the objections, how long things are kept, the drafts, and what was done."""
    form = FindForm(request.GET, platforms=request.engine.store.personal.platforms())
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    platform = form.cleaned_data.get("platform", "")
    inside = bool(request.GET.get("inside"))
    sought = rights.find_authors(request.engine, request.brand, words, platform, inside=inside) if words else Sought()
    shown = {
        "form": form,
        "words": words,
        "platform": platform,
        "found": sought.authors,
        "is_partial": sought.is_partial,
        "counted_posts": COUNTED_POSTS,
        "most": rights.MOST_FOUND,
        "objections": [row for row in request.engine.store.personal.objections(brand) if row.lifted_at is None],
        "kept": [
            (line, request.t.text(PURPOSES[line.purpose]))
            for line in kept_lines(request.engine, request.brand, request.now, request.reader)
        ],
        "counted": COUNTED,
        "drafts": [(kind.value, language) for kind in DraftKind for language in LANGUAGES],
        "done": rights.done(request.engine, request.brand),
        "waits_for_wipe": waits_for_wipe(request.engine) is not None,
        "names": people_names(request.engine, brand),
        "hours": request.engine.settings.unmatched_hours,
    }
    return render(request, "personal/page.html", shown)


@require_GET
def author(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Show what is held of one author."""
    return render(request, "personal/author.html", {"page": author_or_404(request, number)})


@require_GET
def draft(request: WebRequest, brand: str, kind: str, ending: str) -> HttpResponse:
    """Hand over a draft as text or as a page, in the language asked for."""
    language = request.GET.get("lang", request.t.language)
    if kind not in [one.value for one in DraftKind] or ending not in _ENDINGS or language not in LANGUAGES:
        raise Http404
    reader = Reader(translator(language), request.zone)
    written = write_draft(request.engine, request.brand, DraftKind(kind), reader, request.now)
    answer = HttpResponse(written.text() if ending == "txt" else written.html(), content_type=_ENDINGS[ending])
    name = f"{kind}-{brand}-{language}-{request.now:%Y-%m-%d}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def author_or_404(request: WebRequest, number: int) -> rights.AuthorPage:
    """Return an author of the brand, or answer that there is none."""
    try:
        return rights.author_page(request.engine, request.brand, number, request.reader)
    except NotFoundError:
        raise Http404 from None
