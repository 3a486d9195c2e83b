"""Find the stories a post may belong to: inverted lists over exact keys, MinHash bands and words."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from operator import eq, itemgetter
from typing import Any

from tocsin.story.live import KEPT_TERMS, MOST_TERMS, LiveStory
from tocsin.story.words import everyday_keys

SEARCHED_BANDS = 10  # of 32: a copy that shares 0.55 of the word pairs agrees on two of these 8 times in 10
SAME_BANDS = 10  # of 32 bands of two rows: share J of word pairs in common, J² near 10/32, so J near 0.55
SEARCHED_TERMS = 6
CROWDED = 20  # a word of more stories than this tells little and costs much: only the story that leads in it is tried
LED = 6  # posts of one story that say a word, before the story can lead in it
MANY = 250
COMMON, COMMON_POSTS = 0.6, 8.0
TRIED = 3
NEAR_BEST = 0.4
# How often a word is taken to be said before it was ever heard, in so many posts: see `evidence.py`.
SAID_ONCE, SAID_OFTEN = 0.5, 5.0
_EVERYDAY = everyday_keys()


class Text:
    """The bands of a text that a story holds."""

    __slots__ = ("bands", "live")

    def __init__(self, bands: tuple[int, ...], live: LiveStory) -> None:
        self.bands = bands
        self.live = live


class StoryIndex:
    """Which stories hold a key or a word, and how often each word was said in all of them.

    All answers are a function of the stories as they stand, whatever the order in which they came.
    totals: posts that say each word, in the stories that live, and what is taken for said before (see `evidence.py`).
    posts: how many posts the totals are of.
    """

    def __init__(self) -> None:
        self._exacts: dict[int, LiveStory] = {}
        # Of each searched band: the text that holds a value, as nearly always, or the texts.
        self._bands: tuple[dict[int, Text | list[Text]], ...] = tuple({} for _ in range(SEARCHED_BANDS))
        self._texts: dict[LiveStory, list[Any]] = {}  # what `_link` gave for each, oldest first
        self._holders: dict[str, dict[LiveStory, None]] = {}
        self._leaders: dict[str, LiveStory] = {}
        self.totals: dict[str, float] = {}
        self.posts = 0.0
        self.stories = 0

    @property
    def common(self) -> float:
        """From how many posts on a word is one that most say, such as a name they all bear: it tells nothing."""
        return COMMON * (self.posts + COMMON_POSTS)

    def uncommon(self, terms: Iterable[str]) -> list[str]:
        """Return the words that are not said by most posts."""
        totals, common = self.totals, self.common
        return [term for term in terms if totals.get(term, 0.0) <= common]

    def add(self, live: LiveStory) -> None:
        """Take up a story as it stands."""
        for exact in live.exacts:
            self._exacts.setdefault(exact, live)
        for bands in live.bands:
            self._texts.setdefault(live, []).append(self._link(bands, live))
        self._add_words(live)

    def drop(self, live: LiveStory) -> None:
        """Forget a story, which must stand as it was last noted."""
        for exact in live.exacts:
            if self._exacts.get(exact) is live:
                del self._exacts[exact]
        for text in self._texts.pop(live, ()):
            self._unlink(text)
        self._drop_words(live)

    def learn(self, live: LiveStory, terms: Sequence[str]) -> None:
        """Let a story learn the words of a post told apart from those it has."""
        counts, totals, leaders = live.terms, self.totals, self._leaders
        self.posts += 1.0
        for term in terms:
            count = counts.get(term)
            if count is None:
                counts[term] = 1.0
                self._hold(term, live, 1.0)
                continue
            counts[term] = count = count + 1.0
            totals[term] += 1.0
            if count >= LED:
                leader = leaders.get(term)
                if leader is not live and (leader is None or _before(live, leader, term)):
                    leaders[term] = live
        live.learnt()
        if len(counts) <= MOST_TERMS:
            return
        # Newcomers must have a chance: what was said once is dropped first, the words of this post last among equals.
        rank = {term: (count, term in terms, term) for term, count in counts.items()}
        for term in heapq.nsmallest(len(counts) - KEPT_TERMS, rank, key=rank.__getitem__):
            self._let_go(term, live, counts.pop(term))

    def fade(self, live: LiveStory) -> None:
        """Halve what a story said, so that it follows what is said of it now and forgets what was said once."""
        before = live.terms
        live.terms = {term: count / 2 for term, count in before.items() if count >= 2.0}
        self.posts -= live.mass
        live.fade()
        self.posts += live.mass
        for term, count in before.items():
            left = live.terms.get(term)
            if left is None:
                self._let_go(term, live, count)
                continue
            self.totals[term] -= count - left
            if self._leaders.get(term) is live:
                self._lead_anew(term)

    def holds(self, live: LiveStory, exact: int) -> bool:
        """Say whether a story remembers this exact key."""
        return self._exacts.get(exact) is live or exact in live.exacts

    def remember(self, live: LiveStory, exact: int, bands: tuple[int, ...]) -> None:
        """Keep the keys by which copies of a text find the story."""
        dropped = live.keep_exact(exact)
        self._exacts.setdefault(exact, live)
        if dropped is not None and self._exacts.get(dropped) is live:
            del self._exacts[dropped]
        if bands:
            texts = self._texts.setdefault(live, [])
            if live.keep_bands(bands):
                self._unlink(texts.pop(0))
            texts.append(self._link(bands, live))

    def copied(self, exact: int, bands: tuple[int, ...]) -> LiveStory | None:
        """Return the story that holds this text to the letter, or the likest text of about 0.55 of its word pairs."""
        live = self._exacts.get(exact)
        return self._likest(bands) if live is None and bands else live

    def _likest(self, bands: tuple[int, ...]) -> LiveStory | None:
        hits: dict[Text, int] = {}
        for texts, value in zip(self._bands, bands, strict=False):
            text = texts.get(value)
            if text is None:
                continue
            for one in text if isinstance(text, list) else (text,):
                hits[one] = hits.get(one, 0) + 1
        if not hits:
            return None
        same = [(-sum(map(eq, bands, text.bands)), text.live.id, text.live) for text, n in hits.items() if n > 1]
        best = min(same, key=lambda found: found[:2], default=None)
        return best[2] if best and -best[0] >= SAME_BANDS else None

    def candidates(self, terms: Iterable[str]) -> list[LiveStory]:
        """Return the few stories that hold most of the rarest of these words, or lead in one; likeliest first."""
        holders, leaders = self._holders, self._leaders
        known = [(len(held), term, held) for term in terms if (held := holders.get(term)) is not None]
        known.sort(key=_first_two)
        found: dict[LiveStory, float] = {}
        stories, log1p = self.stories, math.log1p
        left = SEARCHED_TERMS
        for many, term, held in known:
            weight = log1p(stories / many)
            if left and many <= CROWDED:
                left -= 1
                for live in held:
                    found[live] = found.get(live, 0.0) + weight
            elif (leader := leaders.get(term)) is not None:
                found[leader] = found.get(leader, 0.0) + weight
        if not found:
            return []
        least = NEAR_BEST * max(found.values())
        best = [(-weight, live.id, live) for live, weight in found.items() if weight >= least]
        if len(best) > 1:
            best.sort(key=_first_two)
        return [live for _, _, live in best[:TRIED]]

    def sharers(self, terms: Iterable[str], live: LiveStory) -> list[LiveStory]:
        """Return the other stories that say these words in half of their posts or twice, those that do most first."""
        found: dict[LiveStory, float] = {}
        for term in terms:
            held = self._holders[term]
            leader = self._leaders.get(term)
            for other in held if len(held) <= MANY else (leader,) if leader else ():
                count = other.terms[term]
                if other is not live and (count > 1.0 or other.mass <= 2.0):
                    found[other] = found.get(other, 0.0) + count / other.mass
        return sorted(found, key=lambda other: (-round(found[other], 6), other.id))

    def _add_words(self, live: LiveStory) -> None:
        self.stories += 1
        self.posts += live.mass
        live.terms = dict(live.terms)
        for term, count in live.terms.items():
            self._hold(term, live, count)

    def _drop_words(self, live: LiveStory) -> None:
        self.stories -= 1
        self.posts -= live.mass
        for term, count in live.terms.items():
            self._let_go(term, live, count)

    def _hold(self, term: str, live: LiveStory, count: float) -> None:
        held = self._holders.get(term)
        if held is None:
            self._holders[term] = {live: None}
            self.totals[term] = count + (SAID_OFTEN if term in _EVERYDAY else SAID_ONCE)
        else:
            held[live] = None
            self.totals[term] += count
        if count >= LED:
            leader = self._leaders.get(term)
            if leader is None or _before(live, leader, term):
                self._leaders[term] = live

    def _let_go(self, term: str, live: LiveStory, count: float) -> None:
        held = self._holders[term]
        del held[live]
        if not held:
            del self._holders[term], self.totals[term]
            self._leaders.pop(term, None)
            return
        self.totals[term] -= count
        if self._leaders.get(term) is live:
            self._lead_anew(term)

    def _lead_anew(self, term: str) -> None:
        able = [live for live in self._holders[term] if live.terms[term] >= LED]
        if able:
            self._leaders[term] = min(able, key=lambda live: (-live.terms[term], live.id))
        else:
            self._leaders.pop(term, None)

    def _link(self, bands: tuple[int, ...], live: LiveStory) -> Any:
        text = Text(bands, live)
        for values, value in zip(self._bands, bands, strict=False):
            held = values.setdefault(value, text)
            if held is text:
                continue
            if isinstance(held, list):
                held.append(text)
            else:
                values[value] = [held, text]
        return text

    def _unlink(self, text: Any) -> None:
        for values, value in zip(self._bands, text.bands, strict=False):
            held = values[value]
            if held is text:
                del values[value]
            elif isinstance(held, list):
                held.remove(text)
                if not held:
                    del values[value]


def _before(live: LiveStory, leader: LiveStory, term: str) -> bool:
    """Say whether a story says a word more often than the one that led in it; between equals, by id."""
    return (-live.terms[term], live.id) < (-leader.terms[term], leader.id)


_first_two = itemgetter(0, 1)
