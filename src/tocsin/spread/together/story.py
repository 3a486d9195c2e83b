"""Find the accounts that push the same words or links within one story; never an accusation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from tocsin.spread.together.find import Found, find_together
from tocsin.spread.values import Cascade, Ring, Shared, SpreadPost

_LEAST_LETTERS = 40  # shorter texts are the same by themselves: "merci Maison Alba"
_LEAST_POSTS = 3
_MOST_RINGS = 10

_Thing = tuple[Shared, int | str]


def find_rings(cascade: Cascade) -> list[Ring]:
    """Return the rings of a story, the least likely first, at most ten.

    Shares by a button are none: they are meant to be quick. So are the press, which prints the same dispatch, the
    brand itself, and accounts that are not known. What a post pushes is its words or one of its links, whichever more
    accounts hold in common with it; the pace that it is held against is that of the story. Cost: as `find_together`.
    """
    return find_rings_among(cascade.posts)[:_MOST_RINGS]


def find_rings_among(posts: Sequence[SpreadPost]) -> list[Ring]:
    """Return the rings among posts about one brand or one affair, oldest first; the least likely first.

    The same are looked over; what is pushed is held against the pace of all these posts.
    """
    pushable = [post for post in posts if is_pushable(post)]
    return _rings(pushable) if len(pushable) >= _LEAST_POSTS else []


def _rings(posts: Sequence[SpreadPost]) -> list[Ring]:
    things = things_of(posts)
    authors = {author: number for number, author in enumerate(sorted({post.author for post in posts}))}
    numbers: dict[_Thing | int, int] = {}
    found = find_together(
        np.array([authors[post.author] for post in posts]),
        np.array([numbers.setdefault(post.row if thing is None else thing, len(numbers)) for post, thing in things]),
        np.array([post.at_ms / 1000.0 for post in posts]),
        joined_s=_joined(posts, authors),
        one_topic=True,
    )
    kinds = {number: thing[0] for thing, number in numbers.items() if isinstance(thing, tuple)}
    return [_ring(one, posts, list(authors), kinds) for one in found]


def is_pushable(post: SpreadPost) -> bool:
    """Return whether a post can be one of a ring: of a known account, and neither a share, the press nor the brand."""
    return bool(post.author) and not post.own and post.press is None and post.kind not in ("share", "message")


def things_of(posts: Sequence[SpreadPost]) -> list[tuple[SpreadPost, _Thing | None]]:
    """Return with each post what it pushes: of its words and links what most accounts hold, None for what one does."""
    held = [_held(post) for post in posts]
    pushed = {(post.author, thing) for post, things in zip(posts, held, strict=True) for thing in things}
    accounts = Counter(thing for _, thing in pushed)
    return [
        (post, max((thing for thing in things if accounts[thing] > 1), key=lambda thing: accounts[thing], default=None))
        for post, things in zip(posts, held, strict=True)
    ]


def _held(post: SpreadPost) -> list[_Thing]:
    words: list[_Thing] = [(Shared.TEXT, post.exact)] if post.bands and post.length >= _LEAST_LETTERS else []
    return words + [(Shared.LINK, link) for link in dict.fromkeys(post.links)]


def _joined(posts: Sequence[SpreadPost], authors: dict[int, int]) -> np.ndarray:
    joined = np.full(len(authors), np.nan)
    for post in reversed(posts):
        if post.joined_ms is not None:
            joined[authors[post.author]] = post.joined_ms / 1000.0
    return joined


def _ring(found: Found, posts: Sequence[SpreadPost], authors: Sequence[int], kinds: dict[int, Shared]) -> Ring:
    members = [posts[place] for place in found.rows]
    return Ring(
        shared=kinds[found.objects[0]] if found.moments == 1 else Shared.SEVERAL,
        authors=tuple(sorted(authors[one] for one in found.accounts)),
        rows=tuple(post.row for post in members),
        start_ms=members[0].at_ms,
        span_s=(members[-1].at_ms - members[0].at_ms) / 1000,
        median_gap_s=found.median_gap_s,
        moments=found.moments,
        new=found.new or 0,
        chance_p=found.chance_p,
    )
