"""Count mentions into additive partials, the same way in the stage and in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.seam import Partial, TimelineKind, timeline_kind
from tocsin.base.time import minute_of

_Key = tuple[str, str, int, str, str, str]


def post_minute(post: Post, timeline: str) -> int:
    """Return the minute of a post on the clock of a timeline: seen for `live`, created for all others."""
    live = timeline_kind(timeline) is TimelineKind.LIVE
    return minute_of(post.seen_at if live else post.created_at)


def tally(mentions: Iterable[Mention], timeline: str) -> list[Partial]:
    """Return partials per watch, and per brand (watch "") counting each distinct post once, sorted.

    A post that several watches of one brand caught counts under the language and tone of its first mention; all its
    mentions carry the same reading unless their watches ask for other languages.
    """
    counts: Counter[_Key] = Counter()
    counted: set[tuple[str, str, str]] = set()
    for mention in mentions:
        post, verdict = mention.post, mention.verdict
        place = (post_minute(post, timeline), post.platform, verdict.language, verdict.sentiment.label.value)
        counts[(mention.brand, mention.watch, *place)] += 1
        identity = (mention.brand, post.platform, post.native_id)
        if identity not in counted:
            counted.add(identity)
            counts[(mention.brand, "", *place)] += 1
    return [
        Partial(brand=brand, watch=watch, minute=minute, platform=platform, language=language, tone=tone, posts=posts)
        for (brand, watch, minute, platform, language, tone), posts in sorted(counts.items())
    ]
