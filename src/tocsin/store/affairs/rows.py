"""The short values of levels, stories and alerts that pages list."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.alert import AlertCause, AlertState
from tocsin.base.story import StoryState


class Voices(msgspec.Struct, frozen=True, kw_only=True):
    """Who spoke: distinct accounts, and those many people follow; is_capped: only the newest posts were read."""

    authors: int = 0
    relays: int = 0
    is_capped: bool = False


class StoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """A story without what only grouping needs. number: the store's own. title: the one a person gave, if one did.

    own_title: the one its posts gave it.
    """

    number: int
    id: str
    brand: str
    timeline: str
    title: str
    own_title: str
    keywords: tuple[str, ...]
    first_post: tuple[str, str]
    first_at: datetime
    last_at: datetime
    posts: int
    copies: int
    negative: int
    severity: int
    state: StoryState
    kind: str
    platforms: tuple[str, ...]
    languages: tuple[str, ...]


class StoryFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which stories are wanted. words: all stand in the title. before: the `last_at` of the last one seen, for more.

    calm_before: what had its last post by then is calm, whatever its row says; None takes the rows at their word.
    """

    since: datetime | None = None
    states: tuple[StoryState, ...] = ()
    calm_before: datetime | None = None
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    largest_first: bool = False
    before: datetime | None = None
    limit: int = 50


class PostLine(msgspec.Struct, frozen=True, kw_only=True):
    """A post of a story in short. row: of its mention. text: its beginning. followers: None when not known."""

    row: int
    minute: int
    at: datetime
    platform: str
    native_id: str
    kind: str
    url: str | None
    title: str
    text: str
    handle: str
    name: str
    followers: int | None
    tone: str
    severity: int
    kinds: tuple[str, ...]
    language: str
    exact: int
    source: str
    own: bool
    parent_id: str | None
    root_id: str | None
    shared_id: str | None


class Trail(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What of a post tells how its story spread: no text, but its keys. author: number of the account, 0 for none.

    at_ms, seen_ms: written and first read. joined_ms: when the account was made. length: letters of the text.
    """

    row: int
    at_ms: int
    seen_ms: int
    platform: str
    native_id: str
    kind: str
    is_public: bool
    url: str | None
    author: int
    handle: str
    name: str
    followers: int | None
    joined_ms: int | None
    exact: int
    bands: tuple[int, ...]
    length: int
    source: str
    own: bool
    parent_id: str | None
    root_id: str | None
    shared_id: str | None
    links: tuple[str, ...]


class Shares(msgspec.Struct, frozen=True, kw_only=True):
    """How the posts of a story fall, by platform and kind of post, language, tone and kind; of the `read` newest."""

    read: int
    places: dict[tuple[str, str], int]
    languages: dict[str, int]
    tones: dict[str, int]
    kinds: dict[str, int]
    sources: int


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """A text that several posts repeat to the letter. first: its earliest post. posts: how many say it."""

    first: PostLine
    posts: int


class AlertFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts are wanted, newest first. before: instant of the last one seen, for more."""

    states: tuple[AlertState, ...] = ()
    causes: tuple[AlertCause, ...] = ()
    levels: tuple[str, ...] = ()
    stories: tuple[str, ...] = ()
    since: datetime | None = None
    before: datetime | None = None
    limit: int = 50


ENGINE = "engine"  # stands where a move names who made it


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """Mentions that were put into another story, by a person or the engine. source, target: ids of stories.

    posts: how many moved. whole: all of the source. correction: what was said of a mention that asked for it, 0 for
    none: it is taken back there.
    """

    id: int
    source: str
    target: str
    posts: int
    by: str
    at: datetime
    whole: bool = False
    correction: int = 0
    undone: bool = False

    @property
    def by_engine(self) -> bool:
        """Whether nobody asked for it."""
        return self.by == ENGINE


class ToldApart(msgspec.Struct, frozen=True):
    """A text of which a person said to which story it belongs. bands: () for a short one."""

    exact: int
    bands: tuple[int, ...]
    story: str
