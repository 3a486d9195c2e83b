"""How mentions are written in lists: where they stand, what they say, the words that caught them, who wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tocsin.base.kind import Tone
from tocsin.base.post import Audience, Post, PostKind
from tocsin.flows.mention import Piece, Weighed
from tocsin.flows.mention import excerpt as excerpt_of
from tocsin.store.queries.similar import AuthorCard
from tocsin.store.rows import MentionRow
from tocsin.web.templatetags.tocsin import count, decimal

register = template.Library()

_BY_KIND = {
    PostKind.ARTICLE: "news",
    PostKind.REVIEW: "star",
    PostKind.COMMENT: "message-2",
    PostKind.MESSAGE: "mail",
    PostKind.SHARE: "repeat",
}
_BY_PLATFORM = {"bluesky": "brand-bluesky", "mastodon": "brand-mastodon", "feed": "rss", "forum": "message-2"}


@register.filter
def source_icon(post: Post) -> str:
    """Return the icon of where a post stands."""
    return _BY_PLATFORM.get(post.platform) or _BY_KIND.get(post.kind, "message")


@register.filter
def excerpt(mention: MentionRow) -> SafeString:
    """Return what a mention says, shortened, the watch's words marked."""
    return pieces(excerpt_of(mention))


@register.filter
def pieces(parts: Iterable[Piece]) -> SafeString:
    """Return a text in pieces, those that carry a mark in <mark>; every piece is escaped."""
    return format_html_join("", "{}", ((_piece(part),) for part in parts))


@register.simple_tag
def author(post: Post, see_names: bool = True) -> str:
    """Return how the author of a post is called; a private account is masked where names may not be seen."""
    if post.author is None:
        return _("author not known")
    if not see_names and not post.author.verified and post.kind is not PostKind.ARTICLE:
        return _("name masked")
    return post.author.name or post.author.handle


@register.simple_tag
def initials(post: Post, see_names: bool = True) -> str:
    """Return one or two letters for the round badge of an author."""
    if not see_names or post.author is None:
        return "·"
    words = [word for word in (post.author.name or post.author.handle).split() if word[0].isalnum()]
    chosen = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in chosen).upper() or "·"


@register.filter
def reach(post: Post) -> str:
    """Return the audience of a post in a few words: followers or stars, and what is not public."""
    said: list[str] = []
    if post.stars is not None:
        said.append(ngettext("%(n)s star", "%(n)s stars", round(post.stars)) % {"n": decimal(post.stars)})
    elif post.author is not None and post.author.followers is not None:
        followers = post.author.followers
        said.append(ngettext("%(n)s follower", "%(n)s followers", followers) % {"n": _short(followers)})
    if post.audience is Audience.RESTRICTED:
        said.append(_("not public"))
    elif post.audience is Audience.OWN_MAILBOX:
        said.append(_("our mailbox"))
    return ", ".join(said)


@register.filter
def habit(card: AuthorCard) -> str:
    """Return how an author usually speaks of us, "" before the third mention."""
    if card.mentions < 3:
        return ""
    tone, number = max(card.tones.items(), key=lambda pair: (pair[1], pair[0]))
    if number * 2 <= card.mentions:
        return _("of mixed tone")
    words = {
        Tone.NEGATIVE.value: _("usually negative"),
        Tone.NEUTRAL.value: _("usually neutral"),
        Tone.POSITIVE.value: _("usually positive"),
    }
    return words.get(tone, "")


@register.simple_tag
def bar(weighed: Weighed) -> SafeString:
    """Return the bar of a reason: its points against the heaviest."""
    tone = "less" if weighed.points < 0 else "grave" if weighed.is_danger else "more"
    return format_html(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="well" width="100" height="6"/><rect class="{}" width="{}" height="6"/></svg>',
        tone,
        max(2, weighed.share),
    )


@register.filter
def points(number: int) -> str:
    """Return points with their sign: +34, −8."""
    return f"+{number}" if number > 0 else f"−{abs(number)}"


@register.filter
def joined(rows: Iterable[int]) -> str:
    """Return the rows of a line as one value of a form."""
    return "-".join(str(row) for row in rows)


def _piece(part: Piece) -> Any:
    if not part.mark:
        return part.text
    if part.mark == "alarm":
        return format_html('<mark class="alarm">{}</mark>', part.text)
    return format_html("<mark>{}</mark>", part.text)


def _short(number: int) -> str:
    """A number of followers, in thousands from ten thousand on: 1 930, 84 k."""
    return f"{count(number // 1000)}\u00a0k" if number >= 10_000 else count(number)
