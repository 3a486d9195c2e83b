"""Find the stories a post may belong to: inverted lists over exact keys, MinHash bands and terms."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

_SEARCHED_BANDS = 12  # of 32: a copy that shares 0.55 of the word pairs agrees on two of these 9 times in 10
_FEWEST_BANDS = 2
_SEARCHED_TERMS = 8
_CROWDED = 64  # a term of more stories than this tells little and costs much
_UNSEEN = 0.15  # weight, against the rarest known term, of a word no story holds: it speaks against, but not loudly


class StoryIndex:
    """Which stories hold a key or a term. All answers are in a fixed order, whatever the order of arrival."""

    def __init__(self) -> None:
        self._exacts: dict[int, str] = {}
        self._bands: dict[int, dict[str, int]] = {}  # how many texts of the story hold it
        self._terms: dict[str, dict[str, None]] = {}
        self.stories = 0

    def add_exact(self, exact: int, story: str) -> None:
        """Note that a story holds this exact text; the story that held it first keeps it."""
        self._exacts.setdefault(exact, story)

    def add_bands(self, bands: Sequence[int], story: str) -> None:
        """Note that a story holds a text with these bands."""
        for number, value in enumerate(bands[:_SEARCHED_BANDS]):
            held = self._bands.setdefault(value << 5 | number, {})
            held[story] = held.get(story, 0) + 1

    def add_term(self, term: str, story: str) -> None:
        """Note that a story holds this term."""
        self._terms.setdefault(term, {})[story] = None

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
        for number, value in enumerate(bands[:_SEARCHED_BANDS]):
            held = self._bands.get(value << 5 | number, {})
            if held.get(story, 0) > 1:
                held[story] -= 1
                continue
            held.pop(story, None)
            if not held:
                self._bands.pop(value << 5 | number, None)

    def exact(self, exact: int) -> str | None:
        """Return the story that holds this exact text, or None."""
        return self._exacts.get(exact)

    def near(self, bands: Sequence[int]) -> list[str]:
        """Return the stories that may hold a near-copy of the text, likeliest first, then by id."""
        shared: dict[str, int] = {}
        for number, value in enumerate(bands[:_SEARCHED_BANDS]):
            for story in self._bands.get(value << 5 | number, ()):
                shared[story] = shared.get(story, 0) + 1
        found = [story for story, count in shared.items() if count >= _FEWEST_BANDS]
        return sorted(found, key=lambda story: (-shared[story], story))

    def weights(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the weight of each term: ln(1 + stories / stories that hold it)."""
        weights = {}
        for term in terms:
            held = len(self._terms.get(term, ()))
            weights[term] = math.log1p(self.stories / held) if held else _UNSEEN * math.log1p(self.stories)
        return weights

    def candidates(self, weights: dict[str, float]) -> dict[str, int]:
        """Return the stories that hold some of the heaviest known terms, and how many of these."""
        known = [term for term in weights if 0 < len(self._terms.get(term, ())) <= max(_CROWDED, self.stories // 20)]
        known.sort(key=lambda term: (-weights[term], term))
        found: dict[str, int] = {}
        for term in known[:_SEARCHED_TERMS]:
            for story in self._terms[term]:
                found[story] = found.get(story, 0) + 1
        return found
