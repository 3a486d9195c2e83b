"""Find the stories a post may belong to: inverted lists over exact keys, MinHash bands and words."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from operator import eq, itemgetter

from tocsin.story.live import LiveStory
from tocsin.story.words import everyday_keys

_SEARCHED_BANDS = 10  # of 32: a copy that shares 0.55 of the word pairs agrees on two of these 8 times in 10
_FEWEST_BANDS = 2
_SAME_BANDS = 10  # of 32 bands of two rows: share J of word pairs in common, J² near 10/32, so J near 0.55
_SEARCHED_TERMS = 6
_CROWDED = 20  # a word of more stories than this tells little and costs much: only the story that leads in it is tried
_LED = 6  # posts of one story that say a word, before the story can lead in it
_MANY = 250
_COMMON, _COMMON_POSTS = 0.6, 8.0
_TRIED = 3
_NEAR_BEST = 0.4
# How often a word is taken to be said before it was ever heard, in so many posts: see `evidence.py`.
_SAID_ONCE, _SAID_OFTEN = 0.5, 5.0
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
        self._bands: tuple[dict[int, Text | list[Text]], ...] = tuple({} for _ in range(_SEARCHED_BANDS))
        self._texts: dict[LiveStory, list[Text]] = {}
        self._holders: dict[str, dict[LiveStory, None]] = {}
        self._leaders: dict[str, LiveStory] = {}
        self.totals: dict[str, float] = {}
        self.posts = 0.0
        self.stories = 0

    @property
    def common(self) -> float:
        """From how many posts on a word is one that most say, such as a name they all bear: it tells nothing."""
        return _COMMON * (self.posts + _COMMON_POSTS)

    def uncommon(self, terms: Iterable[str]) -> list[str]:
        """Return the words that are not said by most posts."""
        totals, common = self.totals, self.common
        return [term for term in terms if totals.get(term, 0.0) <= common]

    def add(self, live: LiveStory) -> None:
        """Take up a story as it stands."""
        self.stories += 1
        self.posts += live.mass
        for exact in live.exacts:
            self._exacts.setdefault(exact, live)
        for bands in live.bands:
            self._add_text(bands, live)
        for term, count in live.terms.items():
            self._hold(term, live, count)

    def drop(self, live: LiveStory) -> None:
        """Forget a story, which must stand as it was last noted."""
        self.stories -= 1
        self.posts -= live.mass
        for exact in live.exacts:
            if self._exacts.get(exact) is live:
                del self._exacts[exact]
        for text in self._texts.pop(live, ()):
            self._drop_text(text)
        for term, count in live.terms.items():
            self._let_go(term, live, count)

    def learn(self, live: LiveStory, terms: Collection[str]) -> None:
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
            if count >= _LED:
                leader = leaders.get(term)
                if leader is not live and (leader is None or _before(live, leader, term)):
                    leaders[term] = live
        for term, count in live.learnt(terms).items():
            self._let_go(term, live, count)

    def fade(self, live: LiveStory) -> None:
        """Halve what a story said, so that it follows what is said of it now."""
        before = live.terms
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

    def remember(self, live: LiveStory, exact: int, bands: tuple[int, ...]) -> None:
        """Keep the keys by which copies of a text find the story."""
        dropped = live.keep_exact(exact)
        self._exacts.setdefault(exact, live)
        if dropped is not None and self._exacts.get(dropped) is live:
            del self._exacts[dropped]
        if bands:
            if live.keep_bands(bands):
                texts = self._texts[live]
                self._drop_text(texts.pop(0))
            self._add_text(bands, live)

    def copied(self, exact: int, bands: tuple[int, ...]) -> LiveStory | None:
        """Return the story that holds this text to the letter, or the likest text of about 0.55 of its word pairs."""
        live = self._exacts.get(exact)
        if live is not None or not bands:
            return live
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
        return best[2] if best and -best[0] >= _SAME_BANDS else None

    def candidates(self, terms: Iterable[str]) -> list[LiveStory]:
        """Return the few stories that hold most of the rarest of these words, or lead in one; likeliest first."""
        holders, leaders = self._holders, self._leaders
        known = [(len(held), term, held) for term in terms if (held := holders.get(term)) is not None]
        known.sort(key=_first_two)
        found: dict[LiveStory, float] = {}
        stories, log1p = self.stories, math.log1p
        left = _SEARCHED_TERMS
        for many, term, held in known:
            weight = log1p(stories / many)
            if left and many <= _CROWDED:
                left -= 1
                for live in held:
                    found[live] = found.get(live, 0.0) + weight
            elif (leader := leaders.get(term)) is not None:
                found[leader] = found.get(leader, 0.0) + weight
        if not found:
            return []
        least = _NEAR_BEST * max(found.values())
        best = [(-weight, live.id, live) for live, weight in found.items() if weight >= least]
        if len(best) > 1:
            best.sort(key=_first_two)
        return [live for _, _, live in best[:_TRIED]]

    def sharers(self, terms: Iterable[str], live: LiveStory) -> list[LiveStory]:
        """Return the other stories that say these words in half of their posts or twice, those that do most first."""
        found: dict[LiveStory, float] = {}
        for term in terms:
            held = self._holders[term]
            leader = self._leaders.get(term)
            for other in held if len(held) <= _MANY else (leader,) if leader else ():
                count = other.terms[term]
                if other is not live and (count > 1.0 or other.mass <= 2.0):
                    found[other] = found.get(other, 0.0) + count / other.mass
        return sorted(found, key=lambda other: (-round(found[other], 6), other.id))

    def _hold(self, term: str, live: LiveStory, count: float) -> None:
        held = self._holders.get(term)
        if held is None:
            self._holders[term] = {live: None}
            self.totals[term] = count + (_SAID_OFTEN if term in _EVERYDAY else _SAID_ONCE)
        else:
            held[live] = None
            self.totals[term] += count
        if count >= _LED:
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
        able = [live for live in self._holders[term] if live.terms[term] >= _LED]
        if able:
            self._leaders[term] = min(able, key=lambda live: (-live.terms[term], live.id))
        else:
            self._leaders.pop(term, None)

    def _add_text(self, bands: tuple[int, ...], live: LiveStory) -> None:
        text = Text(bands, live)
        texts = self._texts.get(live)
        if texts is None:
            self._texts[live] = [text]
        else:
            texts.append(text)
        for values, value in zip(self._bands, bands, strict=False):
            held = values.setdefault(value, text)
            if held is text:
                continue
            if isinstance(held, list):
                held.append(text)
            else:
                values[value] = [held, text]

    def _drop_text(self, text: Text) -> None:
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
