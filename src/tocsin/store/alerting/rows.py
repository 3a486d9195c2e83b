"""The short values of telling people, and of the rhythm of sources."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.routing import Level, Routing
from tocsin.store.rows import OutboxState


class KeptRouting(msgspec.Struct, frozen=True, kw_only=True):
    """What a brand says about who is told. version: to hand back with a change; 0 while nothing was said."""

    routing: Routing
    version: int = 0


class ChannelRow(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach a person beside mail. sealed: its address, opened by whoever sends alone."""

    id: int
    person: int
    label: str
    scheme: str
    sealed: str
    at: datetime

    @property
    def action(self) -> str:
        """How the outbox and the timeline of an alert name it."""
        return f"phone:{self.id}"


class FaultRow(msgspec.Struct, frozen=True, kw_only=True):
    """A channel that does not take what is sent. is_final: it refused for good. error, params: a catalogue sentence."""

    channel: str
    since: datetime
    last: datetime
    is_final: bool
    error: str
    params: dict[str, str] = {}


class TellingBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the outbox keeps of one telling. person: 0 for an address of the settings.

    step: the round, from 0. wakes: passes through quiet hours; None in rows of older versions. is_copy: to know, not to
    act.
    lead: the alert under whose message this one leaves, "" while it is by itself.
    """

    alert: str
    person: int = 0
    step: int = 0
    wakes: bool | None = None
    is_copy: bool = False
    lead: str = ""


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One telling of an alert as it stands. at: of the last try, or of the next one."""

    channel: str
    state: OutboxState
    tries: int
    at: datetime | None
    error: str
    body: TellingBody


class ToldRow(msgspec.Struct, frozen=True, kw_only=True):
    """What left by a way for a brand not long ago, or (not is_done) is about to leave at `ms`."""

    alert: str
    way: str
    level: Level
    ms: int
    is_done: bool


class SourceHourRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a source said in one hour since 1970. asks: how often it was read, in vain or not."""

    hour: int
    asks: int
    posts: int
    last_at: datetime | None
