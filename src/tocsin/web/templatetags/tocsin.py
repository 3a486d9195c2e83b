"""How values are written on a page: marks of level and severity, instants, numbers, words of people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tocsin.base.mention import Reason
from tocsin.flows.i18n import Translator, translator
from tocsin.flows.vocabulary import word
from tocsin.web.house.static_files import has
from tocsin.web.templatetags.marks import LEVELS, SEVERITY_STEPS, severity_step

register = template.Library()
_THIN = "\u202f"
_NBSP = "\u00a0"
_LEFT, _RIGHT = {"fr": "«\u00a0", "en": "“"}, {"fr": "\u00a0»", "en": "”"}


@register.simple_tag
def icon(name: str, size: int = 18) -> SafeString:
    """Return an icon of the sprite; it says nothing by itself, the word stands beside it."""
    from django.templatetags.static import static

    return format_html(
        '<svg class="ti ti-{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        size,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def level(code: str, label: str = "") -> SafeString:
    """Return a level as shape, word and colour. code: alarm, watch or calm."""
    mark = LEVELS.get(code, LEVELS["calm"])
    words = {"alarm": _("Alarm"), "watch": _("Watch"), "calm": _("Calm")}
    return format_html('<span class="level level-{}">{}{}</span>', code, mark, label or words.get(code, words["calm"]))


@register.simple_tag
def level_shape(code: str) -> SafeString:
    """Return the shape of a level alone, where its word stands elsewhere."""
    return LEVELS.get(code, LEVELS["calm"])


@register.simple_tag
def severity(score: int) -> SafeString:
    """Return a severity as four steps, a word and its score of 0 to 100."""
    step = severity_step(score)
    words = (_("weak"), _("middling"), _("strong"), _("critical"))
    return format_html(
        '<span class="sev sev-{}">{}{} {}</span>', step, SEVERITY_STEPS[step - 1], words[step - 1], score
    )


@register.filter
def clock(at: datetime | None) -> str:
    """Return the time of the day in the reader's zone, as sentences write it: 8 h 06, 08:06."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local.hour}{_NBSP}h{_NBSP}{local.minute:02}" if _is_french() else f"{local:%H:%M}"


@register.filter
def day(at: datetime | date | None) -> str:
    """Return the day in full: mardi 24 novembre 2026, Tuesday 24 November 2026."""
    return "" if at is None else date_format(_local(at), "l j F Y")


@register.filter
def full(at: datetime | None) -> str:
    """Return day and time in full, for whoever must be sure."""
    return "" if at is None else f"{day(at)}, {clock(at)}"


@register.filter
def when(at: datetime | None, now: Any) -> str:
    """Return an instant as short as it is clear: the time today, then yesterday, then the day. now: or the request."""
    if at is None:
        return ""
    local, today = timezone.localtime(at), timezone.localtime(getattr(now, "now", now)).date()
    days = (today - local.date()).days
    if days == 0:
        return clock(at)
    if days == 1:
        return _("yesterday %(time)s") % {"time": clock(at)}
    if local.year == today.year:
        return f"{date_format(local, 'j N')}, {clock(at)}"
    return str(date_format(local, "j N Y"))


@register.filter
def ago(at: datetime | None, now: Any) -> str:
    """Return how long ago an instant was, in one unit: 18 min, 5 h, 3 days. now: or the request."""
    if at is None:
        return ""
    return duration(max(0.0, (getattr(now, "now", now) - at).total_seconds()))


@register.filter
def duration(seconds: float) -> str:
    """Return a length of time in one unit, two for hours: 45 s, 18 min, 5 h 10, 3 days."""
    if seconds < 60:
        return f"{seconds:.0f}{_NBSP}s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes}{_NBSP}min"
    if minutes < 48 * 60:
        rest = minutes % 60
        return f"{minutes // 60}{_NBSP}h" + (f"{_NBSP}{rest:02}" if rest else "")
    return _("%(days)s days") % {"days": minutes // 1440}


@register.filter
def count(value: float | None) -> str:
    """Return a whole number with the spaces of the language: 84 210, 84,210."""
    if value is None:
        return ""
    written = f"{round(value):,}"
    return written.replace(",", _THIN) if _is_french() else written


@register.filter
def decimal(value: float | None, places: int = 1) -> str:
    """Return a number with a few decimals, none when it is whole."""
    if value is None:
        return ""
    written = f"{value:,.{places}f}"
    if places and written.endswith("0" * places):
        written = written[: -places - 1]
    return written.replace(",", _THIN).replace(".", ",") if _is_french() else written


@register.filter
def percent(share: float | None) -> str:
    """Return a share of 0 to 1 as a percentage: 61 %, 61%."""
    if share is None:
        return ""
    shown = round(share * 100)
    return f"{shown}{_NBSP}%" if _is_french() else f"{shown}%"


@register.filter
def quoted(text: str) -> str:
    """Return a text between the quotation marks of the language."""
    language = "fr" if _is_french() else "en"
    return f"{_LEFT[language]}{text}{_RIGHT[language]}"


@register.filter
def said(reason: Reason, t: Translator | None = None) -> str:
    """Return a reason in words."""
    return (t or translator(get_language() or "en")).reason(reason)


@register.filter
def named(code: Any) -> str:
    """Return the word of a code: of a kind, tone, state, role, language."""
    return word(str(code), translator(get_language() or "en"))


@register.simple_tag
def told(sentence: str, params: dict[str, str] | None = None) -> str:
    """Return a sentence of the catalogue with its values, as errors of sources are stored."""
    return translator(get_language() or "en").text(sentence, **(params or {}))


@register.filter
def safe_href(url: str | None) -> str:
    """Return an address if a browser may be sent there (http, https), else "#"."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return "#"
    return str(url) if parts.scheme in ("http", "https") and parts.netloc else "#"


@register.filter
def host(url: str | None) -> str:
    """Return the host of an address, without www."""
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return the value of a key, "" without one."""
    return mapping.get(key, "") if mapping else ""


@register.simple_tag
def has_static(name: str) -> bool:
    """Return whether a static file that the build installs is there."""
    return has(name)


@register.simple_tag(takes_context=True)
def with_query(context: Any, **changes: Any) -> str:
    """Return the query of this page with some values changed; an empty value takes its name away."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}" if query else "?"


def _local(at: datetime | date) -> datetime | date:
    return timezone.localtime(at) if isinstance(at, datetime) else at


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")
