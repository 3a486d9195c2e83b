"""Who is told: the rules of each level, the week on call, the order of call, and the channels of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from tocsin.base.errors import InputError, NotFoundError, TocsinError
from tocsin.base.person import Person
from tocsin.base.routing import By, Dated, First, Level, Rule, Turn, When
from tocsin.flows.alerting import channels, wishes
from tocsin.flows.alerting.preview import LEVELS, routing_page
from tocsin.flows.alerting.shown import standing_faults
from tocsin.flows.correct import Hand
from tocsin.flows.moments import Reader
from tocsin.web.access import LEADERS
from tocsin.web.request import WebRequest

_OFFERED = {
    Level.WATCH: (When.DIGEST, When.AT_ONCE, When.PAGE),
    Level.ALARM: (When.AT_ONCE, When.DIGEST),
    Level.DANGER: (When.AT_ONCE, When.DIGEST),
    Level.SILENCE: (When.AT_ONCE, When.DIGEST, When.PAGE),
}


@require_GET
def who(request: WebRequest, brand: str) -> HttpResponse:
    """Show who is told of what, in words and in forms."""
    reader = Reader(request.t, request.zone)
    page = routing_page(request.engine, request.brand, request.now, reader)
    listed = request.engine.store.alerting.channels()
    people = [(reach.person, [row for row in listed if row.person == number]) for number, reach in page.reach.items()]
    shown = {
        "page": page,
        "levels": [
            (level, request.t.text(LEVELS[level]), page.routing.rule(level), _OFFERED[level]) for level in Level
        ],
        "choices": _choices(),
        "people": people,
        "order": [page.reach[number].person for number in page.team.order],
        "resting": [person for person, _rows in people if person.id not in page.team.order],
        "ranks": range(1, len(people) + 1),
        "faults": standing_faults(request.engine, brand, request.now),
        "can_change": request.role in LEADERS.roles,
        "days": _days(),
        "today": request.now.astimezone(request.zone).date(),
    }
    return render(request, "alerts/who.html", shown)


@require_POST
def change(request: WebRequest, brand: str) -> HttpResponse:
    """Change one thing: the rules, the order, the week, or dated days."""
    deeds: dict[str, Callable[[WebRequest, Hand], None]] = {
        "rules": _set_rules,
        "order": _set_order,
        "turn": _add_turn,
        "turn-off": _remove_turn,
        "dated": _add_dated,
        "dated-off": _remove_dated,
    }
    deed = deeds.get(request.POST.get("do", ""))
    if deed is None:
        raise Http404
    try:
        deed(request, Hand(brand=brand, person=request.reader, at=request.now))
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    else:
        messages.success(request, _("Kept. The sentences above say what it means."))
    return _back(brand, request.POST.get("do", ""))


@sensitive_post_parameters("url")
@require_POST
def channel(request: WebRequest, brand: str) -> HttpResponse:
    """Add, try or take away a channel: one's own, or for whoever owns everything, anybody's of the brand."""
    hand = (request.reader.mark, request.now)
    try:
        person = _whose(request, brand)
        deed = request.POST.get("do", "")
        if deed == "add":
            channels.add_channel(
                request.engine, person, request.POST.get("label", ""), request.POST.get("url", ""), hand
            )
            messages.success(request, _("The channel is kept. Try it now: its address is not shown again."))
        elif deed == "try":
            row = channels.own_channel(request.engine, person.id, _number(request.POST.get("channel", "")))
            channels.try_channel(request.engine, row, request.now)
            messages.success(request, _("The message has left. Look whether it arrived."))
        elif deed == "remove":
            channels.remove_channel(request.engine, person.id, _number(request.POST.get("channel", "")), hand)
            messages.success(request, _("The channel is taken away."))
        else:
            raise Http404
    except NotFoundError:
        raise Http404 from None
    except TocsinError as error:
        messages.error(request, request.t.error(error))
    return _back(brand, "channels")


def _whose(request: WebRequest, brand: str) -> Person:
    number = _number(request.POST.get("person", "")) or request.reader.id
    if number == request.reader.id:
        return request.reader
    members = {member.person.id: member.person for member in request.engine.store.people.members(brand)}
    if not request.reader.is_owner or number not in members:
        raise Http404
    return members[number]


def _set_rules(request: WebRequest, hand: Hand) -> None:
    rules = {}
    for level in Level:
        given = {name: request.POST.get(f"{level}-{name}", "") for name in ("when", "first", "by", "wait")}
        if given["when"] not in {*_OFFERED[level]} or given["first"] not in {*First} or given["by"] not in {*By}:
            raise InputError("A choice of the form is not known; load the page again.")
        rules[level] = Rule(
            when=When(given["when"]),
            first=First(given["first"]),
            by=By(given["by"]),
            copies=f"{level}-copies" in request.POST,
            wait_min=_minutes(given["wait"]),
            wakes=f"{level}-wakes" in request.POST,
        )
    wishes.set_rules(request.engine, hand, rules, _minutes(request.POST.get("gather", "")))


def _set_order(request: WebRequest, hand: Hand) -> None:
    places = {
        int(name.removeprefix("place-")): _number(value)
        for name, value in request.POST.items()
        if name.startswith("place-") and name.removeprefix("place-").isdigit()
    }
    order = [person for person, place in sorted(places.items(), key=lambda pair: (pair[1], pair[0])) if place]
    if not order:
        raise InputError("Somebody must be called: give at least one person a place.")
    wishes.set_order(request.engine, hand, order)


def _add_turn(request: WebRequest, hand: Hand) -> None:
    wishes.add_turn(request.engine, hand, _turn(request))


def _remove_turn(request: WebRequest, hand: Hand) -> None:
    wishes.remove_turn(request.engine, hand, _turn(request))


def _turn(request: HttpRequest) -> Turn:
    days = tuple(sorted({_number(day) for day in request.POST.getlist("days") if day.isdigit()}))
    return Turn(
        person=_number(request.POST.get("person", "")),
        days=days,
        start=_clock(request.POST.get("start", "")),
        end=_clock(request.POST.get("end", "")),
    )


def _add_dated(request: WebRequest, hand: Hand) -> None:
    wishes.add_dated(request.engine, hand, _dated(request), request.now.astimezone(request.zone).date())


def _remove_dated(request: WebRequest, hand: Hand) -> None:
    wishes.remove_dated(request.engine, hand, _dated(request))


def _dated(request: HttpRequest) -> Dated:
    try:
        first, last = (parse_date(request.POST.get(name, "")) for name in ("first", "last"))
    except ValueError:
        first = last = None
    if first is None or last is None:
        raise InputError("Give the first and the last day.")
    return Dated(person=_number(request.POST.get("person", "")), first=first, last=last, is_away="away" in request.POST)


def _minutes(text: str) -> int:
    if not text.strip().isdigit():
        raise InputError("{text!r} is not a number of minutes; write 0 for never.", text=text[:20])
    return min(int(text.strip()[:6]), 100_000)


def _clock(text: str) -> int:
    try:
        found: time | None = parse_time(text)
    except ValueError:
        found = None
    if found is None:
        raise InputError("{text!r} is not a time of the day; write 22:00.", text=text[:20])
    return found.hour * 60 + found.minute


def _number(text: str) -> int:
    return int(text[:12]) if text.isascii() and text[:12].isdigit() else 0


def _back(brand: str, part: str) -> HttpResponse:
    anchor = {"turn-off": "turn", "dated-off": "dated"}.get(part, part)
    return HttpResponseRedirect(f"{reverse('alerts:who', kwargs={'brand': brand})}#{anchor}")


def _days() -> list[tuple[int, str]]:
    return list(enumerate((_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))))


def _choices() -> dict[str, dict[str, str]]:
    """The words of each choice, by its name and value."""
    return {
        "when": {
            When.AT_ONCE: _("at once"),
            When.DIGEST: _("with the summary"),
            When.PAGE: _("on the page alone"),
        },
        "first": {First.ON_CALL: _("who is on call"), First.EVERYBODY: _("everybody")},
        "by": {By.BOTH: _("phone and mail"), By.PHONE: _("phone"), By.MAIL: _("mail")},
    }
