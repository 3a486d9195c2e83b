"""Say when two stories have become one, and put them together."""

from __future__ import annotations

import math

import msgspec

from tocsin.base.story import Story, StoryState
from tocsin.story.live import CALM_AFTER, MOST_KEYS, MOST_TERMS

_ONE_STORY = 0.6
_FEW = 10  # times as many posts: beside them the fewer do not count
_GROWING_POSTS = 5  # as a story grows post by post


def likeness(one: Story, other: Story) -> float:
    """Return how alike the vocabularies of two stories are: the cosine of their term counts, 0..1."""
    shared = sum(count * other.terms.get(term, 0.0) for term, count in one.terms.items())
    norms = [math.sqrt(sum(count * count for count in story.terms.values())) for story in (one, other)]
    return shared / (norms[0] * norms[1]) if shared else 0.0


def have_converged(one: Story, other: Story) -> bool:
    """Say whether two stories of a brand speak of one thing: both of two posts or more, likeness 0.6 or more."""
    return min(one.posts, other.posts) >= 2 and likeness(one, other) >= _ONE_STORY


def merge(one: Story, other: Story) -> Story:
    """Return both stories as one, under the id of the earlier; the order of the two does not matter.

    Raises ValueError if they are not of the same brand and timeline.
    """
    if (one.brand, one.timeline) != (other.brand, other.timeline):
        raise ValueError(f"stories {one.id} and {other.id} are not of one brand and timeline")
    first, second = sorted((one, other), key=lambda story: (story.first_at, story.id))
    counts = dict(first.terms)
    for term, count in second.terms.items():
        counts[term] = counts.get(term, 0.0) + count
    kept = sorted(counts, key=lambda term: (-counts[term], term))[:MOST_TERMS]
    larger = second if second.posts > first.posts else first
    return msgspec.structs.replace(
        first,
        title=larger.title or first.title,
        keywords=larger.keywords or first.keywords,
        last_at=max(first.last_at, second.last_at),
        posts=first.posts + second.posts,
        copies=first.copies + second.copies,
        negative=first.negative + second.negative,
        severity=max(first.severity, second.severity),
        state=_state_of(first, second),
        kind=larger.kind,
        platforms=tuple(sorted({*first.platforms, *second.platforms})),
        languages=tuple(sorted({*first.languages, *second.languages})),
        terms={term: counts[term] for term in kept},
        exacts=tuple(dict.fromkeys((*first.exacts, *second.exacts)))[-MOST_KEYS:],
        bands=tuple(dict.fromkeys((*first.bands, *second.bands)))[-MOST_KEYS:],
    )


def _state_of(first: Story, second: Story) -> StoryState:
    """How what two stories have become moves, told from their own states and the silence between them."""
    if {first.state, second.state} == {StoryState.CALM}:
        return StoryState.CALM
    # A few old posts that are put with an affair do not make it one that comes back.
    larger, smaller = (second, first) if second.posts > first.posts else (first, second)
    apart = second.first_at - first.last_at >= CALM_AFTER or first.state is StoryState.CALM
    if larger.state is StoryState.BACK or (apart and _FEW * smaller.posts >= larger.posts):
        return StoryState.BACK
    if first.posts + second.posts >= _GROWING_POSTS:
        return StoryState.GROWING
    return StoryState.NEW
