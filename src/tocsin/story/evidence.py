"""How much the words of a post speak for a story, and how alike two stories are: both against what all others say.

A word of a post comes from what its story says with probability `_SAID`, else from what everybody says. Its evidence
is the logarithm of how many times likelier that makes it, in nats; the words of a post are taken as independent. What
everybody says are the posts of all other stories that live, so that it follows the brand's traffic and forgets with
it; a word never heard before counts as said a little (`index.py`), an everyday one as said often.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from tocsin.story.index import StoryIndex
from tocsin.story.live import LiveStory
from tocsin.story.words import is_everyday

# Set on the development halves of `python -m eval.stories`; run it after changing one.
_SAID = 0.5
_UNHEARD_POSTS = 400.0  # what everybody says is never taken from fewer posts than this
_SMOOTHED = 1.0  # a story of one post may yet say other things: each share is of one post more
_MOST_A_WORD = 5.0
_TELLS_POSTS = 12  # of a story, before one telling word of it suffices
_UNSAID = 1.0 - _SAID


def weigh(terms: Sequence[str], lives: Sequence[LiveStory], index: StoryIndex) -> list[tuple[float, int]]:
    """Return for each story the evidence of these words, in nats, and how many telling ones it shares with them."""
    rest = max(index.posts - sum([live.mass for live in lives]), 0.0) + _UNHEARD_POSTS
    said = [(live.terms, _SAID / (live.mass + _SMOOTHED)) for live in lives]
    odds = [1.0] * len(said)
    shared = [0] * len(said)
    most = math.exp(_MOST_A_WORD)
    unheard = 0
    totals = index.totals
    for term in terms:
        total = totals.get(term)
        if total is None:
            unheard += 1
            continue
        counts = [counts.get(term, 0.0) for counts, _ in said]
        elsewhere = (total - sum(counts)) / rest
        everyday = is_everyday(term)
        for at, count in enumerate(counts):
            if not count:
                odds[at] *= _UNSAID
                continue
            times = _UNSAID + said[at][1] * count / elsewhere
            odds[at] *= times if times < most else most
            shared[at] += not everyday and (count > 1.0 or lives[at].mass < _TELLS_POSTS)
    lost = unheard * math.log(_UNSAID)
    return [(math.log(one) + lost, n) for one, n in zip(odds, shared, strict=True)]


def enough_shared(live: LiveStory, terms: Sequence[str], shared: int) -> bool:
    """Say whether a post shares enough telling words with a story: two, or one with a story well known."""
    return shared >= (1 if live.mass >= _TELLS_POSTS else min(2, len(terms)))


def tells(index: StoryIndex, live: LiveStory, term: str, count: float) -> float:
    """Return how much a word said `count` times in a story tells it from all others, in nats; 0 for nothing."""
    rest = max(index.posts - live.mass, 0.0) + 1.0
    return max(0.0, math.log(count / (live.mass + 1.0) * rest / (index.totals[term] - count)))


def alike(one: LiveStory, other: LiveStory, elsewhere: Callable[[str], float], posts: float) -> float:
    """Return the cosine of what two stories say beyond what is said elsewhere, 0..1.

    elsewhere: how often a word is said outside of them, as in the totals of the index, in so many posts.
    """
    mine, its = (_telling(live, elsewhere, posts + _UNHEARD_POSTS) for live in (one, other))
    dot = math.fsum(weight * its[term] for term, weight in mine.items() if term in its)
    if not dot:
        return 0.0
    return dot / math.sqrt(math.fsum(map(_square, mine.values())) * math.fsum(map(_square, its.values())))


def elsewhere_of(lives: Iterable[LiveStory], index: StoryIndex) -> tuple[Callable[[str], float], float]:
    """Return how often a word is said outside of these stories, and in how many posts."""
    apart = list(lives)

    def said(term: str) -> float:
        return index.totals[term] - math.fsum(live.terms.get(term, 0.0) for live in apart)

    return said, max(index.posts - math.fsum(live.mass for live in apart), 0.0)


def _telling(live: LiveStory, elsewhere: Callable[[str], float], posts: float) -> dict[str, float]:
    weights: dict[str, float] = {}
    for term, count in live.terms.items():
        if count > 1.0:
            share = count / (live.mass + 2.0)
            weight = share * math.log(share * posts / elsewhere(term))
            if weight > 0.0:
                weights[term] = weight
    return weights


def _square(value: float) -> float:
    return value * value
