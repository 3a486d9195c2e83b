"""Notice that two stories have become one: early fragments of an affair that by now say the same."""

from __future__ import annotations

import math
from datetime import datetime

from tocsin.story.evidence import alike, elsewhere_of
from tocsin.story.index import StoryIndex
from tocsin.story.live import LiveStory

# Set with those of `evidence.py`.
_FEWEST_POSTS = 4
_TELLING_TERMS = 10
_TRIED = 6
_HOT = 0.2  # of its posts are of the last hours
_ALIKE_HOT = 0.3
_ALIKE = 0.35


def converging(live: LiveStory, index: StoryIndex, now: datetime) -> list[LiveStory]:
    """Return the stories that say the same as this one beyond what is said elsewhere; likest first.

    Where both are of these very hours, elsewhere is what is said outside of all such stories: otherwise the words of
    an affair would count for little just because it stands in many fragments.
    """
    if live.mass < _FEWEST_POSTS:
        return []
    others = index.sharers(_telling_terms(live, index), live, _FEWEST_POSTS)[:_TRIED]
    hot = [one for one in (live, *others) if one.heat_at(now) >= _HOT * one.mass]
    found = []
    for other in others:
        is_hot = live in hot and other in hot
        likeness = alike(live, other, *elsewhere_of(hot if is_hot else (live, other), index))
        if likeness >= (_ALIKE_HOT if is_hot else _ALIKE):
            found.append((-round(likeness, 6), other.id, other))
    return [other for _, _, other in sorted(found, key=lambda one: one[:2])]


def _telling_terms(live: LiveStory, index: StoryIndex) -> list[str]:
    said, posts = elsewhere_of((live,), index)
    weights = [
        (-count * math.log((count / live.mass) * (posts + 1.0) / said(term)), term)
        for term, count in live.terms.items()
        if count > 1.0
    ]
    return [term for _, term in sorted(weights)[:_TELLING_TERMS]]
