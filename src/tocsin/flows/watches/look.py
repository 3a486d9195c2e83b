"""Look at what a watch would bring before it is saved: hits with their marks, volume a day, noise, missing handles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.mention import Span, TextField
from tocsin.base.post import Post
from tocsin.base.text import fold_text
from tocsin.base.time import minute_of
from tocsin.flows.engine import Engine
from tocsin.flows.preview import missing_handles
from tocsin.flows.watches.noise import Hit, Names, Noise, find_noise
from tocsin.flows.watches.precision import hit_key
from tocsin.screen.features import read_features
from tocsin.screen.language import UNDETERMINED, guess_languages
from tocsin.screen.match import Matcher, PostFacts
from tocsin.screen.query import FieldName, Query, query_fields
from tocsin.store.queries.watching import SeenPost
from tocsin.surge.replay.series import replay_counts

LOOK_AT_POSTS = 1_200  # of each brand, and of the ring: what can be looked at while somebody types
SHOWN = 20
DAYS = 14
_AROUND = 110  # letters of a long text kept on each side of its first match
_LONGEST = 320


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a text, matched or not."""

    text: str
    is_match: bool


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A hit to show. key: names it in the form of ticks. title, text: cut round the first match."""

    key: str
    post: Post
    source: str
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]


class Day(msgspec.Struct, frozen=True):
    """A day in the brand's zone; posts: None where nothing of that day was looked at."""

    day: date
    posts: int | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a watch asks for, for which brand. brands: slugs whose kept posts may be shown to the person."""

    query: Query
    brand: Brand
    brands: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the watch would bring from the posts that are there.

    shown: hits spread evenly over all of them, so that the share of good ones holds for all; newest first.
    since: the oldest post looked at, None without any. per_day: hits a day since then, over 14 days at most.
    """

    looked_at: int
    hits: int
    shown: tuple[Shown, ...]
    days: tuple[Day, ...]
    per_day: float
    since: datetime | None
    noise: tuple[tuple[Noise, Shown], ...]
    missing_handles: tuple[tuple[str, float], ...]

    @property
    def most_a_day(self) -> int:
        """The highest day, 0 when nothing was found."""
        return max((day.posts or 0 for day in self.days), default=0)


def look(engine: Engine, wanted: Wanted, now: datetime, more: Sequence[SeenPost] = ()) -> Look:
    """Return what a watch would bring from kept posts, from the ring of unwanted ones, and from `more` (a file)."""
    return look_at([*more, *engine.store.watching.posts(wanted.brands, LOOK_AT_POSTS)], wanted, now)


def look_at(seen: Sequence[SeenPost], wanted: Wanted, now: datetime) -> Look:
    """Return what a watch would bring from these posts."""
    ordered = sorted(seen, key=lambda one: (one.post.created_at, one.post.key), reverse=True)
    posts = [one.post for one in ordered]
    caught = _hits(ordered, wanted)
    hits = [hit for _, hit in caught]
    shown = [_shown(ordered[caught[place][0]].source, hits[place]) for place in _spread(len(hits), SHOWN)]
    noise = find_noise(hits, _names(wanted))
    days, per_day = _volume([hit.post.created_at for hit in hits], posts, ZoneInfo(wanted.brand.time_zone), now)
    return Look(
        looked_at=len(posts),
        hits=len(hits),
        shown=tuple(shown),
        days=days,
        per_day=per_day,
        since=posts[-1].created_at if posts else None,
        noise=tuple((one, _shown("", one.sample)) for one in noise),
        missing_handles=missing_handles(posts, {index for index, _ in caught}, wanted.brand.name),
    )


def rung_alone(engine: Engine, wanted: Wanted) -> tuple[int, float]:
    """Return how often the volume of the hits alone would have rung, and over how many days they were looked at."""
    seen = engine.store.watching.posts(wanted.brands, LOOK_AT_POSTS)
    if not seen:
        return 0, 0.0
    times = sorted(one.post.created_at for one in seen)
    counts = Counter(minute_of(hit.post.created_at) for _, hit in _hits(seen, wanted))
    counts[minute_of(times[0])] += 0
    rung = sum(1 for _ in replay_counts(wanted.brand, sorted(counts.items())))
    return rung, (times[-1] - times[0]) / timedelta(days=1)


