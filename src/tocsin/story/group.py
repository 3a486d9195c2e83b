"""Give each mention its story, minute by minute, in one pass and with nothing regrouped."""

from __future__ import annotations

import heapq
import math
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.base.time import minute_of, minute_start
from tocsin.story.compiled import open_index, open_keys
from tocsin.story.converge import converging
from tocsin.story.live import CALM_AFTER, HEAT_HALVES, KEYWORDS_TRIED, TITLED_AT, LiveStory
from tocsin.story.merge import merge
from tocsin.story.words import words_of_brand

ACTIVE = timedelta(days=7)
BRIEF = timedelta(days=3)  # of stories that nobody but one or two took up
_BRIEF_POSTS = 3
_JOINS = 2.0  # nats, set with those of `evidence.py`
_ROUNDED = 1e-6
_OF_LATE = 0.5
_IDLE_A_DAY = 1.0
_TIED = 6.0  # nats for the story of the post that is answered, shared or quoted
_COMPARED_AT = frozenset((4, 6, 8, 12, 16, 24, 32, 48))  # posts; later every 64
_COMPARED_EVERY = 64
_MOST_PAIRS = 10_000
_A_DAY = timedelta(days=1)
_NO_TIME = timedelta()
_NEVER = sys.maxsize

Nearness = Callable[[MentionDigest, str], float]


