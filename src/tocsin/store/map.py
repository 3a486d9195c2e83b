"""Rows to values of `base`, and back. Times are milliseconds in rows and aware instants in values."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.ids import stable_id, stable_int
from tocsin.base.mention import (
    CopyKeys,
    KindScore,
    Mention,
    PersonalData,
    Reason,
    Sentiment,
    Severity,
    Span,
    Verdict,
)
from tocsin.base.post import Audience, Author, Engagement, Media, Post, PostKind, TimeDoubt
from tocsin.base.story import Story, StoryState
from tocsin.base.surge import Surge, SurgeLevel
from tocsin.base.time import from_ms, to_ms


class RestBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The fields of a post that no query asks for, kept as one JSON text."""

    time_doubt: TimeDoubt | None = None
    links: tuple[str, ...] = ()
    lang_claimed: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    shared_id: str | None = None
    engagement: Engagement | None = None
    media: tuple[Media, ...] = ()
    place: str | None = None


class ReadingBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What was read in a mention beyond its columns, kept as one JSON text."""

    spans: tuple[Span, ...] = ()
    language_p: float
    sentiment: Sentiment
    kinds: tuple[KindScore, ...] = ()
    reasons: tuple[Reason, ...] = ()
    personal: tuple[PersonalData, ...] = ()


class StoryMemory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What of a story only grouping reads."""

    terms: dict[str, float] = {}
    exacts: tuple[int, ...] = ()
    bands: tuple[tuple[int, ...], ...] = ()
    heat: float = 0.0
    slow: float = 0.0


_encoder = msgspec.json.Encoder()
_rest = msgspec.json.Decoder(RestBody)
_reading = msgspec.json.Decoder(ReadingBody)
_memory = msgspec.json.Decoder(StoryMemory)
_reasons = msgspec.json.Decoder(tuple[Reason, ...])
_strings = msgspec.json.Decoder(tuple[str, ...])


def to_json(value: object) -> str:
    """Return the JSON text of a value."""
    return _encoder.encode(value).decode()


def to_json_lines(values: Iterable[object]) -> list[str]:
    """Return the JSON text of each value; no JSON text holds a line break, so that all are encoded at once."""
    return _encoder.encode_lines(list(values)).decode().split("\n")[:-1]


def ms_or_none(at: datetime | None) -> int | None:
    """Return milliseconds since 1970, or None."""
    return None if at is None else to_ms(at)


def at_or_none(ms: int | None) -> datetime | None:
    """Return the aware instant, or None."""
    return None if ms is None else from_ms(ms)


@lru_cache(maxsize=65_536)
def author_id(platform: str, handle: str) -> int:
    """Return the number of an account: the same on every machine."""
    return stable_int(platform, handle)


AUTHOR_COLUMNS = ("id", "platform", "handle", "name", "followers", "created_ms", "verified")


def author_of(row: tuple[Any, ...]) -> Author | None:
    """Return the author of a row in the order of `AUTHOR_COLUMNS`; None when the post had none."""
    number, platform, handle, name, followers, created_ms, verified = row
    if number is None:
        return None
    return Author(
        platform=platform,
        handle=handle,
        name=name,
        followers=followers,
        created_at=at_or_none(created_ms),
        verified=None if verified is None else bool(verified),
    )


# fmt: off
POST_COLUMNS = (
    "platform", "native_id", "author_id", "kind", "audience", "created_ms", "seen_ms", "edited_ms",
    "title", "text", "url", "stars", "stars_max", "rest",
)
# fmt: on


def clean(text: str) -> str:
    """Return the text without what one of the databases cannot keep: NUL, and halves of surrogate pairs.

    NUL becomes U+2400 and a lone half U+FFFD, one code point for one, so that spans still fit.
    """
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


# PostgreSQL refuses to index more than some 2,700 bytes; the longest identifier of any platform is far under this.
LONGEST_ID = 600


def stored_id(native_id: str) -> str:
    """Return the identifier as it is stored: itself, or its beginning and a digest when it is over 600 code points."""
    native_id = clean(native_id)
    if len(native_id) <= LONGEST_ID:
        return native_id
    return f"{native_id[:LONGEST_ID]}#{stable_id(native_id)}"


def post_key(platform: str, native_id: str) -> bytes:
    """Return the identity of a post in its world: 16 bytes, the same on every machine."""
    return stored_key(platform, stored_id(native_id))


