"""Count mentions into additive partials, the same way in the stage and in the store."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tocsin.base.kind import Tone
from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.seam import Partial, TimelineKind, timeline_kind
from tocsin.base.time import minute_of

_Key = tuple[str, str, int, str, str, str]
_TONES = {tone: tone.value for tone in Tone}


def post_minute(post: Post, timeline: str) -> int:
    """Return the minute of a post on the clock of a timeline: seen for `live`, created for all others."""
    return minute_of(post.seen_at if _is_live(timeline) else post.created_at)


def tally(mentions: Iterable[Mention], timeline: str) -> list[Partial]:
    """Return partials per watch, and per brand (watch "") counting each distinct post once, sorted.

    A post that several watches of one brand caught counts under the language and tone of its first mention; all its
    mentions carry the same reading unless their watches ask for other languages.
    """
    counts: dict[_Key, int] = {}
    counted: set[tuple[str, str, str]] = set()
    live = _is_live(timeline)
    for mention in mentions:
        brand, post, verdict = mention.brand, mention.post, mention.verdict
        platform, tone = post.platform, _TONES[verdict.sentiment.label]
        minute = minute_of(post.seen_at if live else post.created_at)
        key = (brand, mention.watch, minute, platform, verdict.language, tone)
        counts[key] = counts.get(key, 0) + 1
        identity = (brand, platform, post.native_id)
        if identity not in counted:
            counted.add(identity)
            key = (brand, "", minute, platform, verdict.language, tone)
            counts[key] = counts.get(key, 0) + 1
    return [
        Partial(brand=brand, watch=watch, minute=minute, platform=platform, language=language, tone=tone, posts=posts)
        for (brand, watch, minute, platform, language, tone), posts in sorted(counts.items())
    ]


@lru_cache(maxsize=256)
def _is_live(timeline: str) -> bool:
    """Asked of every mention, and an enum is slow to make from its value."""
    return timeline_kind(timeline) is TimelineKind.LIVE