def pieces(text: str, spans: Sequence[Span]) -> tuple[Piece, ...]:
    """Return a text cut at its matches, which may overlap; a long one is cut round the first match.

    >>> [piece.text for piece in pieces("ah Alba !", [Span(field=TextField.TEXT, start=3, end=7)])]
    ['ah ', 'Alba', ' !']
    """
    marked = sorted((span.start, span.end) for span in spans)
    start, end = 0, len(text)
    if len(text) > _LONGEST:
        first = marked[0][0] if marked else 0
        start = max(0, min(first - _AROUND, len(text) - _LONGEST))
        end = min(len(text), start + _LONGEST)
    found: list[Piece] = [Piece("…", False)] if start else []
    at = start
    for first, last in marked:
        first, last = max(first, at), min(last, end)
        if last <= first:
            continue
        if first > at:
            found.append(Piece(text[at:first], False))
        found.append(Piece(text[first:last], True))
        at = last
    if at < end:
        found.append(Piece(text[at:end], False))
    return (*found, Piece("…", False)) if end < len(text) else tuple(found)


def _names(wanted: Wanted) -> Names:
    words = fold_text(wanted.brand.name).split()
    full = " ".join(words) if len(words) > 1 else ""
    return Names(full=full, accounts=wanted.accounts, languages=wanted.languages)


def _hits(seen: Sequence[SeenPost], wanted: Wanted) -> list[tuple[int, Hit]]:
    matcher = Matcher.compile([wanted.query])
    read = {test.field for test in query_fields(wanted.query)}
    languages = _languages(seen) if FieldName.LANG in read else [UNDETERMINED] * len(seen)
    found = matcher.scan(
        [one.post.text for one in seen],
        [one.post.title for one in seen],
        lambda index: _facts(seen[index], languages[index]),
    )
    kept = sorted((hit.post, hit.spans) for hit in found)
    if wanted.sources:
        kept = [(index, spans) for index, spans in kept if seen[index].source in wanted.sources]
    spoken = _languages([seen[index] for index, _ in kept])
    hits = [
        (index, Hit(seen[index].post, spans, language)) for (index, spans), language in zip(kept, spoken, strict=True)
    ]
    if wanted.languages:
        hits = [(index, hit) for index, hit in hits if hit.language in (*wanted.languages, UNDETERMINED)]
    return hits


def _languages(seen: Sequence[SeenPost]) -> list[str]:
    """As the posts were read when they were stored; guessed for those that nobody read yet."""
    texts = [f"{one.post.title}\n{one.post.text}" for one in seen if not one.language]
    features = read_features(texts, frozenset())
    guesses = iter(guess_languages(features, [None] * len(texts), [()] * len(texts)))
    return [one.language or next(guesses).language for one in seen]


def _facts(seen: SeenPost, language: str) -> PostFacts:
    post = seen.post
    return PostFacts(
        lang=language,
        source=seen.source,
        platform=post.platform,
        kind=post.kind.value,
        author=post.author.handle if post.author else "",
        stars=post.stars,
        stars_max=post.stars_max,
    )


def _spread(total: int, most: int) -> list[int]:
    """Places spread evenly over `total`, the first included."""
    return list(range(total)) if total <= most else [place * total // most for place in range(most)]


def _shown(source: str, hit: Hit) -> Shown:
    by_field = {field: [span for span in hit.spans if span.field is field] for field in TextField}
    return Shown(
        key=hit_key(hit.post),
        post=hit.post,
        source=source,
        title=pieces(hit.post.title, by_field[TextField.TITLE]),
        text=pieces(hit.post.text, by_field[TextField.TEXT]),
    )


def _volume(
    hits: Sequence[datetime], posts: Sequence[Post], zone: ZoneInfo, now: datetime
) -> tuple[tuple[Day, ...], float]:
    """Hits of each of the last days, and a day on average; the days end with the newest post, at most today."""
    if not posts:
        return (), 0.0
    end, oldest = min(now, posts[0].created_at), posts[-1].created_at
    first = max(oldest, end - timedelta(days=DAYS))
    counts = Counter(at.astimezone(zone).date() for at in hits)
    last_day, known_from = end.astimezone(zone).date(), oldest.astimezone(zone).date()
    days = [last_day - timedelta(days=back) for back in reversed(range(DAYS))]
    covered = max(1.0, (end - first) / timedelta(days=1))
    recent = sum(first <= at <= end for at in hits)
    return tuple(Day(day, counts[day] if day >= known_from else None) for day in days), recent / covered
