"""One account, for the owner of everything: disable, enable, forget, make owner, hand over a link."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import TocsinError
from tocsin.base.person import Person
from tocsin.flows.people import links, manage, second_factor
from tocsin.flows.people.audit import trail
from tocsin.store.people.audit import AuditScope
from tocsin.store.people.rows import LinkPurpose
from tocsin.web.people.views import link_for
from tocsin.web.request import WebRequest

_Act = Callable[[WebRequest, Person], str]
_LAST_ACTS = 20


@require_GET
def page(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Show an account: roles, sessions, last acts, what can be done."""
    person = _person(request, number)
    people = request.engine.store.people
    brands = {known.slug: known.name for known in request.engine.store.brands()}
    shown = {
        "person": person,
        "roles": [(brands[slug], role) for slug, role in people.roles(number).items() if slug in brands],
        "sessions": people.sessions_of(number, request.now),
        "acts": trail(request.engine, AuditScope(by=person.mark, limit=_LAST_ACTS), request.t),
    }
    return render(request, "people/account.html", shown)


@never_cache
@require_POST
def act(request: WebRequest, brand: str, number: int) -> HttpResponse:
    """Do one thing with an account."""
    person, wanted = _person(request, number), request.POST.get("act", "")
    there = HttpResponseRedirect(reverse("people:account", args=(brand, number)))
    try:
        if wanted == "password_link":
            return _password_link(request, person)
        if wanted not in _ACTS:
            raise Http404
        messages.success(request, _ACTS[wanted](request, person))
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    return there


def _person(request: WebRequest, number: int) -> Person:
    """The account, for an owner of everything alone: an owner of one brand does not reach into the others."""
    found = request.engine.store.people.person(number) if request.reader.is_owner else None
    if found is None:
        raise Http404
    return found


def _password_link(request: WebRequest, person: Person) -> HttpResponse:
    token = links.password_link(request.engine, person, request.reader.mark, request.now)
    shown = {"link": link_for(request, LinkPurpose.PASSWORD, token), "email": person.email, "is_password": True}
    return render(request, "people/link.html", shown)


def _disable(request: WebRequest, person: Person) -> str:
    manage.disable(request.engine, person.id, by=request.reader.mark, now=request.now)
    return _("The account is disabled and its sessions have ended. What was done stays; you can enable it again.")


def _enable(request: WebRequest, person: Person) -> str:
    manage.enable(request.engine, person.id, by=request.reader.mark, now=request.now)
    return _("The account is enabled, with the roles it had.")


def _forget(request: WebRequest, person: Person) -> str:
    manage.forget(request.engine, person.id, by=request.reader.mark, now=request.now)
    return _("Name and address are forgotten. What was done now carries a number.")


def _make_owner(request: WebRequest, person: Person) -> str:
    manage.set_owner(request.engine, person.id, True, by=request.reader.mark, now=request.now)
    return _("%(name)s is owner of every brand.") % {"name": person.name}


def _no_owner(request: WebRequest, person: Person) -> str:
    manage.set_owner(request.engine, person.id, False, by=request.reader.mark, now=request.now)
    return _("%(name)s is no longer owner of every brand.") % {"name": person.name}


def _no_second_factor(request: WebRequest, person: Person) -> str:
    second_factor.take_away(request.engine, person, request.reader.mark, request.now)
    return _("The second step is taken away: their password alone opens the account until they set it up again.")


def _end_sessions(request: WebRequest, person: Person) -> str:
    manage.end_sessions(request.engine, person.id, by=request.reader.mark, now=request.now)
    return _("Their sessions have ended.")


_ACTS: dict[str, _Act] = {
    "disable": _disable,
    "enable": _enable,
    "forget": _forget,
    "owner": _make_owner,
    "no_owner": _no_owner,
    "no_second_factor": _no_second_factor,
    "end_sessions": _end_sessions,
}
