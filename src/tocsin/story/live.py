"""A story while it takes posts: its row opened for change, and how a post changes it."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import eq

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.kind import Kind
from tocsin.base.seam import world_of
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.story.title import centrality, surfaces, title_of

MOST_TERMS = 64
MOST_KEYS = 64
KEYWORDS = 3
CALM_AFTER = timedelta(hours=24)
_GROWING_POSTS = 5
_TITLED_AT = frozenset((2, 4, 8, 16, 32, 64))  # past these the words are settled, and so the title
_SAME_BANDS = 10  # of 32 bands of two rows: share J of word pairs in common, J² near 10/32, so J near 0.55
_BETTER = 1.2
_HARMLESS = (Kind.NEUTRAL.value, Kind.PRAISE.value, Kind.QUESTION.value)


class LiveStory:
    """A story opened for change; `row` is its value as it stands."""

    __slots__ = ("row", "told_apart")

    def __init__(self, row: Story) -> None:
        self.row = row
        self.told_apart = row.posts - row.copies

    @classmethod
    def found(cls, mention: MentionDigest, place: tuple[str, str], terms: Sequence[str]) -> LiveStory:
        """Return the story that a post begins on a (brand, timeline), named by them and the post."""
        brand, timeline = place
        row = Story(
            id=stable_id("story", world_of(timeline), brand, mention.platform, mention.native_id),
            brand=brand,
            timeline=timeline,
            title=title_of(mention.text, mention.title, {}),
            keywords=(),
            first_post=(mention.platform, mention.native_id),
            first_at=mention.at,
            last_at=mention.at,
            posts=1,
            negative=int(mention.negative),
            severity=mention.severity,
            kind=_kind_of(mention),
            platforms=(mention.platform,),
            languages=(mention.language,),
            terms=dict.fromkeys(terms[:MOST_TERMS], 1.0),
            exacts=(mention.exact,),
            bands=(mention.bands,) if mention.bands else (),
        )
        return cls(row)

    def explains(self, weights: Mapping[str, float]) -> tuple[float, int]:
        """Return which share of a post's weighted terms the story explains, 0..1, and by how many terms."""
        explained = whole = 0.0
        shared = 0
        counts, posts = self.row.terms, self.told_apart
        for term, weight in weights.items():
            whole += weight
            count = counts.get(term)
            if count is not None:
                share = count / posts
                # Said by a tenth of the posts or by two of them: part of the story, not of one post in it.
                if share >= 0.1 or posts < 10:
                    shared += 1
                explained += weight * min(1.0, 2.0 * share)
        return (explained / whole if whole else 0.0), shared

    def holds_copy(self, bands: Sequence[int]) -> bool:
        """Say whether one of the kept texts shares about 0.55 of its word pairs with a text, judged by all 32 bands."""
        return any(sum(map(eq, bands, held)) >= _SAME_BANDS for held in reversed(self.row.bands))

    def take(self, mention: MentionDigest, terms: Sequence[str], weights: Mapping[str, float], *, copy: bool) -> None:
        """Take a post in. A copy counts, but adds no words: a text repeated a thousand times must not be the story."""
        row = self.row
        changes: dict[str, object] = {
            "posts": row.posts + 1,
            "copies": row.copies + copy,
            "negative": row.negative + mention.negative,
            "severity": max(row.severity, mention.severity),
            "state": self._state_after(mention),
            "last_at": max(row.last_at, mention.at),
        }
        if mention.at < row.first_at:
            changes["first_at"], changes["first_post"] = mention.at, (mention.platform, mention.native_id)
        if mention.severity > row.severity or row.kind in _HARMLESS:
            kind = _kind_of(mention)
            changes["kind"] = kind if kind not in _HARMLESS or row.kind == Kind.NEUTRAL.value else row.kind
        if mention.platform not in row.platforms:
            changes["platforms"] = tuple(sorted((*row.platforms, mention.platform)))
        if mention.language not in row.languages:
            changes["languages"] = tuple(sorted((*row.languages, mention.language)))
        if mention.exact not in row.exacts:
            changes["exacts"] = (*row.exacts, mention.exact)[-MOST_KEYS:]
        if not copy:
            self.told_apart += 1
            changes["terms"] = _counted(row.terms, terms)
            if mention.bands:
                changes["bands"] = (*row.bands, mention.bands)[-MOST_KEYS:]
        self.row = msgspec.structs.replace(row, **changes)
        if not copy and self.told_apart in _TITLED_AT:
            self._retitle(mention, weights)

    def fall_calm(self) -> None:
        """Mark the story as calm."""
        self.row = msgspec.structs.replace(self.row, state=StoryState.CALM)

    def _state_after(self, mention: MentionDigest) -> StoryState:
        row = self.row
        if row.state is StoryState.CALM or mention.at - row.last_at >= CALM_AFTER:
            return StoryState.BACK
        if row.state is StoryState.NEW and row.posts + 1 >= _GROWING_POSTS:
            return StoryState.GROWING
        return row.state

    def _retitle(self, mention: MentionDigest, weights: Mapping[str, float]) -> None:
        row = self.row
        heavy = {term: count * weights.get(term, 1.0) for term, count in row.terms.items()}
        top = sorted(heavy, key=lambda term: (-heavy[term], term))[:KEYWORDS]
        line = title_of(mention.text, mention.title, row.terms)
        title = row.title
        # The words of a press title were weighed by a journalist: it needs to be no better than what stands.
        needed = centrality(title, row.terms) * (1.0 if mention.title else _BETTER)
        if line and centrality(line, row.terms) > needed:
            title = line
        text = f"{mention.title} {mention.text}"
        self.row = msgspec.structs.replace(row, title=title, keywords=surfaces(top, text, row.keywords))


def _counted(counts: Mapping[str, float], terms: Sequence[str]) -> dict[str, float]:
    new = dict(counts)
    for term in terms:
        new[term] = new.get(term, 0.0) + 1.0
    if len(new) <= MOST_TERMS:
        return new
    # Newcomers must have a chance: what was said once is dropped first, the words of this post last among equals.
    fresh = set(terms)
    for term in heapq.nsmallest(len(new) - MOST_TERMS, new, key=lambda term: (new[term], term in fresh, term)):
        del new[term]
    return new


def _kind_of(mention: MentionDigest) -> str:
    return mention.kinds[0] if mention.kinds else Kind.NEUTRAL.value
