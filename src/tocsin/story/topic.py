"""Know which story speaks most of a word, and whether a post's words are that story's rather than everybody's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

_LEADS = 6  # posts of one story that say a word, before the story can lead in it
_FEWEST_POSTS = 12  # of a story, before its words are known well enough to be told from those of others
_PRIOR = 0.5
_LEAST = 3.0  # natural logarithm of how many times likelier the words are in the story than elsewhere
_MOST_A_TERM = 5.0
_STRONG = 2.0
_SHARE = 0.1
_MOST_PRIOR = 1.0


class Topics:
    """How often each term was said in all living stories, and the story that leads in it.

    A function of the stories as they stand, whatever the order in which they came.
    """

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}
        self._leaders: dict[str, tuple[float, str]] = {}
        self.posts = 0

    def add(self, term: str, story: str, count: float, more: float = 1.0) -> None:
        """Note that a story says a term `more` times more often, now `count` times."""
        self._totals[term] = self._totals.get(term, 0.0) + more
        if count >= _LEADS:
            led = self._leaders.get(term)
            if led is None or count > led[0] or (count == led[0] and story <= led[1]) or led[1] == story:
                self._leaders[term] = (count, story)

    def drop(self, term: str, story: str, count: float, others: Iterable[tuple[float, str]]) -> None:
        """Forget what a story said of a term. others: (count, story) of those that still hold it."""
        left = self._totals.get(term, 0.0) - count
        if left > 0:
            self._totals[term] = left
        else:
            self._totals.pop(term, None)
        led = self._leaders.get(term)
        if led is None or led[1] != story:
            return
        rest = [(-held, name) for held, name in others if held >= _LEADS and name != story]
        if rest:
            held, name = min(rest)
            self._leaders[term] = (-held, name)
        else:
            del self._leaders[term]

    def telling(self, posts: int, term: str, count: float) -> float:
        """Return how much a term said `count` times in a story of so many posts tells it from others, 0 for nothing."""
        rest = max(self._totals.get(term, 0.0) - count, 0.0) + _PRIOR
        elsewhere = max(self.posts - posts, 0) + 2 * _PRIOR
        return max(0.0, math.log(count / (posts + 2 * _PRIOR) * elsewhere / rest))

    def told(
        self, terms: Iterable[str], counts_of: Callable[[str], tuple[Mapping[str, float], int, float]]
    ) -> tuple[str | None, float]:
        """Return the story whose words a post's terms are, with the evidence, or None.

        counts_of: gives the term counts of a story and how many posts they come from.
        Method: the log likelihood ratio of the known terms in the story against all other stories together, each
        capped, terms taken as independent (naive Bayes).
        """
        known = [term for term in terms if term in self._totals]
        candidates = {self._leaders[term][1]: None for term in known if term in self._leaders}
        rising: list[tuple[str, Mapping[str, float], int, float]] = []
        for story in candidates:
            counts, posts, past = counts_of(story)
            share = posts / past / max(self.posts - posts, 1)
            if posts >= _FEWEST_POSTS and share >= _SHARE:
                rising.append((story, counts, posts, share))
        best: tuple[float, str] | None = None
        elsewhere = max(self.posts - sum(one[2] for one in rising), 0) + 2 * _PRIOR
        for story, counts, posts, share in rising:
            evidence, strong = min(_MOST_PRIOR, math.log(share)), 0
            for term in known:
                rest = max(self._totals[term] - sum(one[1].get(term, 0.0) for one in rising), 0.0)
                ratio = math.log((counts.get(term, 0.0) + _PRIOR) / (posts + 2 * _PRIOR) * elsewhere / (rest + _PRIOR))
                evidence += max(-_MOST_A_TERM, min(_MOST_A_TERM, ratio))
                strong += ratio >= _STRONG
            if evidence >= _LEAST and strong and (best is None or (-evidence, story) < best):
                best = (-evidence, story)
        return (best[1], -best[0]) if best else (None, 0.0)