class Grouper:
    """The stories of one brand on one timeline, while they live: 7 days after their last post, 3 for one of few posts.

    Its whole memory is the rows of the stories: a grouper built anew from the rows stored goes on as the old one would.
    A story of one post is only a candidate: readers show it from two authors on, or by its severity.
    """

    def __init__(self, brand: Brand, timeline: str, stories: Iterable[Story]) -> None:
        """stories: the rows of the stories with a post in the last 7 days, any order."""
        self._at = (brand.slug, timeline)
        self._language = brand.languages[0] if brand.languages else ""
        self._own_words = words_of_brand(brand.name, brand.slug)
        self._stories: dict[str, LiveStory] = {}
        self._begun_by: dict[tuple[str, str], str] = {}
        self._index = open_index()
        self._keys_of = open_keys()
        self._heat, self._heated_at = 0.0, datetime.min.replace(tzinfo=UTC)
        self._changed: dict[str, None] = {}
        self._departed: dict[str, Story] = {}  # left, with a last row still to be fetched
        self._converged: dict[tuple[str, str], None] = {}
        self._wake: list[tuple[datetime, str]] = []
        self._wakes = _NEVER  # the minute in which the first of them comes
        self._turns: dict[str, datetime] = {}  # of each story, the one entry of `_wake` that counts
        for story in sorted(stories, key=lambda row: (row.first_at, row.id)):
            self._open(LiveStory(story))

    def place(self, mentions: Sequence[MentionDigest], nearness: Nearness | None = None) -> list[str]:
        """Return the story id of each mention, in the order given; "" for a post of the brand itself that answers none.

        Within a minute the order given does not matter: posts are taken by (platform, native id).
        nearness: what else speaks for a mention being of a story (id), in nats, such as a reader of meaning may say.
        """
        if len(mentions) == 1:
            self._pass_minute(mentions[0].minute)
            return [self._place(mentions[0], nearness)]
        order = sorted([(one.minute, one.platform, one.native_id, at) for at, one in enumerate(mentions)])
        placed = [""] * len(mentions)
        passed = None
        for minute, _, _, at in order:
            if minute != passed:
                self._pass_minute(minute)
                passed = minute
            placed[at] = self._place(mentions[at], nearness)
        return placed

    def changed(self) -> list[Story]:
        """Return the stories touched since the last call, as rows to store, by id."""
        stories, departed = self._stories, self._departed
        rows = [departed[story] if story in departed else stories[story].row for story in sorted(self._changed)]
        self._changed.clear()
        departed.clear()
        return rows

    def converged(self) -> list[tuple[str, str]]:
        """Return pairs (earlier, later) of stories seen to have become one since the last call, by id."""
        pairs = sorted(pair for pair in self._converged if all(story in self._stories for story in pair))
        self._converged.clear()
        return pairs

    def merge(self, one: str, other: str) -> Story:
        """Put two stories together, so that later posts go to the one that stays; return its row.

        The earlier one stays, unless it is of a post or two and the other is not: an affair that people know by now
        keeps its name when its first posts are found. Raises KeyError if one of them does not live.
        """
        first, second = sorted((self._stories[one], self._stories[other]), key=lambda live: (live.first_at, live.id))
        for live in (first, second):
            self._drop(live)
        now = max(first.last_at, second.last_at)
        is_mere = first.posts < _BRIEF_POSTS <= second.posts
        row = msgspec.structs.replace(merge(first.row, second.row), id=second.id if is_mere else first.id)
        live = LiveStory(row)
        live.reheat(first.heats_at(now), second.heats_at(now))
        self._changed.pop(first.id if is_mere else second.id, None)
        self._open(live)
        self._changed[live.id] = None
        return live.row

    @property
    def size(self) -> int:
        """How many stories live."""
        return len(self._stories)

    def settle(self) -> list[tuple[str, str]]:
        """Put together all stories seen to have become one; return pairs (the one that stays, the one put into it)."""
        done = []
        for earlier, later in self.converged():
            if earlier in self._stories and later in self._stories:
                stays = self.merge(earlier, later).id
                done.append((stays, later if stays == earlier else earlier))
        return done

    def _place(self, mention: MentionDigest, nearness: Nearness | None) -> str:
        terms: Sequence[str] | None = None
        # A text of no words or one (a link, "merci") is the copy of nothing.
        is_told = mention.bands or len(terms := self._keys_of(mention, self._own_words)) > 1
        copied = self._index.copied(mention.exact, mention.bands) if is_told else None
        if mention.own:
            return self._answer(mention, copied)
        if copied is not None:
            live = copied
            self._take(live, mention, None)
        else:
            if terms is None:
                terms = self._keys_of(mention, self._own_words)
            found = self._likeliest(mention, terms, nearness)
            if found is not None:
                live = found
                self._take(live, mention, terms)
            else:
                live = LiveStory.found(mention, self._at, terms)
                if live.id in self._stories:  # the same post again
                    return live.id
                self._open(live)
        self._changed[live.id] = None
        return live.id

    def _answer(self, mention: MentionDigest, copied: LiveStory | None) -> str:
        """Return the story that a post of the brand itself belongs to, "" for none; it begins and words nothing.

        Only its keys are remembered, so that those who share it come into the same story.
        """
        live = copied or self._likeliest(mention, self._keys_of(mention, self._own_words), None)
        if live is None:
            return ""
        if mention.exact not in live.exacts:
            self._index.remember(live, mention.exact, mention.bands)
            self._changed[live.id] = None
        return live.id

    def _likeliest(self, mention: MentionDigest, terms: Sequence[str], nearness: Nearness | None) -> LiveStory | None:
        """Return the story that a post's words, and what it answers, speak for most, if they do so enough."""
        answered = self._answered(mention) if mention.answers or mention.answers_story else None
        likely = self._index.likely(terms, answered)
        best: tuple[float, str, LiveStory] | None = None
        at = mention.at
        # At the newest post of all, no story can be hotter than all together: what was said of late only takes away.
        is_newest, enough = nearness is None and at >= self._heated_at, _JOINS - _ROUNDED
        for live, evidence in likely:
            if is_newest and evidence < enough and live is not answered:
                continue
            evidence += _OF_LATE * math.log((live.heat_at(at) + 0.5) / (self._heat_at(at) + 5.0))
            if at > live.last_at:
                evidence -= _IDLE_A_DAY * ((at - live.last_at) / _A_DAY)
            if live is answered:
                evidence += _TIED
            if nearness is not None:
                evidence += nearness(mention, live.id)
            evidence = round(evidence, 6)  # so that the order in which sums were made does not tell
            if evidence >= _JOINS and (best is None or (-evidence, live.id) < best[:2]):
                best = (-evidence, live.id, live)
        return best[2] if best else None

    def _answered(self, mention: MentionDigest) -> LiveStory | None:
        """Return the story of the post that this one answers, shares or quotes, as far as it is known."""
        story = mention.answers_story or self._begun_by.get((mention.platform, mention.answers), "")
        return self._stories.get(story) if story else None

    def _take(self, live: LiveStory, mention: MentionDigest, terms: Sequence[str] | None) -> None:
        """Put a post into a story and what it brings into the index. terms: its words, None for a copy."""
        index = self._index
        was_settled = live.posts == 1 or live.state is StoryState.CALM
        live.take(mention, copy=terms is None)
        if was_settled and not _is_settled(live):  # no longer a mere candidate, or back: it falls calm after a day
            self._wake_later(live)
        self._warm(mention.at)
        if terms is None:
            if not index.holds(live, mention.exact):
                index.remember(live, mention.exact, ())
            return
        index.remember(live, mention.exact, mention.bands)
        index.learn(live, terms)
        if live.is_full:
            index.fade(live)
        if live.told_apart in TITLED_AT:
            live.retitle(mention, self._language, index.telling(live, KEYWORDS_TRIED))
        posts = live.told_apart
        if posts in _COMPARED_AT or posts % _COMPARED_EVERY == 0:
            for other in converging(live, index, mention.at):
                pair = sorted((live, other), key=lambda one: (one.first_at, one.id))
                self._converged[(pair[0].id, pair[1].id)] = None
            while len(self._converged) > _MOST_PAIRS:  # nobody asks for them
                del self._converged[next(iter(self._converged))]

    def _open(self, live: LiveStory) -> None:
        self._stories[live.id] = live
        self._begun_by.setdefault(live.first_post, live.id)
        self._index.add(live)
        self._warm(live.last_at, live.heat)
        self._wake_later(live)

    def _drop(self, live: LiveStory) -> None:
        self._index.drop(live)
        self._heat -= live.heat_at(self._heated_at)
        if self._begun_by.get(live.first_post) == live.id:
            del self._begun_by[live.first_post]
        del self._stories[live.id], self._turns[live.id]

    def _wake_later(self, live: LiveStory) -> None:
        turn = self._turns[live.id] = _next_turn(live)
        heapq.heappush(self._wake, (turn, live.id))
        if turn <= self._wake[0][0]:
            self._wakes = minute_of(turn)

    def _warm(self, at: datetime, posts: float = 1.0) -> None:
        """Count posts in what is said of late in all stories."""
        if at >= self._heated_at:
            self._heat = self._heat_at(at) + posts
            self._heated_at = at
        else:
            self._heat += posts * 0.5 ** ((self._heated_at - at) / HEAT_HALVES)

    def _heat_at(self, now: datetime) -> float:
        past = now - self._heated_at
        return self._heat * 0.5 ** (past / HEAT_HALVES) if past > _NO_TIME else self._heat

    def _pass_minute(self, minute: int) -> None:
        if minute >= self._wakes:
            self._pass_time(minute_start(minute))
            self._wakes = minute_of(self._wake[0][0]) if self._wake else _NEVER

    def _pass_time(self, now: datetime) -> None:
        """Let stories fall calm after a day of silence, and leave after three or seven."""
        while self._wake and self._wake[0][0] <= now:
            turn, story = heapq.heappop(self._wake)
            if self._turns.get(story) != turn:
                continue
            live = self._stories[story]
            if live.last_at + _life(live) <= now:
                if story in self._changed:
                    self._departed[story] = live.row
                self._drop(live)
                continue
            if live.last_at + CALM_AFTER <= now and live.state is not StoryState.CALM and live.posts > 1:
                live.fall_calm()
                self._changed[story] = None
            self._wake_later(live)


def _life(live: LiveStory) -> timedelta:
    return ACTIVE if live.posts >= _BRIEF_POSTS else BRIEF


def _is_settled(live: LiveStory) -> bool:
    """Say whether nothing is left to happen to a story of itself but that it leaves."""
    return live.state is StoryState.CALM or live.posts == 1


def _next_turn(live: LiveStory) -> datetime:
    return live.last_at + (_life(live) if _is_settled(live) else CALM_AFTER)