def stored_key(platform: str, stored: str) -> bytes:
    """Return the `post_key` of a post whose `stored_id` is known.

    A digest, because an index of 16 bytes a post is a quarter of one of whole addresses, and its look-ups compare bytes
    instead of following the collation of the database.
    """
    return blake2b(f"{platform}\x1f{stored}".encode(), digest_size=16).digest()


def post_of(row: tuple[Any, ...], author: Author | None) -> Post:
    """Return the post of a row in the order of `POST_COLUMNS`."""
    rest = _rest.decode(row[13])
    return Post(
        platform=row[0],
        native_id=row[1],
        author=author,
        kind=PostKind(row[3]),
        audience=Audience(row[4]),
        created_at=from_ms(row[5]),
        seen_at=from_ms(row[6]),
        edited_at=at_or_none(row[7]),
        title=row[8],
        text=row[9],
        url=row[10],
        stars=row[11],
        stars_max=row[12],
        time_doubt=rest.time_doubt,
        links=rest.links,
        lang_claimed=rest.lang_claimed,
        parent_id=rest.parent_id,
        root_id=rest.root_id,
        shared_id=rest.shared_id,
        engagement=rest.engagement,
        media=rest.media,
        place=rest.place,
    )


# fmt: off
READING_COLUMNS = (
    "own", "language", "tone", "severity", "kinds", "exact", "bands", "terms", "reading",
)
# fmt: on


def reading_row(mention: Mention) -> tuple[Any, ...]:
    """Return what was read in a mention, in the order of `READING_COLUMNS`."""
    return tuple(column[0] for column in reading_columns([mention]).values())


def reading_columns(mentions: Sequence[Mention]) -> dict[str, Sequence[Any]]:
    """Return what was read in many mentions: `READING_COLUMNS` in their order, a value each."""
    verdicts = [mention.verdict for mention in mentions]
    keys = [verdict.keys for verdict in verdicts]
    return {
        "own": [mention.own for mention in mentions],
        "language": [verdict.language for verdict in verdicts],
        # `_value_` is the plain text of an enum, without the detour of `value`.
        "tone": [verdict.sentiment.label._value_ for verdict in verdicts],
        "severity": [verdict.severity.score for verdict in verdicts],
        "kinds": [" ".join([score.kind for score in verdict.kinds]) for verdict in verdicts],
        "exact": [key.exact for key in keys],
        "bands": [pack_bands(key.bands) for key in keys],
        "terms": [" ".join(key.terms) for key in keys],
        "reading": to_json_lines(map(_reading_body, mentions)),
    }


def _reading_body(mention: Mention) -> ReadingBody:
    verdict = mention.verdict
    return ReadingBody(
        spans=mention.spans,
        language_p=verdict.language_p,
        sentiment=verdict.sentiment,
        kinds=verdict.kinds,
        reasons=verdict.severity.reasons,
        personal=verdict.personal,
    )


def verdict_of(row: tuple[Any, ...], version: str) -> tuple[Verdict, tuple[Span, ...]]:
    """Return the verdict and the spans of a row in the order of `READING_COLUMNS`."""
    body = _reading.decode(row[8])
    verdict = Verdict(
        language=row[1],
        language_p=body.language_p,
        sentiment=body.sentiment,
        kinds=body.kinds,
        severity=Severity(score=row[3], reasons=body.reasons),
        personal=body.personal,
        keys=CopyKeys(exact=row[5], bands=unpack_bands(row[6]), terms=tuple(row[7].split())),
        version=version,
    )
    return verdict, body.spans


@lru_cache(maxsize=64)
def _numbers(count: int) -> struct.Struct:
    return struct.Struct(f"<{count}I")


def pack_bands(bands: tuple[int, ...]) -> bytes:
    """Return unsigned 32-bit numbers as little-endian bytes."""
    return _numbers(len(bands)).pack(*bands)


