"""What the spread of a story is told by: its posts in short, edges, traces, amplifiers, steps and rings."""

from __future__ import annotations

from enum import StrEnum

import msgspec

# A story is read up to this many posts: its earliest and its newest. Whoever reads fewer than there are says so.
MOST_POSTS = 3_000


class Press(StrEnum):
    """How far a title of the press speaks."""

    NATIONAL = "national"
    LOCAL = "local"
    SPECIALISED = "specialised"


class Ground(StrEnum):
    """Why one post is held to come from another."""

    EXPLICIT = "explicit"  # it shares, quotes or answers it
    LINK = "link"  # it links to its address
    COPY = "copy"  # it says the same, later


class Gap(StrEnum):
    """What may hide an earlier trace than the earliest that was read."""

    PARENT_UNKNOWN = "parent_unknown"  # it answers or shares a post that was not read
    READ_LATE = "read_late"  # it was read long after it was written
    SILENCE = "silence"  # a long time lies between it and the next: posts may be missing
    CAPPED = "capped"  # the story holds more posts than are read
    SOURCE_SILENT = "source_silent"  # a source cannot be read now


class SpreadPost(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post of a story in short. row: what names it. at_ms, seen_ms: milliseconds since 1970, written and read.

    author: number of the account, 0 when not known. followers, joined_ms: None when not known. press: None for others.
    links, url: canonical addresses. exact, bands: copy keys as in `base.mention.CopyKeys`. length: letters of the text.
    own: by the brand itself. is_public: anybody could read it.
    """

    row: int
    at_ms: int
    seen_ms: int
    platform: str
    native_id: str
    kind: str
    author: int = 0
    handle: str = ""
    name: str = ""
    followers: int | None = None
    joined_ms: int | None = None
    press: Press | None = None
    parent_id: str | None = None
    root_id: str | None = None
    shared_id: str | None = None
    links: tuple[str, ...] = ()
    url: str | None = None
    exact: int = 0
    bands: tuple[int, ...] = ()
    length: int = 0
    own: bool = False
    is_public: bool = True


class Edge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The post that another comes from, by row. confidence: 0..1."""

    parent: int
    ground: Ground
    confidence: float


class Cascade(msgspec.Struct, frozen=True, kw_only=True):
    """Posts oldest first, and by row the edge of each to an earlier one. missing: by row, a named parent not read."""

    posts: tuple[SpreadPost, ...]
    edges: dict[int, Edge]
    missing: dict[int, str]


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What may hide an earlier trace. at_ms: since when, or None; words: what fills its sentence."""

    gap: Gap
    at_ms: int | None = None
    words: tuple[str, ...] = ()


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The earliest public traces, at most three, oldest first, and what may hide an earlier one; never an author."""

    traces: tuple[SpreadPost, ...]
    missing: tuple[Missing, ...]


class Amplifier(msgspec.Struct, frozen=True, kw_only=True):
    """An account that carried a story; post: its first one there.

    direct: posts of others that come straight from its own. brought: these and what came of them, at half a hop, each
    by the confidence of its edge. without_p: share of the posts that stand only below its own, 0..1.
    """

    post: SpreadPost
    posts: int
    direct: int
    brought: float
    without_p: float


class Step(StrEnum):
    """The steps of a story on its way into the press."""

    FIRST = "first"
    RELAY = "relay"
    LOCAL_PRESS = "local_press"
    NATIONAL_PRESS = "national_press"


class Shared(StrEnum):
    """What the accounts of a ring have in common."""

    TEXT = "text"
    LINK = "link"
    SEVERAL = "several"  # the same accounts, time and again


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts that pushed one thing within a short time: something for a person to look at, never an accusation.

    authors: their numbers, sorted. rows: their posts, oldest first. span_s: from the first to the last of them.
    moments: how often they came together; median_gap_s: from one post to the next when they did. new: how
    many accounts are under 30 days old. chance_p: of such a thing among people who know nothing of each other.
    """

    shared: Shared
    authors: tuple[int, ...]
    rows: tuple[int, ...]
    start_ms: int
    span_s: float
    median_gap_s: float = 0.0
    moments: int = 1
    new: int
    chance_p: float
