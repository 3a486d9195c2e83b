"""Give each mention its story, minute by minute, in one pass and with nothing regrouped."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from tocsin.base.brand import Brand
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.base.time import minute_start
from tocsin.story.index import StoryIndex, Weighed
from tocsin.story.live import CALM_AFTER, MOST_KEYS, LiveStory
from tocsin.story.merge import have_converged
from tocsin.story.title import stem
from tocsin.story.topic import Topics

ACTIVE = timedelta(days=7)
_JOIN = 0.33
_JOIN_KNOWN = 0.2  # once the words of many posts tell what a story is about
_KNOWN_POSTS = 8
_JOIN_PER_IDLE_DAY = 0.04
_SHARED_TERMS = 2
_TRIED = 5
_A_DAY = timedelta(days=1)


class Grouper:
    """The stories of one brand on one timeline, while they live (7 days after their last post).

    Its whole memory is the rows of the stories: a grouper built anew from the rows stored goes on as the old one would.
    A story of one post is only a candidate: readers show it from two authors on, or by its severity.
    """

    def __init__(self, brand: Brand, timeline: str, stories: Iterable[Story]) -> None:
        """stories: the rows of the stories with a post in the last 7 days, any order."""
        self._at = (brand.slug, timeline)
        self._language = brand.languages[0] if brand.languages else ""
        self._stories: dict[str, LiveStory] = {}
        self._index = StoryIndex()
        self._topics = Topics()
        self._oldest: datetime | None = None
        self._changed: dict[str, None] = {}
        self._departed: dict[str, Story] = {}  # left, with a last row still to be fetched
        self._converged: dict[tuple[str, str], None] = {}
        self._wake: list[tuple[datetime, str]] = []
        for story in sorted(stories, key=lambda row: (row.first_at, row.id)):
            self._open(LiveStory(story))

    def place(self, mentions: Sequence[MentionDigest]) -> list[str]:
        """Return the story id of each mention, in the order given; "" for a post of the brand itself that answers none.

        Within a minute the order given does not matter: posts are taken by (platform, native id).
        """
        if len(mentions) == 1:
            self._pass_time(minute_start(mentions[0].minute))
            return [self._place(mentions[0])]
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
        terms = tuple(dict.fromkeys(map(stem, mention.terms)))
        copied = self._copied(mention, terms)
        if mention.own:
            return self._answer(mention, terms, copied)
        if copied is not None:
            story = copied
            self._take(self._stories[story], mention, None)
        else:
            post = self._index.weigh(terms)
            told = self._topics.told(terms, partial(self._counts_of, mention.at))[0] or self._told_by_terms(
                mention, post
            )
            if told is not None:
                story = told
                self._take(self._stories[story], mention, post.weights)
            else:
                live = LiveStory.found(mention, self._at, terms)
                story = live.id
                if story in self._stories:  # the same post again
                    return story
                self._open(live)
        self._changed[story] = None
        return story

    def _answer(self, mention: MentionDigest, terms: Sequence[str], copied: str | None) -> str:
        """Return the story that a post of the brand itself belongs to, "" for none; it begins and words nothing.

        Only its keys are remembered, so that those who share it come into the same story.
        """
        story = copied
        if story is None:
            post = self._index.weigh(terms)
            rising = self._topics.told(terms, partial(self._counts_of, mention.at))[0]
            story = rising or self._told_by_terms(mention, post)
        if story is None:
            return ""
        live = self._stories[story]
        if mention.exact not in live.exacts:
            self._remember(live, mention)
            live.touch()
            self._changed[story] = None
        return story

    def _remember(self, live: LiveStory, mention: MentionDigest) -> None:
        """Keep the keys by which copies of a text find the story."""
        index, story = self._index, live.id
        live.exacts.append(mention.exact)
        index.add_exact(mention.exact, story)
        if len(live.exacts) > MOST_KEYS:
            index.drop_exact(live.exacts.pop(0), story)
        if mention.bands:
            self._remember_bands(live, mention)

    def _remember_bands(self, live: LiveStory, mention: MentionDigest) -> None:
        live.bands.append(mention.bands)
        self._index.add_bands(mention.bands, live.id)
        if len(live.bands) > MOST_KEYS:
            self._index.drop_bands(live.bands.pop(0), live.id)

    def _copied(self, mention: MentionDigest, terms: Sequence[str]) -> str | None:
        # A text of no words or one (a link, "merci") is the copy of nothing.
        if len(terms) >= _SHARED_TERMS or mention.bands:
            story = self._index.exact(mention.exact)
            if story is not None:
                return story
        near = self._index.near(mention.bands) if mention.bands else []
        return next((story for story in near if self._stories[story].holds_copy(mention.bands)), None)

    def _told_by_terms(self, mention: MentionDigest, post: Weighed) -> str | None:
        if not post.searched:
            return None
        fewest = min(_SHARED_TERMS, len(post.weights))
        stories, known, whole = self._stories, post.known, post.whole
        scored: list[tuple[float, str]] = []
        for story in self._index.candidates(post, _TRIED, fewest):
            live = stories[story]
            explained, shared = live.explains(known, whole)
            if explained < _JOIN_KNOWN or shared < fewest:
                continue
            if explained >= _needed(live, mention):
                scored.append((-explained, story))
        if len(scored) > 1:
            scored.sort()
            if self._stories[scored[0][1]].told_apart % 8 == 0:
                self._note_convergence(scored[0][1], scored[1][1])
        return scored[0][1] if scored else None

    def _counts_of(self, now: datetime, story: str) -> tuple[dict[str, float], int, float]:
        live = self._stories[story]
        oldest = min(self._oldest, now - timedelta(hours=1)) if self._oldest else now - ACTIVE
        past = min(ACTIVE, now - oldest)
        age = min(max(now - live.first_at, timedelta(hours=6)), past)
        return live.terms, live.told_apart, age / past

    def _holders(self, term: str) -> Iterator[tuple[float, str]]:
        return ((self._stories[story].terms.get(term, 0.0), story) for story in self._index.holders(term))

    def _note_convergence(self, one: str, other: str) -> None:
        rows = sorted((self._stories[one].row, self._stories[other].row), key=lambda row: (row.first_at, row.id))
        if have_converged(rows[0], rows[1]):
            self._converged[(rows[0].id, rows[1].id)] = None

    def _open(self, live: LiveStory) -> None:
        story, index = live.id, self._index
        self._stories[story] = live
        index.stories += 1
        for exact in live.exacts:
            index.add_exact(exact, story)
        for bands in live.bands:
            index.add_bands(bands, story)
        topics = self._topics
        topics.posts += live.told_apart
        self._oldest = live.first_at if self._oldest is None else min(self._oldest, live.first_at)
        for term, count in live.terms.items():
            index.add_term(term, story)
            topics.add(term, story, count, count)
        heapq.heappush(self._wake, (live.last_at + (ACTIVE if live.state is StoryState.CALM else CALM_AFTER), story))

    def _take(self, live: LiveStory, mention: MentionDigest, weights: dict[str, float] | None) -> None:
        """Put a post into a story and what it brings into the index. weights: of its terms, None for a copy."""
        story, index = live.id, self._index
        live.take(mention, copy=weights is None)
        if mention.exact not in live.exacts:
            live.exacts.append(mention.exact)
            index.add_exact(mention.exact, story)
            if len(live.exacts) > MOST_KEYS:
                index.drop_exact(live.exacts.pop(0), story)
        if weights is None:
            return
        new, dropped = live.learn(mention, weights)
        for term in new:
            index.add_term(term, story)
        topics, counts = self._topics, live.terms
        topics.posts += 1
        for term in weights:
            if term in counts:
                topics.add(term, story, counts[term])
        for term, count in dropped.items():
            index.drop_term(term, story)
            # A word of this very post that found no room was never counted.
            topics.drop(term, story, count - (term in weights), self._holders(term))
        if mention.bands:
            self._remember_bands(live, mention)
        telling = partial(self._topics.telling, live.told_apart)
        live.retitle(mention, self._language, telling)

    def _close(self, live: LiveStory) -> None:
        story = live.id
        self._index.stories -= 1
        for exact in live.exacts:
            self._index.drop_exact(exact, story)
        for bands in live.bands:
            self._index.drop_bands(bands, story)
        self._topics.posts -= live.told_apart
        for term, count in live.terms.items():
            self._index.drop_term(term, story)
            self._topics.drop(term, story, count, self._holders(term))
        del self._stories[story]
        if story in self._changed:
            self._departed[story] = live.row

    def _pass_time(self, now: datetime) -> None:
        """Let stories fall calm after a day of silence, and leave after seven."""
        while self._wake and self._wake[0][0] <= now:
            _, story = heapq.heappop(self._wake)
            live = self._stories.get(story)
            if live is None:
                continue
            if live.last_at + CALM_AFTER > now:
                heapq.heappush(self._wake, (live.last_at + CALM_AFTER, story))
            elif live.state is not StoryState.CALM:
                live.fall_calm()
                self._changed[story] = None
                heapq.heappush(self._wake, (live.last_at + ACTIVE, story))
            elif live.last_at + ACTIVE > now:
                heapq.heappush(self._wake, (live.last_at + ACTIVE, story))
            else:
                self._close(live)


def _needed(live: LiveStory, mention: MentionDigest) -> float:
    """Return which share of a post's weighted terms a story must explain to take it in."""
    posts = live.told_apart
    known = (posts - 1) / (_KNOWN_POSTS - 1) if posts < _KNOWN_POSTS else 1.0
    needed = _JOIN + (_JOIN_KNOWN - _JOIN) * known
    return needed + _JOIN_PER_IDLE_DAY * ((mention.at - live.last_at) / _A_DAY) if mention.at > live.last_at else needed


def _order(mention: MentionDigest) -> tuple[int, str, str]:
    return (mention.minute, mention.platform, mention.native_id)
