"""A story while it takes posts: its row opened for change, and how a post changes it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import eq

import msgspec

from tocsin.base.ids import stable_id
from tocsin.base.kind import Kind
from tocsin.base.seam import world_of
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.screen.language import detect_language
from tocsin.story.title import centrality, keywords_of, plainness, title_of

MOST_TERMS = 64
MOST_KEYS = 64
_KEYWORDS_TRIED = 12
CALM_AFTER = timedelta(hours=24)
_GROWING_POSTS = 5
_TITLED_AT = frozenset((2, 3, 4, 6, 8, 12, 16, 32, 64, 128))  # past these the words are settled
_GRAVE = 60  # a post of this severity gives a story its kind, however few are like it
_FEW_NEGATIVE = 4  # one negative post in more than four: the story is not a complaint
_SAME_BANDS = 10  # of 32 bands of two rows: share J of word pairs in common, J² near 10/32, so J near 0.55
_BETTER = 1.2
_world_of = lru_cache(maxsize=64)(world_of)  # asked for every story begun
_NEUTRAL = Kind.NEUTRAL.value
_HARMLESS = (_NEUTRAL, Kind.PRAISE.value, Kind.QUESTION.value)


class LiveStory:
    """A story opened for change; `row` gives its value as it stands, made anew only when something changed."""

    __slots__ = (
        "_begun",
        "_row",
        "bands",
        "copies",
        "exacts",
        "first_at",
        "first_post",
        "id",
        "keywords",
        "kind",
        "languages",
        "last_at",
        "negative",
        "platforms",
        "posts",
        "severity",
        "state",
        "terms",
        "title",
        "told_apart",
    )

    def __init__(self, row: Story) -> None:
        self._begun = row
        self._row: Story | None = row
        self.id = row.id
        self.title, self.keywords = row.title, row.keywords
        self.first_post, self.first_at, self.last_at = row.first_post, row.first_at, row.last_at
        self.posts, self.copies, self.negative = row.posts, row.copies, row.negative
        self.severity, self.state, self.kind = row.severity, row.state, row.kind
        self.platforms, self.languages = row.platforms, row.languages
        self.terms = dict(row.terms)
        self.exacts, self.bands = list(row.exacts), list(row.bands)
        self.told_apart = row.posts - row.copies

    @classmethod
    def found(cls, mention: MentionDigest, place: tuple[str, str], terms: Sequence[str]) -> LiveStory:
        """Return the story that a post begins on a (brand, timeline), named by them and the post."""
        brand, timeline = place
        row = Story(
            id=stable_id("story", _world_of(timeline), brand, mention.platform, mention.native_id),
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

    @property
    def row(self) -> Story:
        """The story as it stands."""
        if self._row is None:
            self._row = msgspec.structs.replace(
                self._begun,
                title=self.title,
                keywords=self.keywords,
                first_post=self.first_post,
                first_at=self.first_at,
                last_at=self.last_at,
                posts=self.posts,
                copies=self.copies,
                negative=self.negative,
                severity=self.severity,
                state=self.state,
                kind=self.kind,
                platforms=self.platforms,
                languages=self.languages,
                terms=dict(self.terms),
                exacts=tuple(self.exacts),
                bands=tuple(self.bands),
            )
        return self._row

    def explains(self, known: Sequence[tuple[str, float]], whole: float) -> tuple[float, int]:
        """Return which share of a post's weighted terms the story explains, 0..1, and by how many terms.

        known: the terms of the post that some story holds, with their weights. whole: the weight of all its terms.
        """
        explained = 0.0
        shared = 0
        counts, posts = self.terms, self.told_apart
        for term, weight in known:
            count = counts.get(term)
            if count is not None:
                share = count / posts
                # Said by a tenth of the posts or by two of them: part of the story, not of one post in it.
                if share >= 0.1 or posts < 10:
                    shared += 1
                explained += weight * (2.0 * share if share < 0.5 else 1.0)
        return (explained / whole if whole else 0.0), shared

    def holds_copy(self, bands: Sequence[int]) -> bool:
        """Say whether one of the kept texts shares about 0.55 of its word pairs with a text, judged by all 32 bands."""
        return any(sum(map(eq, bands, held)) >= _SAME_BANDS for held in reversed(self.bands))

    def take(self, mention: MentionDigest, *, copy: bool) -> None:
        """Count a post in, and remember its exact text."""
        self._row = None
        self.state = self._state_after(mention)
        self.posts += 1
        self.copies += copy
        self.negative += mention.negative
        self.kind = self._kind_after(mention)
        if mention.severity > self.severity:
            self.severity = mention.severity
        if mention.at > self.last_at:
            self.last_at = mention.at
        elif mention.at < self.first_at:
            self.first_at, self.first_post = mention.at, (mention.platform, mention.native_id)
        if mention.platform not in self.platforms:
            self.platforms = tuple(sorted((*self.platforms, mention.platform)))
        if mention.language not in self.languages:
            self.languages = tuple(sorted((*self.languages, mention.language)))

    def learn(self, mention: MentionDigest, weights: Mapping[str, float]) -> tuple[list[str], dict[str, float]]:
        """Learn the words of a post taken in; return the terms new to the story, and those dropped with their counts.

        Never of a copy: a text repeated a thousand times must not be the story. weights: of the terms of the post.
        """
        self._row = None
        self.told_apart += 1
        counts = self.terms
        new: list[str] = []
        for term in weights:
            if term in counts:
                counts[term] += 1.0
            else:
                counts[term] = 1.0
                new.append(term)
        dropped: dict[str, float] = {}
        if len(counts) > MOST_TERMS:
            # Newcomers must have a chance: what was said once is dropped first, the words of this post last among
            # equals.
            rank = {term: (count, term in weights, term) for term, count in counts.items()}
            least = heapq.nsmallest(len(counts) - MOST_TERMS, rank, key=rank.__getitem__)
            dropped = {term: counts.pop(term) for term in least}
        return new, dropped

    def touch(self) -> None:
        """Note that the keys changed."""
        self._row = None

    def retitle(self, mention: MentionDigest, language: str, telling: Callable[[str, float], float]) -> None:
        """Let a post just learned give the title and the keywords, where it tells better what the story is.

        language: wanted for the title, as far as the story has it; "" for any. telling: how much a term with its count
        tells of this story, 0 for nothing.
        """
        if self.told_apart not in _TITLED_AT:
            return
        self._row = None
        top = sorted([(-count * telling(term, count), term) for term, count in self.terms.items()])[:_KEYWORDS_TRIED]
        self.keywords = keywords_of([term for _, term in top], f"{mention.title} {mention.text}", self.keywords)
        line = title_of(mention.text, mention.title, self.terms)
        if not line or (language in self.languages and mention.language != language):
            return
        stands = self._worth(self.title)
        if (
            language in self.languages
            and len(self.languages) > 1
            and detect_language(self.title).language not in (language, "und")
        ):
            stands = 0.0
        # The words of a press title were weighed by a journalist: it needs to be no better than what stands.
        if self._worth(line) > stands * (1.0 if mention.title else _BETTER):
            self.title = line

    def _worth(self, line: str) -> float:
        return centrality(line, self.terms) * plainness(line)

    def fall_calm(self) -> None:
        """Mark the story as calm."""
        self._row = None
        self.state = StoryState.CALM

    def _kind_after(self, mention: MentionDigest) -> str:
        """The kind of the gravest post; of a story that does no harm, that of its posts, a few grumbles aside."""
        kind, is_mild = _kind_of(mention), max(mention.severity, self.severity) < _GRAVE
        if is_mild and _FEW_NEGATIVE * self.negative < self.posts:
            return kind if kind in _HARMLESS and (self.kind not in _HARMLESS or self.kind == _NEUTRAL) else self.kind
        if mention.severity > self.severity or self.kind in _HARMLESS:
            return kind if kind not in _HARMLESS or self.kind == _NEUTRAL else self.kind
        return self.kind

    def _state_after(self, mention: MentionDigest) -> StoryState:
        if self.state is StoryState.CALM or mention.at - self.last_at >= CALM_AFTER:
            return StoryState.BACK
        if self.state is StoryState.NEW and self.posts + 1 >= _GROWING_POSTS:
            return StoryState.GROWING
        return self.state


def _kind_of(mention: MentionDigest) -> str:
    return mention.kinds[0] if mention.kinds else _NEUTRAL
