"""How much the words of a post speak for a story, and how alike two stories are: both against what all others say.

A word of a post comes from what its story says with probability `SAID`, else from what everybody says. Its evidence
is the logarithm of how many times likelier that makes it, in nats; the words of a post are taken as independent. What
everybody says are the posts of all other stories that live, so that it follows the brand's traffic and forgets with
it; a word never heard before counts as said a little (`index.py`), an everyday one as said often.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from tocsin.story.index import StoryIndex
from tocsin.story.live import LiveStory
from tocsin.story.words import everyday_keys

# Set on the development halves of `python -m eval.stories`; run it after changing one.
SAID = 0.4
UNHEARD_POSTS = 400.0  # what everybody says is never taken from fewer posts than this
SMOOTHED = 0.5  # a story of one post may yet say other things: each share is of half a post more
MOST_A_WORD = math.exp(5.0)
NEXT = 0.7
TELLS_POSTS = 6  # of a story, before one telling word of it suffices
UNSAID = 1.0 - SAID
LOST = math.log(UNSAID)
_EVERYDAY = everyday_keys()


def weigh(terms: Sequence[str], lives: Sequence[LiveStory], index: StoryIndex) -> list[tuple[float, int]]:
    """Return for each story the evidence of these words, in nats, and how many telling ones it shares with them."""
    rest = index.posts + UNHEARD_POSTS
    held: list[list[tuple[str, float]]] = []
    apart: dict[str, float] = {}  # how often the stories say each word, all together
    for live in lives:
        rest -= live.mass
        counts = live.terms
        shared = [(term, counts[term]) for term in terms if term in counts]
        held.append(shared)
        for term, count in shared:
            apart[term] = apart.get(term, 0.0) + count
    totals = index.totals
    elsewhere = {term: totals[term] - count for term, count in apart.items()}
    weighed = []
    for live, shared in zip(lives, held, strict=True):
        scale, least = rest * SAID / (live.mass + SMOOTHED), 1.0 if live.mass < TELLS_POSTS else 2.0
        times = [min(UNSAID + scale * count / elsewhere[term], MOST_A_WORD) for term, count in shared]
        telling = sum([count >= least and term not in _EVERYDAY for term, count in shared])
        weighed.append((_together(times) + (len(terms) - len(shared)) * LOST, telling))
    return weighed


def _together(times: list[float]) -> float:
    """The evidence of words that a story and a post share: the next strongest always counts less.

    Words of a place or a set phrase come together, and would else tell the same thing three times.
    """
    times.sort(reverse=True)
    evidence, weight = 0.0, 1.0
    for one in times:
        if one <= 1.0:
            evidence += math.log(one)
            continue
        evidence += weight * math.log(one)
        weight *= NEXT
    return evidence


def enough_shared(live: LiveStory, terms: Sequence[str], shared: int) -> bool:
    """Say whether a post shares enough telling words with a story: two, or one with a story well known."""
    return shared >= (1 if live.mass >= TELLS_POSTS else min(2, len(terms)))


def telling(live: LiveStory, index: StoryIndex) -> list[tuple[float, str]]:
    """Return the words of a story that tell it from all others, with their weight in nats a post, heaviest first.

    What was said once counts only in a story of one or two posts.
    """
    ratio = (max(index.posts - live.mass, 0.0) + UNHEARD_POSTS / 4) / (live.mass + 1.0)
    least = 2.0 if live.mass > 2.0 else 1.0
    totals, log, common = index.totals, math.log, index.common
    weights = [
        (count * log(times), term)
        for term, count in live.terms.items()
        if count >= least and totals[term] <= common and (times := count * ratio / (totals[term] - count)) > 1.0
    ]
    weights.sort(key=_heaviest)
    return weights


class Elsewhere:
    """What is said outside of some stories: how often each word, in how many posts."""

    def __init__(self, lives: Sequence[LiveStory], index: StoryIndex) -> None:
        self._totals, self._common = index.totals, index.common
        self._apart: dict[str, float] = {}
        for live in lives:
            for term, count in live.terms.items():
                if count > 1.0:
                    self._apart[term] = self._apart.get(term, 0.0) + count
        self._posts = max(index.posts - sum([live.mass for live in lives]), 0.0) + UNHEARD_POSTS

    def beyond(self, live: LiveStory) -> dict[str, float]:
        """Return what one of the stories says beyond what is said elsewhere: weights of its words, of length 1."""
        weights: dict[str, float] = {}
        totals, apart, scale, log = self._totals, self._apart, 1.0 / (live.mass + 2.0), math.log
        for term, count in live.terms.items():
            if count > 1.0 and totals[term] <= self._common:
                share = count * scale
                odds = share * self._posts / (totals[term] - apart[term])
                if odds > 1.0:
                    weights[term] = share * log(odds)
        length = math.sqrt(sum([weight * weight for weight in weights.values()]))
        return {term: weight / length for term, weight in weights.items()}


def alike(one: dict[str, float], other: dict[str, float]) -> float:
    """Return the cosine of two weightings of length 1, 0..1."""
    return sum([weight * other[term] for term, weight in one.items() if term in other])


class EvidenceIndex(StoryIndex):
    """An index of stories that also weighs words, asked for as a whole so that a compiled one may answer at once."""

    def likely(self, terms: Sequence[str], answered: LiveStory | None) -> list[tuple[LiveStory, float]]:
        """Return the stories that the words of a post speak for, with their evidence in nats, and the one answered."""
        terms = self.uncommon(terms)
        lives = self.candidates(terms)
        if answered is not None and answered not in lives:
            lives.append(answered)
        return [
            (live, evidence)
            for live, (evidence, shared) in zip(lives, weigh(terms, lives, self), strict=True)
            if live is answered or enough_shared(live, terms, shared)
        ]

    def evidence(self, other: LiveStory, live: LiveStory) -> float | None:
        """Return what most posts of one story say for another, in nats, None where they share too little."""
        terms = self.uncommon([term for term, count in other.terms.items() if 2.0 * count >= other.mass])
        (evidence, shared), _ = weigh(terms, (live, other), self)
        return evidence if enough_shared(live, terms, shared) else None

    def telling(self, live: LiveStory, most: int) -> list[str]:
        """Return at most so many words that tell a story from all others, heaviest first."""
        return [term for _, term in telling(live, self)[:most]]

    def likenesses(self, lives: list[LiveStory]) -> list[float]:
        """Return how alike the first story is to each other one, 0..1, beyond what is said outside of them all."""
        elsewhere = Elsewhere(lives, self)
        first = elsewhere.beyond(lives[0])
        return [alike(first, elsewhere.beyond(live)) for live in lives[1:]]


def _heaviest(weight: tuple[float, str]) -> tuple[float, str]:
    return (-weight[0], weight[1])
