"""How telling is said: who was told and by what, who is next, who is on call, which channel fails."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.routing import Turn
from tocsin.flows.alerting.shown import FaultLine, NextRound, ToldLine
from tocsin.flows.alerting.silence import MACHINE
from tocsin.flows.alerting.team import Reach
from tocsin.store.rows import OutboxState
from tocsin.web.templatetags.tocsin import clock, duration, when

register = template.Library()


@register.filter
def by_what(code: str) -> str:
    """Return what a telling went by, in words; a channel has the name its person gave it."""
    return {
        "mail": _("mail"),
        "none": _("no channel"),
        "apprise": _("a service"),
        "phone": _("a channel that was taken away"),
    }.get(code, code)


@register.simple_tag
def told_whom(one: ToldLine, sees_addresses: bool) -> str:
    """Return who was told; the address of nobody known is for leaders alone."""
    if one.who:
        return one.who
    if one.by == "mail":
        return one.address if sees_addresses and one.address else _("somebody by mail")
    return _("a service of the installation")


@register.simple_tag
def told_state(one: ToldLine) -> str:
    """Return how a telling went, in words."""
    if one.state is OutboxState.FAILED:
        return ngettext("failed, tried once", "failed, tried %(n)s times", one.tries) % {"n": one.tries}
    return {
        OutboxState.NEW: _("to come"),
        OutboxState.SENDING: _("on its way"),
        OutboxState.DONE: _("told"),
        OutboxState.UNKNOWN: _("not known"),
        OutboxState.GIVEN_UP: _("refused"),
        OutboxState.SPARED: _("no longer needed"),
    }[one.state]


@register.simple_tag(takes_context=True)
def next_said(context: Any, following: NextRound) -> str:
    """Return who is called next unless somebody takes the alert, and in how long."""
    request = context["request"]
    left = (following.at - request.now).total_seconds()
    who = _("everybody") if following.is_everybody else ", ".join(following.names)
    if left <= 0:
        return _("%(who)s is being called") % {"who": who}
    return _("%(who)s is called in %(time)s, at %(clock)s") % {
        "who": who,
        "time": duration(left),
        "clock": clock(following.at),
    }


@register.simple_tag
def told_briefly(told: tuple[ToldLine, ...]) -> str:
    """Return the names of those who were told, each once, in the order in which they were; "" for nobody."""
    reached = [one.who for one in told if one.state is OutboxState.DONE and one.who]
    others = sum(one.state is OutboxState.DONE and not one.who for one in told)
    names = list(dict.fromkeys(reached))
    if others:
        names.append(ngettext("%(n)s address", "%(n)s addresses", others) % {"n": others})
    return ", ".join(names)


@register.simple_tag
def alert_title(alert: Alert, title: str) -> str:
    """Return what an alert is called in a list."""
    if alert.cause is AlertCause.SILENCE:
        if alert.subject == MACHINE:
            return _("Nothing is heard any more")
        return _("The source %(name)s is silent") % {"name": alert.subject}
    return title or _("Mentions rise")


@register.simple_tag
def turn_days(turn: Turn) -> str:
    """Return the days of a turn in words: every day, Monday to Friday, Saturday and Sunday."""
    days = tuple(sorted(turn.days))
    if days == tuple(range(7)):
        return _("every day")
    names = [str(WEEKDAYS[day]).lower() if _is_lower() else str(WEEKDAYS[day]) for day in days]
    if len(days) > 2 and days == tuple(range(days[0], days[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return ", ".join(names)


@register.filter
def wall(minute: int) -> str:
    """Return a minute of the day as a form writes it: 08:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


@register.simple_tag(takes_context=True)
def fault_said(context: Any, line: FaultLine) -> str:
    """Return which channel fails since when, and what happens instead."""
    since = when(line.fault.since, context["request"])
    by, who = by_what(line.by), line.who
    if not who:
        return _("A service of the settings takes nothing since %(since)s.") % {"since": since}
    said = _("%(by)s to %(who)s fails since %(since)s.") % {"by": by[:1].upper() + by[1:], "who": who, "since": since}
    if line.others:
        return f"{said} {_('Their other channels are used instead.')}"
    return f"{said} {_('They have no other channel: the next person is called at once.')}"


@register.filter
def person_name(reach: Reach | None) -> str:
    """Return how a person is called, or that they left."""
    return (reach.person.name or reach.person.email) if reach else _("somebody who left")


def _is_lower() -> bool:
    return (get_language() or "").startswith("fr")
