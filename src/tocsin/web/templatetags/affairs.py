"""How stories, surges and alerts are said: levels, states, trends, media, names of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.person import person_of_mark
from tocsin.base.surge import Surge
from tocsin.base.time import from_ms, minute_start
from tocsin.flows.alerts_inbox import Rise
from tocsin.flows.media import media_in_force
from tocsin.flows.moments import Reader
from tocsin.flows.stories.figures import MEDIA, shown_name
from tocsin.flows.stories.glance import Trend
from tocsin.flows.stories.page import Fact
from tocsin.report.media import medium_of
from tocsin.report.values import Medium
from tocsin.spread.media import Media
from tocsin.spread.values import Gap, Missing, Ring, Shared
from tocsin.store.affairs.rows import PostLine
from tocsin.surge.expect import count_quantile
from tocsin.web.templatetags.tocsin import count, duration, level, named, when

register = template.Library()
_NARROWEST = 10.0  # size of the law behind the bounds of a surge's usual: as the fold takes it before it knows better
_COLOURS = {
    Medium.NETWORKS: "c-1",
    Medium.FORUMS: "c-2",
    Medium.REVIEWS: "c-3",
    Medium.LOCAL_PRESS: "c-4",
    Medium.NATIONAL_PRESS: "c-4",
    Medium.OTHER: "c-5",
}


@register.filter
def who(mark: str, names: Mapping[int, str]) -> str:
    """Return the name of a person that a log names; another name stays as it is."""
    number = person_of_mark(mark)
    if number is None:
        return mark
    return names.get(number) or _("somebody who left")


@register.simple_tag
def surge_said(surge: Surge | Rise) -> str:
    """Return what a surge, or an alert of one, saw and what is usual: 97 mentions in an hour, 1 to 7 usually."""
    seen = ngettext("%(n)s mention in %(time)s", "%(n)s mentions in %(time)s", surge.seen) % {
        "n": count(surge.seen),
        "time": duration(surge.window_min * 60),
    }
    low, high = (count_quantile(p, surge.expected, _NARROWEST) for p in (0.05, 0.95))
    return _("%(seen)s, %(low)s to %(high)s usually.") % {"seen": seen, "low": count(low), "high": count(high)}


@register.simple_tag
def alert_level(alert: Alert) -> SafeString:
    """Return the level of an alert as shape and word; a single post is an alarm of its own."""
    if alert.cause is AlertCause.DANGER:
        return level("alarm", _("Alarm, a single post"))
    if alert.cause is AlertCause.SILENCE:
        return level("watch", _("A source went silent"))
    return level("watch" if alert.level == "watch" else "alarm")


@register.simple_tag(takes_context=True)
def alert_state(context: Any, alert: Alert, names: Mapping[int, str]) -> str:
    """Return where an alert stands with its people, "" while it waits."""
    by = who(alert.by, names)
    if alert.state is AlertState.ACKNOWLEDGED:
        return _("taken by %(who)s") % {"who": by}
    if alert.state is AlertState.SNOOZED and alert.snoozed_until is not None:
        until = when(alert.snoozed_until, context["request"])
        return _("put off until %(time)s by %(who)s") % {"time": until, "who": by}
    if alert.state is AlertState.FALSE:
        return _("called false by %(who)s") % {"who": by}
    if alert.state is AlertState.CLOSED:
        return _("closed by %(who)s") % {"who": by}
    return ""


@register.simple_tag
def trend_said(trend: Trend) -> str:
    """Return how a story moves, in a word."""
    return {
        Trend.RISES: _("rises"),
        Trend.FALLS: _("falls"),
        Trend.STEADY: _("steady"),
        Trend.CALM: _("calm"),
    }[trend]


@register.simple_tag(takes_context=True)
def media_said(context: Any, media: Sequence[Medium]) -> str:
    """Return media in words, in one line."""
    t = context["request"].t
    return ", ".join(t.text(MEDIA[medium]).lower() for medium in media)


@register.filter
def medium_class(medium: Medium) -> str:
    """Return the class that colours a medium."""
    return _COLOURS[medium]


@register.simple_tag(takes_context=True)
def medium_said(context: Any, medium: Medium) -> str:
    """Return a medium in words."""
    return str(context["request"].t.text(MEDIA[medium]))


@register.simple_tag(takes_context=True)
def where(context: Any, post: PostLine) -> str:
    """Return the medium of a post in words."""
    request = context["request"]
    return str(request.t.text(MEDIA[medium_of(post.platform, post.kind, post.url, _media(request))]))


@register.simple_tag(takes_context=True)
def author(context: Any, post: PostLine) -> str:
    """Return who wrote a post; a private person's name is masked on this screen."""
    request = context["request"]
    return shown_name(post, Reader(request.t, request.zone), _media(request))


def _media(request: Any) -> Media:
    """The titles of the press in force, read once for a page."""
    if not hasattr(request, "titles_in_force"):
        request.titles_in_force = media_in_force(request.engine)
    return cast(Media, request.titles_in_force)


