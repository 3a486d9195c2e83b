"""Tell when a story reached its first relay of weight, the local press and the national press."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.spread.values import Cascade, Press, SpreadPost, Step

# Followers from which an account is a relay of weight: about one account in a hundred on the networks, and the size
# at which the press of a town begins to quote one. A choice, and the same for the level of a brand.
RELAY_REACH = 10_000


def percolate(cascade: Cascade, *, relay_reach: int = RELAY_REACH) -> dict[Step, SpreadPost]:
    """Return the first post of each step that was reached, in the order in which they were.

    The first post may be an article: then it is also the first of its press. Specialised titles count with the local
    ones: both come before the nation reads of it. The brand's own posts and messages to it are no step.
    """
    reached: dict[Step, SpreadPost] = {}
    for post in cascade.posts:
        if post.own or not post.is_public:
            continue
        if post.press is not None:
            reached.setdefault(Step.FIRST, post)
            reached.setdefault(step_of(post.press), post)
        elif Step.FIRST not in reached:
            reached[Step.FIRST] = post
        elif (post.followers or 0) >= relay_reach:
            reached.setdefault(Step.RELAY, post)
    return reached


def first_articles(posts: Iterable[SpreadPost]) -> dict[Step, SpreadPost]:
    """Return the earliest public article of the local and of the national press, by step, whatever the order.

    Of two written at the same instant, the one of the lower row.
    """
    found: dict[Step, SpreadPost] = {}
    for post in posts:
        if post.own or not post.is_public or post.press is None:
            continue
        step = step_of(post.press)
        known = found.get(step)
        if known is None or (post.at_ms, post.row) < (known.at_ms, known.row):
            found[step] = post
    return found


def step_of(press: Press) -> Step:
    """Return the step that an article of such a title is; specialised titles count with the local ones."""
    return Step.NATIONAL_PRESS if press is Press.NATIONAL else Step.LOCAL_PRESS
