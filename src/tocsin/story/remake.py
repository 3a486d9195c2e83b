"""Make a story anew from its posts, after a person put posts together or apart."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.base.story import MentionDigest, Story
from tocsin.story.evidence import EvidenceIndex
from tocsin.story.live import KEYWORDS_TRIED, TITLED_AT, LiveStory
from tocsin.story.words import keys_of, words_of_brand


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
    besides = words_of_brand("", brand)
    live = LiveStory.found(first, (brand, timeline), keys_of(first, besides))
    index = EvidenceIndex()
    index.add(live)
    for post in rest:
        is_copy = index.copied(post.exact, post.bands) is not None
        live.take(post, copy=is_copy)
        index.remember(live, post.exact, () if is_copy else post.bands)
        if not is_copy:
            index.learn(live, keys_of(post, besides))
            if live.is_full:
                index.fade(live)
            if live.told_apart in TITLED_AT:
                live.retitle(post, "", index.telling(live, KEYWORDS_TRIED))
    return msgspec.structs.replace(live.row, id=name or live.id)
