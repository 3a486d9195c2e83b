"""Find the stories a post may belong to: inverted lists over exact keys, MinHash bands and terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

_SEARCHED_BANDS = 12  # of 32: a copy that shares 0.55 of the word pairs agrees on two of these 9 times in 10
_FEWEST_BANDS = 2
_SEARCHED_TERMS = 8
_CROWDED = 64  # a term of more stories than this tells little and costs much
_UNSEEN = 0.15  # weight, against the rarest known term, of a word no story holds: it speaks against, but not loudly


class Weighed(NamedTuple):
    """The terms of a post against those of the stories.

    weights: of each term, ln(1 + stories / stories that hold it). whole: their sum. known: those that some story holds.
    searched: the stories that hold each of the heaviest known terms. beyond: known terms that are not searched.
    """

    weights: dict[str, float]
    whole: float
    known: list[tuple[str, float]]
    searched: list[dict[str, None]]
    beyond: int


class StoryIndex:
    """Which stories hold a key or a term. All answers are in a fixed order, whatever the order of arrival."""

    def __init__(self) -> None:
        self._exacts: dict[int, str] = {}
        # Of each searched band: the one story that holds a value in one text, as nearly always, or texts per story.
        self._bands: tuple[dict[int, str | dict[str, int]], ...] = tuple({} for _ in range(_SEARCHED_BANDS))
        self._terms: dict[str, dict[str, None]] = {}
        self.stories = 0

    def add_exact(self, exact: int, story: str) -> None:
        """Note that a story holds this exact text; the story that held it first keeps it."""
        self._exacts.setdefault(exact, story)

    def add_bands(self, bands: Sequence[int], story: str) -> None:
        """Note that a story holds a text with these bands."""
        for values, value in zip(self._bands, bands, strict=False):
            held = values.get(value)
            if held is None:
                values[value] = story
            elif isinstance(held, dict):
                held[story] = held.get(story, 0) + 1
            else:
                values[value] = {held: 1, story: 1} if held != story else {story: 2}

    def add_term(self, term: str, story: str) -> None:
        """Note that a story holds this term."""
        held = self._terms.get(term)
        if held is None:
            self._terms[term] = {story: None}
        else:
            held[story] = None

    def holders(self, term: str) -> Iterable[str]:
        """Return the stories that hold a term."""
        return self._terms.get(term, {})

    def drop_term(self, term: str, story: str) -> None:
        """Forget that a story holds this term."""
        held = self._terms.get(term, {})
        held.pop(story, None)
        if not held:
            self._terms.pop(term, None)

    def drop_exact(self, exact: int, story: str) -> None:
        """Forget an exact key of a story."""
        if self._exacts.get(exact) == story:
            del self._exacts[exact]

    def drop_bands(self, bands: Sequence[int], story: str) -> None:
        """Forget the bands of one text of a story."""
        for values, value in zip(self._bands, bands, strict=False):
            held = values.get(value)
            if held == story:
                del values[value]
            elif isinstance(held, dict):
                if held.get(story, 0) > 1:
                    held[story] -= 1
                    continue
                held.pop(story, None)
                if not held:
                    del values[value]

    def exact(self, exact: int) -> str | None:
        """Return the story that holds this exact text, or None."""
        return self._exacts.get(exact)

    def near(self, bands: Sequence[int]) -> list[str]:
        """Return the stories that may hold a near-copy of the text, likeliest first, then by id."""
        shared: dict[str, int] = {}
        for values, value in zip(self._bands, bands, strict=False):
            held = values.get(value)
            if held is None:
                continue
            for story in held if isinstance(held, dict) else (held,):
                shared[story] = shared.get(story, 0) + 1
        if not shared:
            return []
        found = [story for story, count in shared.items() if count >= _FEWEST_BANDS]
        return sorted(found, key=lambda story: (-shared[story], story))

    def weigh(self, terms: Iterable[str]) -> Weighed:
        """Return what the terms of a post (each once) tell, in their order, and the lists worth a search."""
        holders, log1p = self._terms.get, math.log1p
        unseen = _UNSEEN * math.log1p(self.stories)
        crowded = max(_CROWDED, self.stories // 20)
        weights: dict[str, float] = {}
        whole = 0.0
        known: list[tuple[str, float]] = []
        sparse: list[tuple[int, str, dict[str, None]]] = []
        for term in terms:
            held = holders(term)
            if held is None:
                weights[term] = unseen
                whole += unseen
                continue
            stories = len(held)
            weights[term] = weight = log1p(self.stories / stories)
            whole += weight
            known.append((term, weight))
            if stories <= crowded:
                sparse.append((stories, term, held))
        if len(sparse) > _SEARCHED_TERMS:
            sparse = sorted(sparse)[:_SEARCHED_TERMS]  # the rarest are the heaviest
        return Weighed(weights, whole, known, [held for _, _, held in sparse], len(known) - len(sparse))

    def candidates(self, post: Weighed, most: int, fewest: int) -> list[str]:
        """Return the `most` stories that hold most of the searched terms of a post, then by id.

        Those that cannot hold `fewest` of its terms are left out of them: they are many, and nothing will come of them.
        """
        found = Counter(chain.from_iterable(post.searched))
        several = sorted([(-count, story) for story, count in found.items() if count > 1])[:most]
        best = [story for _, story in several]
        if len(best) < most and len(found) > len(best) and 1 + post.beyond >= fewest:
            best += sorted([story for story, count in found.items() if count == 1])[: most - len(best)]
        return best
