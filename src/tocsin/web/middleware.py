"""Who asks, for which brand, and whether they may: closed by default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone, translation

from tocsin.base.person import Person, Role
from tocsin.flows.i18n import LANGUAGES, translator
from tocsin.web.access import ACCESS
from tocsin.web.installation import served

Answer = Callable[[HttpRequest], HttpResponse]


class InstallationMiddleware:
    """Gives the request its engine and its instant, before anything asks the database."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: Any) -> HttpResponse:
        """Answer one request."""
        installation = served()
        request.engine = installation.engine
        request.now, request.outside_now = installation.clock(), installation.outside()
        _speak(request, None)
        return self._answer(request)


class PersonMiddleware:
    """Gives the request its person, role, brand, language and zone; refuses what the access table does not grant.

    Roles and state of the person are read anew for every request, so that what was taken back ends at once.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def __call__(self, request: Any) -> HttpResponse:
        """Answer one request in the reader's language and zone."""
        people = request.engine.store.people
        request.person = people.person(request.user.pk) if request.user.is_authenticated else None
        if request.person is not None and not request.person.active:
            request.person = None
        request.reader = request.person
        request.roles, request.brands = _reach(request)
        request.brand_now, request.role = None, None
        _speak(request, request.person)
        with timezone.override(request.zone), translation.override(request.t.language):
            answer = self._answer(request)
        answer.headers.setdefault("Content-Language", request.t.language)
        if request.person is not None:
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> HttpResponse | None:
        """Let the request through, send a stranger to sign in, and answer 404 to all else."""
        gate = ACCESS.get(request.resolver_match.view_name)
        if gate is None:
            raise Http404
        if gate.is_open:
            return None
        if request.person is None:
            return HttpResponseRedirect(_sign_in(request))
        slug = kwargs.get("brand")
        if slug is not None:
            request.brand_now = next((brand for brand in request.brands if brand.slug == slug), None)
            request.role = request.roles.get(slug)
            if request.brand_now is None:
                raise Http404
            request.brand = request.brand_now
        elif request.person.is_owner:
            request.role = Role.OWNER
        if slug is None and len(request.brands) == 1:
            # One's own settings and the like keep the way back in sight.
            request.brand_now = request.brands[0]
            request.role = request.roles[request.brand_now.slug]
        if not gate.is_common and request.role not in gate.roles:
            raise Http404
        return None


def _reach(request: Any) -> tuple[dict[str, Role], list[Any]]:
    person: Person | None = request.person
    if person is None:
        return {}, []
    brands = request.engine.store.brands()
    if person.is_owner:
        return {brand.slug: Role.OWNER for brand in brands}, brands
    roles = request.engine.store.people.roles(person.id)
    return roles, [brand for brand in brands if brand.slug in roles]


def _speak(request: Any, person: Person | None) -> None:
    language = person.language if person else _wanted_language(request)
    request.t = translator(language)
    request.zone = ZoneInfo(person.time_zone if person else "Europe/Paris")
    request.LANGUAGE_CODE = language


def _wanted_language(request: HttpRequest) -> str:
    for part in request.headers.get("Accept-Language", "").split(","):
        language = part.strip()[:2].lower()
        if language in LANGUAGES:
            return language
    return str(request.engine.settings.language)  # type: ignore[attr-defined]


def _sign_in(request: HttpRequest) -> str:
    back = request.get_full_path() if request.method == "GET" else ""
    address = reverse("enter:sign_in")
    return f"{address}?{urlencode({'next': back})}" if back not in ("", "/") else address
