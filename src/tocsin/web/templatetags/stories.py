"""How a story lives is said: its state as a mark and a word, and what an earlier one was."""

from __future__ import annotations

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.base.story import StoryState
from tocsin.flows.stories.earlier import Earlier
from tocsin.web.templatetags.tocsin import count, duration

register = template.Library()
_MOVES = {  # a dot with its ring, an arrow up, a line, an arrow that turns back
    StoryState.NEW: "M6 4.5v3M4.5 6h3M6 1.5a4.5 4.5 0 1 0 .01 0",
    StoryState.GROWING: "M1.5 10 5 6.5l2 2 4-5M7.5 3H11v3.5",
    StoryState.CALM: "M1.5 6h9",
    StoryState.BACK: "M2 2.5V6h3.5M2.3 6A4.2 4.2 0 1 1 4 9.7",
}


@register.simple_tag
def state_said(state: StoryState) -> SafeString:
    """Return how a story lives, as a mark that says how it moves, and a word."""
    words = {
        StoryState.NEW: _("new"),
        StoryState.GROWING: _("growing"),
        StoryState.CALM: _("calm"),
        StoryState.BACK: _("back again"),
    }
    mark = format_html(
        '<svg class="state-mark" viewBox="0 0 12 12" aria-hidden="true"><path d="{}"/></svg>', _MOVES[state]
    )
    return format_html('<span class="state state-{}">{}{}</span>', state.value, mark, words[state])


@register.simple_tag
def earlier_said(earlier: Earlier) -> str:
    """Return what an earlier story was: when, how large, how long it took."""
    line = earlier.line
    posts = ngettext("%(n)s mention", "%(n)s mentions", line.posts) % {"n": count(line.posts)}
    words = {
        "month": capfirst(date_format(localtime(line.first_at), "F Y")),
        "posts": posts,
        "time": duration(earlier.lasted_s),
    }
    return _("%(month)s: %(posts)s, over in %(time)s.") % words