@register.simple_tag
def chance(p: float) -> str:
    """Return a small chance as people say it: one chance in 40,000."""
    if p <= 0:
        return ""
    if p < 1e-9:
        return _("less than one chance in a thousand million")
    one_in = 1 / p
    digits = max(0, len(str(int(one_in))) - 2)
    return _("one chance in %(number)s") % {"number": count(round(one_in, -digits))}


@register.simple_tag
def ring_said(ring: Ring) -> str:
    """Return what a ring is, with its odds; never that anybody is behind it."""
    words = {
        "n": count(len(ring.authors)),
        "time": duration(max(1.0, ring.span_s)),
        "moments": count(ring.moments),
        "gap": duration(max(1.0, ring.median_gap_s)),
        "chance": chance(ring.chance_p),
    }
    one = {
        Shared.TEXT: _("%(n)s accounts, same words, within %(time)s: %(chance)s if they did not know of each other."),
        Shared.LINK: _("%(n)s accounts, same link, within %(time)s: %(chance)s if they did not know of each other."),
        Shared.SEVERAL: _(
            "%(n)s accounts, the same %(moments)s times, %(gap)s apart: %(chance)s if they did not know of each other."
        ),
    }[ring.shared]
    said = one % words
    if not ring.new:
        return said
    new = ngettext(
        "%(n)s of the accounts is under 30 days old.", "%(n)s of the accounts are under 30 days old.", ring.new
    )
    return f"{said} {new % {'n': count(ring.new)}}"


@register.simple_tag(takes_context=True)
def gap_said(context: Any, missing: Missing) -> str:
    """Return what may hide an earlier trace, in a sentence."""
    words = (*missing.words, "", "")
    at = when(from_ms(missing.at_ms), context["request"]) if missing.at_ms is not None else ""
    return {
        Gap.PARENT_UNKNOWN: _("An early trace shares or answers a post that was not read."),
        Gap.READ_LATE: _("The first was read only on %(at)s, long after it was written."),
        Gap.SILENCE: _("Nothing was read for hours after %(at)s; posts may be missing."),
        Gap.CAPPED: _("Told from %(read)s of %(posts)s posts: the earliest and the newest."),
        Gap.SOURCE_SILENT: _("A source cannot be read now: %(names)s."),
    }[missing.gap] % {"at": at, "read": words[0], "posts": words[1], "names": words[0]}


@register.simple_tag
def state_mark(alert: Alert) -> SafeString:
    """Return the state of an alert as a word in a chip."""
    words = {
        AlertState.OPEN: _("open"),
        AlertState.ACKNOWLEDGED: _("taken"),
        AlertState.SNOOZED: _("put off"),
        AlertState.FALSE: _("false alarm"),
        AlertState.CLOSED: _("closed"),
    }
    return format_html('<span class="kind">{}</span>', words[alert.state])


@register.simple_tag
def act_said(act: str) -> str:
    """Return what a button that does something with an alert says."""
    return {
        "take": _("Mine"),
        "snooze-1h": _("1 h"),
        "snooze-4h": _("4 h"),
        "snooze-morning": _("Until 8 tomorrow"),
        "false": _("False alarm"),
        "close": _("Close the alert"),
        "reopen": _("Open again"),
    }[act]


@register.filter
def after(at: datetime, minute: int) -> str:
    """Return how long after a minute an instant is."""
    return duration(max(0.0, (at - minute_start(minute)).total_seconds()))


@register.simple_tag
def fact_said(fact: Fact, names: Mapping[int, str]) -> str:
    """Return a line of the timeline of a story in words."""
    words = (*fact.words, "", "", "")
    if fact.code == "step":
        said = _("%(state)s by %(who)s") % {"state": word_of(words[0]), "who": who(words[1], names)}
        return f"{said}: {words[2]}" if words[2] else said
    if fact.code == "alert":
        levels = {"watch": _("watch rang"), "danger": _("a dangerous post rang")}
        return levels.get(words[0], _("alarm rang"))
    if fact.code == "joined":
        joined = ngettext(
            "joined by the engine with “%(title)s”, %(n)s post",
            "joined by the engine with “%(title)s”, %(n)s posts",
            int(words[0]),
        )
        return joined % {"title": words[2] or _("a story without words"), "n": count(int(words[0]))}
    if fact.code in ("moved_in", "moved_out"):
        one, many = (
            ("%(n)s post came in by hand, %(who)s", "%(n)s posts came in by hand, %(who)s")
            if fact.code == "moved_in"
            else ("%(n)s post was taken out by hand, %(who)s", "%(n)s posts were taken out by hand, %(who)s")
        )
        return ngettext(one, many, int(words[0])) % {"n": words[0], "who": who(words[1], names)}
    if fact.code == "title":
        named = {"title": words[0], "who": who(words[1], names)}
        return _("named “%(title)s” by %(who)s") % named if words[0] else _("its own title again, by %(who)s") % named
    said = {
        "first": _("first post read"),
        "relay": _("first relay of weight: %(who)s"),
        "local_press": _("first local or specialised press: %(who)s"),
        "national_press": _("first national press: %(who)s"),
    }[fact.code]
    return said % {"who": words[0]} if "%" in said else said


def word_of(code: str) -> str:
    """Return the word of a state."""
    return str(named(code))
