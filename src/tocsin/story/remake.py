"""Make a story anew from its posts, after a person put posts together or apart."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.base.story import MentionDigest, Story
from tocsin.story.live import MOST_KEYS, LiveStory
from tocsin.story.title import stem


def remake(brand: str, timeline: str, mentions: Sequence[MentionDigest], *, name: str = "") -> Story:
    """Return the story that these posts make, in any order. name: its id; "" for the one its first post gives.

    Its words and keys are those of its posts alone, so that later posts join it, or no longer do, accordingly.
    Raises ValueError without a post.
    """
    if not mentions:
        raise ValueError("a story is made of posts")
    # The brand's own posts word nothing; a story of them alone is made of what there is.
    heard = [post for post in mentions if not post.own] or mentions
    first, *rest = sorted(heard, key=lambda post: (post.minute, post.platform, post.native_id))
    live = LiveStory.found(first, (brand, timeline), _terms(first))
    for post in rest:
        is_copy = post.exact in live.exacts or bool(post.bands and live.holds_copy(post.bands))
        live.take(post, copy=is_copy)
        if post.exact not in live.exacts:
            live.exacts = [*live.exacts, post.exact][-MOST_KEYS:]
        if is_copy:
            continue
        live.learn(post, dict.fromkeys(_terms(post), 1.0))
        live.retitle(post, "", lambda term, count: 1.0)
        if post.bands:
            live.bands = [*live.bands, post.bands][-MOST_KEYS:]
    return msgspec.structs.replace(live.row, id=name or live.id)


def _terms(post: MentionDigest) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(stem, post.terms)))
