"""Find the earlier story that a story resembles: the same trouble, weeks ago."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from tocsin.base.story import Story
from tocsin.story.words import everyday_keys

MOST_COMPARED = 5_000
_FEWEST_POSTS = 3
_ALIKE = 0.25  # half of what two fragments of one affair reach, twice what two affairs of one brand do
_SHARED_WORDS = 3


def resembles(story: Story, earlier: Iterable[Story]) -> tuple[str, float] | None:
    """Return the id of the earlier story that this one resembles most, with how much, 0..1; None if none does enough.

    earlier: stories of the brand, such as those closed long ago; the newest `MOST_COMPARED` of three posts and more
    that ended before this one began are compared, and those that share its posts (its own id) never. A word counts
    the more, the fewer of them say it. Of two as like, the one of later days.
    Method: cosine of shares of posts weighed by the logarithm of how rare a word is among the stories compared.
    """
    before = [
        other
        for other in earlier
        if other.id != story.id and other.last_at < story.first_at and other.posts - other.copies >= _FEWEST_POSTS
    ]
    before.sort(key=lambda other: (other.last_at, other.id), reverse=True)
    before = before[:MOST_COMPARED]
    if not before or story.posts - story.copies < _FEWEST_POSTS:
        return None
    rarity = _rarity([story, *before])
    mine = _weights(story, rarity)
    best: tuple[float, str] | None = None
    for other in before:
        likeness = round(_cosine(mine, _weights(other, rarity)), 4)
        if likeness >= _ALIKE and (best is None or likeness > best[0]):
            best = (likeness, other.id)
    return (best[1], best[0]) if best else None


def _rarity(stories: Sequence[Story]) -> dict[str, float]:
    said = Counter(term for story in stories for term, count in story.terms.items() if count > 1.0)
    everyday = everyday_keys()
    return {term: math.log1p(len(stories) / n) * (0.2 if term in everyday else 1.0) for term, n in said.items()}


def _weights(story: Story, rarity: dict[str, float]) -> dict[str, float]:
    return {term: count * rarity[term] for term, count in story.terms.items() if count > 1.0}


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    shared = [(weight, other[term]) for term, weight in one.items() if term in other]
    if len(shared) < _SHARED_WORDS:
        return 0.0
    lengths = math.fsum(weight * weight for weight in one.values()) * math.fsum(weight**2 for weight in other.values())
    return math.fsum(mine * its for mine, its in shared) / math.sqrt(lengths)
