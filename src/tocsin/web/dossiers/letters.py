"""Letters: composed from the facts of a dossier, kept, approved by a second person, sent by hand, answered."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tocsin.base.errors import TocsinError
from tocsin.flows.dossiers.letter_form import (
    LANGUAGES,
    facts_given,
    first_facts,
    letter_form,
    letter_kinds,
    with_grounds,
)
from tocsin.flows.dossiers.lines import who_said
from tocsin.flows.law.dossier_letters import (
    approve_letter,
    digest_of_text,
    draft_letter,
    mark_answered,
    mark_sent,
    refusals_of,
    save_letter,
)
from tocsin.flows.stream import people_names
from tocsin.legal.letters.facts import Facts
from tocsin.legal.letters.values import Draft, LetterKind
from tocsin.report.letter_pdf import letter_pdf
from tocsin.store.dossiers.rows import LetterRow, LetterState
from tocsin.web.dossiers.own import dossier_or_404
from tocsin.web.request import WebRequest


@require_GET
def kinds(request: WebRequest, brand: str, number: str) -> HttpResponse:
    """List the kinds of letters, and those already written."""
    row = dossier_or_404(request, number)
    shown = {
        "row": row,
        "kinds": letter_kinds(request.engine, row, request.t),
        "letters": request.engine.store.dossiers.letters(number),
        "languages": LANGUAGES,
    }
    return render(request, "dossiers/kinds.html", shown)


@require_http_methods(["GET", "POST"])
def write(request: WebRequest, brand: str, number: str, kind: str) -> HttpResponse:
    """Fill in a letter: what is typed shows in the draft beside it; kept only when asked."""
    row, found = dossier_or_404(request, number), _kind(kind)
    given = request.POST if request.method == "POST" else request.GET
    language = given.get("lang", "fr") if given.get("lang", "fr") in LANGUAGES else "fr"
    letter = _letter_of(request, given.get("letter", ""), number)
    fresh = first_facts(request.engine, row, language, request.reader, request.now)
    facts = msgspec.json.decode(letter.facts, type=Facts) if letter else fresh
    error = ""
    if request.method == "POST":
        try:
            facts = with_grounds(facts_given(given.dict(), facts), fresh.grounds, given.getlist("grounds"))
            if given.get("do") == "keep":
                draft = draft_letter(kind, language, facts)
                kept = save_letter(
                    request.engine,
                    number,
                    draft,
                    facts,
                    request.reader.mark,
                    now=request.now,
                    letter=letter.id if letter else 0,
                )
                messages.success(request, _("The letter is kept; it leaves when somebody sends it."))
                return _to(request, kept)
        except TocsinError as wrong:
            error = request.t.error(wrong)
    try:
        form = letter_form(found, language, facts, request.t, known=fresh.grounds)
    except TocsinError as wrong:  # a dossier so large that no letter can hold it
        messages.error(request, request.t.error(wrong))
        return HttpResponseRedirect(reverse("dossiers:letters", kwargs={"brand": brand, "number": number}))
    shown = {"row": row, "form": form, "error": error, "letter": letter, "languages": LANGUAGES}
    return render(request, "dossiers/write.html", shown)


@require_GET
def page(request: WebRequest, brand: str, number: str, letter: int) -> HttpResponse:
    """Show a letter as it stands, and what may be done with it."""
    row = _letter(request, letter, number)
    names = people_names(request.engine, brand)
    draft = _draft(row)
    shown = {
        "row": dossier_or_404(request, number),
        "letter": row,
        "draft": draft,
        "by": who_said(row.by, names, request.t),
        "approved_by": who_said(row.approved_by, names, request.t) if row.approved_by else "",
        "seen": digest_of_text(row),
        "refusals": refusals_of(request.engine, row) if row.state in (LetterState.DRAFT, LetterState.APPROVED) else (),
        "is_mine": row.by == request.reader.mark,
        "is_open": row.state in (LetterState.DRAFT, LetterState.APPROVED),
        "is_sent": row.state is LetterState.SENT,
    }
    return render(request, "dossiers/letter.html", shown)


@require_GET
def file(request: WebRequest, brand: str, number: str, letter: int, ending: str) -> HttpResponse:
    """Hand over a letter as text or PDF."""
    row = _letter(request, letter, number)
    if ending == "txt":
        answer = HttpResponse(row.text, content_type="text/plain; charset=utf-8")
    elif ending == "pdf":
        answer = HttpResponse(letter_pdf(_draft(row), made_at=row.at), content_type="application/pdf")
    else:
        raise Http404
    answer["Content-Disposition"] = f'attachment; filename="{number}-{row.kind}-{row.id}.{ending}"'
    return answer


@require_POST
def act(request: WebRequest, brand: str, number: str, letter: int) -> HttpResponse:
    """Approve a letter, say that it was sent, or that it was answered."""
    row = _letter(request, letter, number)
    mark, now, engine = request.reader.mark, request.now, request.engine
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: approve_letter(
                engine,
                brand,
                letter,
                mark,
                request.POST.get("reason", ""),
                now=now,
                seen=request.POST.get("seen", ""),
            ),
            _("You let this letter go; your reason stays with it."),
        ),
        "sent": (lambda: mark_sent(engine, brand, letter, mark, now), _("Noted. What is to be followed up has begun.")),
        "answered": (lambda: mark_answered(engine, brand, letter, mark, now), _("Noted. It is no longer followed up.")),
    }
    wanted = acts.get(request.POST.get("do", ""))
    if wanted is None:
        raise Http404
    try:
        wanted[0]()
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, wanted[1])
    return _to(request, row)


def _draft(row: LetterRow) -> Draft:
    return draft_letter(row.kind, row.language, msgspec.json.decode(row.facts, type=Facts))


def _kind(name: str) -> LetterKind:
    try:
        return LetterKind(name)
    except ValueError:
        raise Http404 from None


def _letter(request: WebRequest, letter: int, number: str) -> LetterRow:
    listed = request.engine.store.dossiers.letters(dossier_or_404(request, number).number)
    found = next((row for row in listed if row.id == letter), None)
    if found is None:
        raise Http404
    return found


def _letter_of(request: WebRequest, given: str, number: str) -> LetterRow | None:
    """Return the letter that is written on, None for a new one."""
    return _letter(request, int(given), number) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _to(request: WebRequest, row: LetterRow) -> HttpResponseRedirect:
    place = {"brand": request.brand.slug, "number": row.dossier, "letter": row.id}
    return HttpResponseRedirect(reverse("dossiers:letter", kwargs=place))
