"""Tell when a story reached its first relay of weight, the local press and the national press."""

from __future__ import annotations

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
            step = Step.NATIONAL_PRESS if post.press is Press.NATIONAL else Step.LOCAL_PRESS
            reached.setdefault(Step.FIRST, post)
            reached.setdefault(step, post)
        elif Step.FIRST not in reached:
            reached[Step.FIRST] = post
        elif (post.followers or 0) >= relay_reach:
            reached.setdefault(Step.RELAY, post)
    return reached