def unpack_bands(packed: bytes) -> tuple[int, ...]:
    """Return the numbers of `pack_bands`."""
    whole = bytes(packed)
    return _numbers(len(whole) // 4).unpack(whole)


# fmt: off
STORY_COLUMNS = (
    "name", "title", "keywords", "first_platform", "first_native_id", "first_ms", "last_ms", "posts", "copies",
    "negative", "severity", "state", "kind", "platforms", "languages", "memory",
)
# fmt: on


def story_row(story: Story) -> tuple[Any, ...]:
    """Return the row of a story, in the order of `STORY_COLUMNS`."""
    return (
        story.id,
        clean(story.title),
        to_json(story.keywords),
        story.first_post[0],
        story.first_post[1],
        to_ms(story.first_at),
        to_ms(story.last_at),
        story.posts,
        story.copies,
        story.negative,
        story.severity,
        story.state.value,
        story.kind,
        to_json(story.platforms),
        to_json(story.languages),
        _encoder.encode(
            StoryMemory(terms=story.terms, exacts=story.exacts, bands=story.bands, heat=story.heat, slow=story.slow)
        ),
    )


def story_of(row: tuple[Any, ...], brand: str, timeline: str) -> Story:
    """Return the story of a row in the order of `STORY_COLUMNS`."""
    memory = _memory.decode(bytes(row[15]))
    return Story(
        id=row[0],
        brand=brand,
        timeline=timeline,
        title=row[1],
        keywords=_strings.decode(row[2]),
        first_post=(row[3], row[4]),
        first_at=from_ms(row[5]),
        last_at=from_ms(row[6]),
        posts=row[7],
        copies=row[8],
        negative=row[9],
        severity=row[10],
        state=StoryState(row[11]),
        kind=row[12],
        platforms=_strings.decode(row[13]),
        languages=_strings.decode(row[14]),
        heat=memory.heat,
        slow=memory.slow,
        terms=memory.terms,
        exacts=memory.exacts,
        bands=memory.bands,
    )


# fmt: off
SURGE_COLUMNS = (
    "id", "level", "at_ms", "since_ms", "window_min", "expected", "seen", "excess_p", "authors", "negative",
    "learning", "story", "reasons",
)
ALERT_COLUMNS = (
    "id", "brand", "timeline", "cause", "level", "at_ms", "subject", "title", "story", "reasons", "state",
    "snoozed_ms", "by", "note", "muted_by", "step", "due_ms",
)
# fmt: on


def surge_row(surge: Surge) -> tuple[Any, ...]:
    """Return the row of a surge, in the order of `SURGE_COLUMNS`."""
    return (
        surge.id,
        surge.level.value,
        to_ms(surge.at),
        to_ms(surge.since),
        surge.window_min,
        surge.expected,
        surge.seen,
        surge.excess_p,
        surge.authors,
        surge.negative,
        surge.learning,
        surge.story,
        to_json(surge.reasons),
    )


def surge_of(row: tuple[Any, ...], brand: str, timeline: str) -> Surge:
    """Return the surge of a row in the order of `SURGE_COLUMNS`."""
    return Surge(
        id=row[0],
        brand=brand,
        timeline=timeline,
        level=SurgeLevel(row[1]),
        at=from_ms(row[2]),
        since=from_ms(row[3]),
        window_min=row[4],
        expected=row[5],
        seen=row[6],
        excess_p=row[7],
        authors=row[8],
        negative=row[9],
        learning=bool(row[10]),
        story=row[11],
        reasons=_reasons.decode(row[12]),
    )


def alert_row(alert: Alert) -> tuple[Any, ...]:
    """Return the row of an alert, in the order of `ALERT_COLUMNS`."""
    return (
        alert.id,
        alert.brand,
        alert.timeline,
        alert.cause.value,
        alert.level,
        to_ms(alert.at),
        alert.subject,
        clean(alert.title),
        alert.story,
        to_json(alert.reasons),
        alert.state.value,
        ms_or_none(alert.snoozed_until),
        alert.by,
        clean(alert.note),
        alert.muted_by,
        alert.step,
        ms_or_none(alert.due_at),
    )


def alert_of(row: tuple[Any, ...]) -> Alert:
    """Return the alert of a row in the order of `ALERT_COLUMNS`."""
    return Alert(
        id=row[0],
        brand=row[1],
        timeline=row[2],
        cause=AlertCause(row[3]),
        level=row[4],
        at=from_ms(row[5]),
        subject=row[6],
        title=row[7],
        story=row[8],
        reasons=_reasons.decode(row[9]),
        state=AlertState(row[10]),
        snoozed_until=at_or_none(row[11]),
        by=row[12],
        note=row[13],
        muted_by=row[14],
        step=row[15],
        due_at=at_or_none(row[16]),
    )
