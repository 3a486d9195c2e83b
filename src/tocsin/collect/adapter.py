"""The one contract of all sources: plan what to ask, parse what came; no socket, no clock, no memory of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from tocsin.base.post import Post


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A source as its owner set it up.

    name: unique in the installation. adapter: name in the registry. options: the adapter's own settings, text to text.
    time_zone: in which times without a zone are read.
    """

    name: str
    adapter: str
    options: dict[str, str] = {}
    time_zone: str = "Europe/Paris"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP question. `headers` are what the adapter wants on top of the guarded client's own."""

    url: str
    headers: dict[str, str] = {}
    accept: str = "*/*"


class Subscribe(msgspec.Struct, frozen=True, kw_only=True):
    """One lasting connection (server-sent events or a web socket) from which frames come."""

    url: str
    headers: dict[str, str] = {}


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing to ask now. `next_at`: when to plan again, or None when the source is exhausted for good."""

    next_at: datetime | None = None


Plan = Request | Subscribe | Done


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said. `url` is the last after redirects; header names are lower case; `body` is decompressed."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    moved_to: str | None = None  # target of a permanent redirect (301, 308), if every hop was permanent


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a lasting connection."""

    body: bytes
    at: datetime
    event: str = ""
    event_id: str = ""


class Upsert(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A post that is there, new or changed."""

    post: Post


class Delete(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A post that its platform says is gone."""

    platform: str
    native_id: str
    reason: str


class Gap(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A stretch of time that this source could not give; `why` is a catalogue key."""

    since: datetime | None
    until: datetime | None
    why: str


class Throttled(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """The server asked us to slow down until then."""

    until: datetime


class Reject(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A line or entry that could not become a post: where it stood, why, and its raw start (at most 200 characters)."""

    line: int
    why: str
    params: dict[str, str] = {}
    raw: str = ""


PageItem = Upsert | Delete | Gap | Throttled | Reject


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What one answer or frame held.

    next_cursor: opaque text to hand back at the next plan and parse; stored in the same transaction as the items.
    more: ask again at once. next_at: when the source itself would like to be asked again, or None.
    notes: counts of what was not understood, by reason; nothing is dropped silently.
    first_read: the source never answered before, so that what came is back-fill.
    """

    items: Sequence[PageItem]
    next_cursor: str
    more: bool = False
    next_at: datetime | None = None
    notes: dict[str, int] = {}
    first_read: bool = False

    @property
    def posts(self) -> list[Post]:
        """The posts among the items, in order."""
        return [item.post for item in self.items if isinstance(item, Upsert)]


class Adapter(Protocol):
    """A kind of source. Both functions are pure: the same arguments give the same result."""

    name: str
    version: str

    def plan(self, source: Source, cursor: str, now: datetime) -> Plan:
        """Return what to ask next; `cursor` is "" at the beginning."""

    def parse(self, source: Source, cursor: str, answer: Answer | Frame, now: datetime) -> Page:
        """Return what the answer held. Raises SourceError when it holds nothing that can be used."""
