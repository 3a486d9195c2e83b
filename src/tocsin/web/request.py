"""What every view may ask of a request."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from tocsin.base.brand import Brand
from tocsin.base.person import Person, Role
from tocsin.flows.engine import Engine
from tocsin.flows.i18n import Translator


class WebRequest(HttpRequest):
    """A request as the middleware hands it on.

    person: who asks, None before sign-in. role: theirs for `brand_now`, which the address names; None without one.
    brands: those the person may enter. now: the instant of the request, UTC. zone: the reader's.
    outside_now: the same for telephones and other machines, where a demonstration plays by a clock of its own.
    """

    engine: Engine
    person: Person | None
    role: Role | None
    roles: dict[str, Role]
    brands: list[Brand]
    brand_now: Brand | None
    now: datetime
    outside_now: datetime
    t: Translator
    zone: ZoneInfo
    htmx: HtmxDetails

    @property
    def reader(self) -> Person:
        """The person, where the access table lets nobody in without one."""
        if self.person is None:
            raise AssertionError("this page is open to strangers: ask for `person`")
        return self.person

    @property
    def brand(self) -> Brand:
        """The brand, where the address names one."""
        if self.brand_now is None:
            raise AssertionError("this address names no brand")
        return self.brand_now
