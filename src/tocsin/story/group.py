"""Give each mention its story, minute by minute, in one pass and with nothing regrouped."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from tocsin.base.brand import Brand
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.base.time import minute_start
from tocsin.story.index import StoryIndex
from tocsin.story.live import CALM_AFTER, LiveStory
from tocsin.story.merge import have_converged
from tocsin.story.title import stem

ACTIVE = timedelta(days=7)
_JOIN = 0.33
_JOIN_KNOWN = 0.2  # once the words of many posts tell what a story is about
_KNOWN_POSTS = 8
_JOIN_PER_IDLE_DAY = 0.04
_SHARED_TERMS = 2
_TRIED = 5


class Grouper:
    """The stories of one brand on one timeline, while they live (7 days after their last post).

    Its whole memory is the rows of the stories: a grouper built anew from the rows stored goes on as the old one would.
    A story of one post is only a candidate: readers show it from two authors on, or by its severity.
    """

    def __init__(self, brand: Brand, timeline: str, stories: Iterable[Story]) -> None:
        """stories: the rows of the stories with a post in the last 7 days, any order."""
        self._brand = brand.slug
        self._timeline = timeline
        self._stories: dict[str, LiveStory] = {}
        self._index = StoryIndex()
        self._changed: dict[str, None] = {}
        self._departed: dict[str, Story] = {}  # left, with a last row still to be fetched
        self._converged: dict[tuple[str, str], None] = {}
        self._wake: list[tuple[datetime, str]] = []
        for story in sorted(stories, key=lambda row: (row.first_at, row.id)):
            self._open(LiveStory(story))

    def place(self, mentions: Sequence[MentionDigest]) -> list[str]:
        """Return the story id of each mention, in the order given.

        Within a minute the order given does not matter: posts are taken by (platform, native id).
        """
        order = sorted(range(len(mentions)), key=lambda at: _order(mentions[at]))
        placed = [""] * len(mentions)
        for minute, run in groupby(order, key=lambda at: mentions[at].minute):
            self._pass_time(minute_start(minute))
            for at in run:
                placed[at] = self._place(mentions[at])
        return placed

    def changed(self) -> list[Story]:
        """Return the stories touched since the last call, as rows to store, by id."""
        rows = [
            self._departed[story] if story in self._departed else self._stories[story].row for story in self._changed
        ]
        self._changed.clear()
        self._departed.clear()
        return sorted(rows, key=lambda row: row.id)

    def converged(self) -> list[tuple[str, str]]:
        """Return pairs (earlier, later) of stories seen to have become one since the last call, by id."""
        pairs = sorted(self._converged)
        self._converged.clear()
        return pairs

    def _place(self, mention: MentionDigest) -> str:
        terms = tuple(dict.fromkeys(stem(term) for term in mention.terms))
        weights = self._index.weights(terms)
        copied = self._copied(mention, terms)
        story = copied or self._told_by_terms(mention, weights)
        if story is None:
            live = LiveStory.found(mention, (self._brand, self._timeline), terms)
            if live.row.id in self._stories:  # the same post again
                return live.row.id
            self._open(live)
        else:
            live = self._stories[story]
            before = live.row
            live.take(mention, terms, weights, copy=copied is not None)
            self._reindex(before, live.row)
        self._changed[live.row.id] = None
        return live.row.id

    def _copied(self, mention: MentionDigest, terms: Sequence[str]) -> str | None:
        # A text of no words or one (a link, "merci") is the copy of nothing.
        if len(terms) >= _SHARED_TERMS or mention.bands:
            story = self._index.exact(mention.exact)
            if story is not None:
                return story
        near = self._index.near(mention.bands) if mention.bands else []
        return next((story for story in near if self._stories[story].holds_copy(mention.bands)), None)

    def _told_by_terms(self, mention: MentionDigest, weights: dict[str, float]) -> str | None:
        found = self._index.candidates(weights)
        tried = heapq.nsmallest(_TRIED, found, key=lambda story: (-found[story], story))
        scored: list[tuple[float, str]] = []
        for story in tried:
            live = self._stories[story]
            explained, shared = live.explains(weights)
            idle_days = max(0.0, (mention.at - live.row.last_at) / timedelta(days=1))
            known = min(1.0, (live.told_apart - 1) / (_KNOWN_POSTS - 1))
            needed = _JOIN + (_JOIN_KNOWN - _JOIN) * known + _JOIN_PER_IDLE_DAY * idle_days
            if explained >= needed and shared >= min(_SHARED_TERMS, len(weights)):
                scored.append((-explained, story))
        scored.sort()
        if len(scored) > 1 and self._stories[scored[0][1]].told_apart % 8 == 0:
            self._note_convergence(scored[0][1], scored[1][1])
        return scored[0][1] if scored else None

    def _note_convergence(self, one: str, other: str) -> None:
        rows = sorted((self._stories[one].row, self._stories[other].row), key=lambda row: (row.first_at, row.id))
        if have_converged(rows[0], rows[1]):
            self._converged[(rows[0].id, rows[1].id)] = None

    def _open(self, live: LiveStory) -> None:
        row = live.row
        self._stories[row.id] = live
        self._index.stories += 1
        for exact in row.exacts:
            self._index.add_exact(exact, row.id)
        for bands in row.bands:
            self._index.add_bands(bands, row.id)
        for term in row.terms:
            self._index.add_term(term, row.id)
        heapq.heappush(self._wake, (row.last_at + (ACTIVE if row.state is StoryState.CALM else CALM_AFTER), row.id))

    def _reindex(self, before: Story, after: Story) -> None:
        if after.terms is not before.terms:
            for term in before.terms.keys() - after.terms.keys():
                self._index.drop_term(term, after.id)
            for term in after.terms.keys() - before.terms.keys():
                self._index.add_term(term, after.id)
        if after.exacts is not before.exacts:
            self._index.add_exact(after.exacts[-1], after.id)
            if before.exacts[0] != after.exacts[0]:
                self._index.drop_exact(before.exacts[0], after.id)
        if after.bands is not before.bands:
            if before.bands and before.bands[0] is not after.bands[0]:
                self._index.drop_bands(before.bands[0], after.id)
            self._index.add_bands(after.bands[-1], after.id)

    def _close(self, live: LiveStory) -> None:
        row = live.row
        self._index.stories -= 1
        for exact in row.exacts:
            self._index.drop_exact(exact, row.id)
        for bands in row.bands:
            self._index.drop_bands(bands, row.id)
        for term in row.terms:
            self._index.drop_term(term, row.id)
        del self._stories[row.id]
        if row.id in self._changed:
            self._departed[row.id] = row

    def _pass_time(self, now: datetime) -> None:
        """Let stories fall calm after a day of silence, and leave after seven."""
        while self._wake and self._wake[0][0] <= now:
            _, story = heapq.heappop(self._wake)
            live = self._stories.get(story)
            if live is None:
                continue
            row = live.row
            if row.last_at + CALM_AFTER > now:
                heapq.heappush(self._wake, (row.last_at + CALM_AFTER, story))
            elif row.state is not StoryState.CALM:
                live.fall_calm()
                self._changed[story] = None
                heapq.heappush(self._wake, (row.last_at + ACTIVE, story))
            elif row.last_at + ACTIVE > now:
                heapq.heappush(self._wake, (row.last_at + ACTIVE, story))
            else:
                self._close(live)


def _order(mention: MentionDigest) -> tuple[int, str, str]:
    return (mention.minute, mention.platform, mention.native_id)
