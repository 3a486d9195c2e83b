"""Who stands behind a cookie, where Django's middleware has not come yet."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest

from tocsin.base.person import Person
from tocsin.web.installation import served


def session_key(cookies: str) -> str:
    """Return the session key among the cookies of a request, "" without one."""
    try:
        found = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return found.value if found else ""


def person_of(key: str) -> Person | None:
    """Return whose session it is, None for a stranger. Asks the database: never to be called in the event loop."""
    if not key:
        return None
    try:
        request = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)  # type: ignore[assignment]
        user = get_user(request)
        person = served().engine.store.people.person(user.pk) if user.is_authenticated else None
        return person if person is not None and person.active else None
    finally:
        connections.close_all()
