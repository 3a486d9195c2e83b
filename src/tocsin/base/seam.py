"""The seams of the engine: a pure stage, a transactional store, a fold, and the values that pass between them.

One process, several processes on PostgreSQL and a distributed engine give the same rows because every step here is
either pure (Stage, Fold) or one compare-and-swap transaction (Store). See docs/architecture.md, "How data flow".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from tocsin.base.mention import Mention
from tocsin.base.post import Post
from tocsin.base.story import MentionDigest

LIVE = "live"


class TimelineKind(StrEnum):
    """What a timeline is for; only `live` reaches real people."""

    LIVE = "live"
    BACKFILL = "backfill"
    REPLAY = "replay"
    DRILL = "drill"


def timeline_kind(timeline: str) -> TimelineKind:
    """Return the kind of a timeline name such as `live` or `backfill:2026-01`.

    >>> timeline_kind("backfill:may") is TimelineKind.BACKFILL
    True
    """
    return TimelineKind(timeline.partition(":")[0])


def world_of(timeline: str) -> str:
    """Return the world whose posts a timeline shares: back-fills enrich `live`; replays and drills stand alone.

    >>> world_of("backfill:may"), world_of("drill:1")
    ('live', 'drill:1')
    """
    return LIVE if timeline_kind(timeline) in (TimelineKind.LIVE, TimelineKind.BACKFILL) else timeline


class Batch(Protocol):
    """Posts on their way through the stage: the texts of all, the whole post only of those that are asked for."""

    @property
    def texts(self) -> Sequence[str]:
        """The text of each post, shape (n,)."""

    @property
    def titles(self) -> Sequence[str] | None:
        """The title of each post, shape (n,), or None when no post of the batch has one."""

    @property
    def broken(self) -> Sequence[tuple[int, str]]:
        """(index, error) of those whose text could not even be read; they count as empty texts."""

    def post(self, index: int) -> Post:
        """The whole post number `index`. Raises InputError if it cannot be read."""


class PostBatch(msgspec.Struct, frozen=True):
    """A batch over posts already read."""

    posts: Sequence[Post]

    @property
    def broken(self) -> Sequence[tuple[int, str]]:
        """Nothing: these posts were read."""
        return ()

    @property
    def texts(self) -> Sequence[str]:
        """The text of each post."""
        return [post.text for post in self.posts]

    @property
    def titles(self) -> Sequence[str] | None:
        """The title of each post, or None when none has one."""
        titles = [post.title for post in self.posts]
        return titles if any(titles) else None

    def post(self, index: int) -> Post:
        """The post number `index`."""
        return self.posts[index]


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch of a source that one commit covers. Cursors are opaque; "" is the beginning.

    posts: how many posts the stretch held, matched or not.
    """

    source: str
    timeline: str
    from_cursor: str
    to_cursor: str
    posts: int
    rules_version: str
    stage_version: str


class Partial(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An additive count. `watch` is "" for the brand's own row, which counts each distinct post once.

    minute: since 1970, UTC, on the clock of the timeline (seen for live, created for all others).
    """

    brand: str
    watch: str
    minute: int
    platform: str
    language: str
    tone: str
    posts: int


class Deletion(msgspec.Struct, frozen=True, kw_only=True):
    """A source says a post is gone; the store keeps a tombstone so that no replay revives it."""

    platform: str
    native_id: str
    reason: str


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage made of a batch: mentions, and a few of the posts that no watch wanted, for previews.

    unmatched: bounded sample, newest last; unmatched_posts: how many there were.
    unreadable: (index in the batch, error text) of posts that could not be read whole.
    """

    mentions: Sequence[Mention]
    partials: Sequence[Partial]
    unmatched: Sequence[Post] = ()
    unmatched_posts: int = 0
    unreadable: Sequence[tuple[int, str]] = ()


class Stage(Protocol):
    """Pure: no clock, network, randomness, or memory of other batches. `version` changes with the result."""

    version: str

    def run(self, batch: Batch, source: str, timeline: str) -> Screened:
        """Return the mentions of a batch under the rules the stage was built with."""


class EventKind(StrEnum):
    """What the engine tells the rest of the house."""

    MENTION = "mention"
    STORY = "story"
    SURGE = "surge"
    DANGER = "danger"
    SILENCE = "silence"
    ALERT = "alert"
    ACTION = "action"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the append-only event table. `id` is stable: the same fact twice is one event."""

    id: str
    timeline: str
    brand: str
    kind: EventKind
    at: datetime
    subject: str
    body: bytes = b"{}"


class Delivery(StrEnum):
    """What a crash in mid-action may cost."""

    AT_LEAST_ONCE = "at_least_once"  # alerts: told twice rather than never, under one Message-ID
    AT_MOST_ONCE = "at_most_once"  # replies, letters, notices: after a crash "unknown", and a person is asked


class OutboxRow(msgspec.Struct, frozen=True, kw_only=True):
    """An impure action to do after commit. Identity: (event, action). not_before: None for at once."""

    event: str
    timeline: str
    action: str
    delivery: Delivery
    body: bytes
    not_before: datetime | None = None


class BrandMinute(msgspec.Struct, frozen=True, kw_only=True):
    """All a fold needs of one brand's closed minute. `stories[i]` is the story id of `mentions[i]`."""

    brand: str
    timeline: str
    minute: int
    mentions: Sequence[MentionDigest]
    stories: Sequence[str]


class Fold(Protocol):
    """Folds closed minutes, in order, into a state; deterministic. `version` changes with the meaning of the state."""

    version: str

    def merge(self, state: bytes | None, minute: BrandMinute) -> tuple[bytes, list[Event]]:
        """Return the new state and the events of this minute; minutes without mentions may be skipped over."""


class Runner(Protocol):
    """Drives collected pages through the stage into the store: inline, workers or spark."""

    def run(self, until: Callable[[], bool]) -> None:
        """Work until `until()` says stop."""
