"""The counts shown under a post, and how they grow between two readings."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from tocsin.base.post import Engagement, Post
from tocsin.collect.scenario.dice import Dice

_HALF_LIFE = timedelta(hours=2)  # most of what a post receives, it receives within an afternoon
_PER_ECHO = (9.0, 1.6, 1.4, 220.0)  # likes, shares, replies, views that go with one share or reply that we see


def engagement_at(post: Post, shows: Iterable[str], echoes: tuple[int, int], at: datetime) -> Engagement | None:
    """Return the counts a reader finds under `post` at `at`; None where the platform shows none.

    echoes: (shares, replies) of this post that exist by then; a post that is carried on is also liked and seen.
    """
    shown = set(shows)
    if not shown:
        return None
    dice = Dice("engagement", post.platform, post.native_id)
    followers = (post.author.followers if post.author else None) or 0
    grown = 1.0 - math.exp(-max((at - post.created_at) / _HALF_LIFE, 0.0))
    liked = math.sqrt(followers) * dice.between_log(0.02, 1.6) * grown
    shares, replies = echoes
    heard = shares + replies
    return Engagement(
        likes=int(liked + _PER_ECHO[0] * heard * grown) if "likes" in shown else None,
        shares=int(liked * 0.15 + _PER_ECHO[1] * shares) if "shares" in shown else None,
        replies=int(liked * 0.1 + _PER_ECHO[2] * replies) if "replies" in shown else None,
        views=int(followers * 0.3 * grown + liked * 12 + _PER_ECHO[3] * heard) if "views" in shown else None,
    )


def reread(posts: Iterable[Post], at: datetime) -> Iterator[Post]:
    """Yield the posts with the counts a second reading at `at` would find: never less than the first.

    Only counts that the first reading showed are given. Shares and replies are those among `posts` up to `at`.
    """
    known = [post for post in posts if post.created_at <= at]
    shares = Counter((post.platform, post.shared_id) for post in known if post.shared_id)
    replies = Counter((post.platform, post.parent_id) for post in known if post.parent_id)
    for post in known:
        shows = [name for name in Engagement.__struct_fields__ if getattr(post.engagement, name, None) is not None]
        grown = engagement_at(post, shows, (shares[post.key], replies[post.key]), at)
        yield msgspec.structs.replace(post, engagement=grown)
