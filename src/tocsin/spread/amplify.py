"""Rank the accounts that carried a story by what they brought."""

from __future__ import annotations

from collections import Counter, defaultdict

from tocsin.spread.values import Amplifier, Cascade, SpreadPost

_HOP = 0.5  # what a post counts for the one before the last: half as much with every hop


def rank_amplifiers(cascade: Cascade, *, most: int | None = None) -> list[Amplifier]:
    """Return the accounts whose posts others took up, those that brought most first.

    An account's own posts count for nobody above it twice: what it takes from itself is not brought. `without_p` is
    the plain counterfactual: the share of all posts that stand below one of the account's, and would be gone with it
    if nobody had taken the thing up elsewhere; an upper bound. Posts of the brand itself are not ranked.
    """
    posts, edges = cascade.posts, cascade.edges
    by_row = {post.row: post for post in posts}
    carried: defaultdict[int, float] = defaultdict(float)
    brought: defaultdict[int, float] = defaultdict(float)
    direct: Counter[int] = Counter()
    for post in reversed(posts):  # an edge leads to an earlier post: what is below one is summed before it is reached
        edge = edges.get(post.row)
        if edge is None:
            continue
        gained = edge.confidence * (1.0 + _HOP * carried[post.row])
        carried[edge.parent] += gained
        writer = by_row[edge.parent].author
        if writer and writer != post.author:
            brought[writer] += gained
            direct[writer] += 1
    below = _below(cascade)
    firsts: dict[int, SpreadPost] = {}
    written: Counter[int] = Counter()
    for post in posts:
        if post.author and not post.own:
            firsts.setdefault(post.author, post)
            written[post.author] += 1
    found = [
        Amplifier(
            post=post,
            posts=written[author],
            direct=direct[author],
            brought=round(brought[author], 3),
            without_p=below[author] / len(posts),
        )
        for author, post in firsts.items()
        if direct[author]
    ]
    found.sort(key=lambda one: (-one.brought, -(one.post.followers or 0), one.post.platform, one.post.handle))
    return found[:most]


def _below(cascade: Cascade) -> Counter[int]:
    """Posts of others below the posts of each account, each counted once: one walk down the trees."""
    children: dict[int, list[SpreadPost]] = {}
    roots = []
    for post in cascade.posts:
        edge = cascade.edges.get(post.row)
        if edge is None:
            roots.append(post)
        else:
            children.setdefault(edge.parent, []).append(post)
    below: Counter[int] = Counter()
    above: defaultdict[int, int] = defaultdict(int)  # how many posts of an account stand over the place of the walk
    size: dict[int, int] = {}  # by row: posts below
    own: defaultdict[int, int] = defaultdict(int)  # by account: its own posts below the topmost one that is open
    walk: list[tuple[SpreadPost, bool]] = [(root, False) for root in roots]
    while walk:
        post, done = walk.pop()
        if done:
            above[post.author] -= 1
            size[post.row] = sum(1 + size[child.row] for child in children.get(post.row, ()))
            if not above[post.author]:
                below[post.author] += size[post.row] - own.pop(post.author, 0)
            else:
                own[post.author] += 1
            continue
        if post.row not in children:  # nothing is below it; it only may stand below another of its account
            if above[post.author]:
                own[post.author] += 1
            size[post.row] = 0
            continue
        above[post.author] += 1
        walk.append((post, True))
        walk.extend((child, False) for child in children[post.row])
    return below
