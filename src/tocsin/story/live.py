"""A story while it takes posts: its row opened for change, and how a post changes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import msgspec

from tocsin.base.ids import ids_under
from tocsin.base.kind import Kind
from tocsin.base.seam import world_of
from tocsin.base.story import MentionDigest, Story, StoryState
from tocsin.screen.language import detect_language
from tocsin.story.title import centrality, keywords_of, plainness, title_of

MOST_TERMS = 96
MOST_KEYS = 64
KEPT_TERMS = 64  # when there are more than `MOST_TERMS`
_FADES_POSTS = 256
KEYWORDS_TRIED = 12
CALM_AFTER = timedelta(hours=24)
HEAT_HALVES = timedelta(hours=6)  # of the two counts that tell how a story moves
_SLOW_HALVES = timedelta(hours=48)
_HEAT_HALVES_S, _SLOW_HALVES_S = HEAT_HALVES.total_seconds(), _SLOW_HALVES.total_seconds()
# Posts an hour of late over posts an hour of these days: growing above, calm below, back again where it had been calm.
_GROWS, _CALMS, _COMES_BACK = 1.5, 0.5, 3.0
_BACK_HEAT = 1.5  # two posts within hours of each other
_NO_TIME = timedelta()
_GROWING_POSTS = 5
TITLED_AT = frozenset((2, 3, 5, 8, 12, 16, 24, 32, 48, 64, 96, 128))  # past these the words are settled
_GRAVE = 60  # a post of this severity gives a story its kind, however few are like it
_FEW_NEGATIVE = 4  # one negative post in more than four: the story is not a complaint
_BETTER = 1.2
_NEUTRAL = Kind.NEUTRAL.value
_HARMLESS = (_NEUTRAL, Kind.PRAISE.value, Kind.QUESTION.value)


class LiveStory:
    """A story opened for change; `row` gives its value as it stands, made anew only when something changed.

    terms: how often it says each word, kept by the index that holds it. What a compiled one puts there can be copied,
    and nothing else.
    """

    __slots__ = (
        "_begun",
        "_row",
        "_said",
        "bands",
        "copies",
        "exacts",
        "first_at",
        "first_post",
        "heat",
        "id",
        "keywords",
        "kind",
        "languages",
        "last_at",
        "mass",
        "negative",
        "platforms",
        "posts",
        "severity",
        "slow",
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
        self.terms = row.terms
        self._said: dict[str, float] | None = row.terms
        self.exacts, self.bands = row.exacts, row.bands
        self.heat, self.slow = row.heat, row.slow
        self.told_apart = row.posts - row.copies
        self.mass = mass_of(self.told_apart)
        most = max(self.terms.values(), default=0.0) if row.posts > 1 else 0.0
        if most > self.mass:  # two that were put together may hold more than is kept of one
            self.terms = self._said = {term: count * self.mass / most for term, count in self.terms.items()}

    @classmethod
    def found(cls, mention: MentionDigest, place: tuple[str, str], terms: Sequence[str]) -> LiveStory:
        """Return the story that a post begins on a (brand, timeline), named by them and the post."""
        brand, timeline = place
        row = Story(
            id=_ids_of(brand, timeline, mention.platform)(mention.native_id),
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
            heat=1.0,
            slow=1.0,
            terms=dict.fromkeys(terms, 1.0),
            exacts=(mention.exact,),
            bands=(mention.bands,) if mention.bands else (),
        )
        return cls(row)

    @property
    def row(self) -> Story:
        """The story as it stands."""
        if self._row is None:
            # A value is never changed: what did not change since the last is the same in both.
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
                heat=self.heat,
                slow=self.slow,
                terms=self.said,
                exacts=self.exacts,
                bands=self.bands,
            )
        return self._row

    @property
    def said(self) -> dict[str, float]:
        """How often it says each word, as it stands: not to be changed."""
        if self._said is None:
            self._said = self.terms.copy()
        return self._said

    def take(self, mention: MentionDigest, *, copy: bool) -> None:
        """Count a post in, and remember its exact text."""
        self._row = None
        at = mention.at
        self._warm(at)
        self.posts += 1
        self.state = self._state_after(at)
        self.copies += copy
        self.negative += mention.negative
        self.kind = self._kind_after(mention)
        if mention.severity > self.severity:
            self.severity = mention.severity
        if at > self.last_at:
            self.last_at = at
        elif at < self.first_at:
            self.first_at, self.first_post = at, (mention.platform, mention.native_id)
        if mention.platform not in self.platforms:
            self.platforms = tuple(sorted((*self.platforms, mention.platform)))
        if mention.language not in self.languages:
            self.languages = tuple(sorted((*self.languages, mention.language)))

    def learnt(self) -> None:
        """Note that the words of a post taken in were counted.

        Never called for a copy: a text repeated a thousand times must not be the story.
        """
        self._row = self._said = None
        self.told_apart += 1
        self.mass += 1.0

    def reheat(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        """Set `heat` and `slow` to those of two stories put together, both as of its last post."""
        self._row = None
        self.heat, self.slow = one[0] + other[0], one[1] + other[1]

    @property
    def is_full(self) -> bool:
        """Whether its words are of as many posts as are kept, and should fade."""
        return self.mass >= 2 * _FADES_POSTS

    def fade(self) -> None:
        """Note that the counts of its words were halved."""
        self._row = self._said = None
        self.mass /= 2

    def keep_exact(self, exact: int) -> int | None:
        """Keep the exact key of a text; return the oldest one, if it had to give way."""
        if exact in self.exacts:
            return None
        self._row = None
        oldest = self.exacts[0] if len(self.exacts) >= MOST_KEYS else None
        self.exacts = (*self.exacts[1 - MOST_KEYS :], exact)
        return oldest

    def keep_bands(self, bands: tuple[int, ...]) -> bool:
        """Keep the bands of a text; return whether the oldest had to give way."""
        self._row = None
        is_full = len(self.bands) >= MOST_KEYS
        self.bands = (*self.bands[1 - MOST_KEYS :], bands)
        return is_full

    def heat_at(self, now: datetime) -> float:
        """Return how many posts it had of late, each counting half after six hours."""
        return _faded(self.heat, now - self.last_at, HEAT_HALVES)

    def heats_at(self, now: datetime) -> tuple[float, float]:
        """Return `heat` and `slow` as of an instant."""
        return self.heat_at(now), _faded(self.slow, now - self.last_at, _SLOW_HALVES)

    def retitle(self, mention: MentionDigest, language: str, telling: Sequence[str]) -> None:
        """Let a post just learned give the title and the keywords, where it tells better what the story is.

        language: wanted for the title, as far as the story has it; "" for any. telling: the words that tell the story
        from others, heaviest first. To be asked when it has as many posts as `TITLED_AT` names.
        """
        self._row = None
        is_wanted = language in ("", mention.language)
        self.keywords = keywords_of(telling, f"{mention.title} {mention.text}", self.keywords, anew=is_wanted)
        if language in self.languages and mention.language != language:
            return
        terms = self.said
        line = title_of(mention.text, mention.title, terms)
        if not line or line == self.title:
            return
        stands = _worth(self.title, terms)
        if language in self.languages and len(self.languages) > 1 and _language_of(self.title) not in (language, "und"):
            stands = 0.0
        # The words of a press title were weighed by a journalist: it needs to be no better than what stands.
        if _worth(line, terms) > stands * (1.0 if mention.title else _BETTER):
            self.title = line

    def fall_calm(self) -> None:
        """Mark the story as calm."""
        self._row = None
        self.state = StoryState.CALM

    def _kind_after(self, mention: MentionDigest) -> str:
        """The kind of the gravest post; of a story that does no harm, that of its posts, a few grumbles aside."""
        kind = mention.kinds[0] if mention.kinds else _NEUTRAL
        if kind == self.kind:
            return kind
        is_mild = max(mention.severity, self.severity) < _GRAVE
        if is_mild and _FEW_NEGATIVE * self.negative < self.posts:
            return kind if kind in _HARMLESS and (self.kind not in _HARMLESS or self.kind == _NEUTRAL) else self.kind
        if mention.severity > self.severity or self.kind in _HARMLESS:
            return kind if kind not in _HARMLESS or self.kind == _NEUTRAL else self.kind
        return self.kind

    def _warm(self, at: datetime) -> None:
        past = at - self.last_at
        if past >= _NO_TIME:
            self.heat = self.heat * 0.5 ** (past / HEAT_HALVES) + 1.0
            self.slow = self.slow * 0.5 ** (past / _SLOW_HALVES) + 1.0
        else:  # a late post
            self.heat += _faded(1.0, -past, HEAT_HALVES)
            self.slow += _faded(1.0, -past, _SLOW_HALVES)

    def _state_after(self, at: datetime) -> StoryState:
        state = self.state
        if state is StoryState.NEW and self.posts < _GROWING_POSTS:
            return state
        pace = self.heat / _HEAT_HALVES_S * _SLOW_HALVES_S / self.slow
        if state is StoryState.CALM or at - self.last_at >= CALM_AFTER:
            is_back = pace >= _COMES_BACK and self.heat >= _BACK_HEAT
            return StoryState.BACK if is_back else StoryState.CALM
        if state is StoryState.NEW:
            return StoryState.GROWING if pace >= _GROWS else StoryState.CALM
        return StoryState.CALM if pace <= _CALMS else state


def _worth(line: str, terms: Mapping[str, float]) -> float:
    return centrality(line, terms) * plainness(line)


def _faded(count: float, past: timedelta, half: timedelta) -> float:
    return count * 0.5 ** (past / half) if past > _NO_TIME else count


def mass_of(told_apart: int) -> float:
    """Return of how many posts the words of a story are, when it has so many that are no copies: they fade.

    >>> mass_of(300), mass_of(512), mass_of(1000)
    (300.0, 256.0, 488.0)
    """
    return float(told_apart if told_apart < 2 * _FADES_POSTS else _FADES_POSTS + told_apart % _FADES_POSTS)


def _kind_of(mention: MentionDigest) -> str:
    return mention.kinds[0] if mention.kinds else _NEUTRAL


@lru_cache(maxsize=256)
def _ids_of(brand: str, timeline: str, platform: str) -> Callable[[str], str]:
    return ids_under("story", world_of(timeline), brand, platform)


@lru_cache(maxsize=4096)
def _language_of(title: str) -> str:
    return detect_language(title).language  # a title stands for many posts: guessed once
