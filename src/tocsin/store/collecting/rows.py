"""The values that `store.collecting` takes and gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.collect.adapter import Gap


class SealedSecret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret on its way in. ends_at: when it stops working, None when that is not known."""

    name: str
    sealed: str
    ends_at: datetime | None = None


class SecretRow(msgspec.Struct, frozen=True, kw_only=True):
    """A secret as it is kept, sealed."""

    source: str
    name: str
    sealed: str
    set_at: datetime
    ends_at: datetime | None = None


class PastState(StrEnum):
    """Where the reading of a past stands."""

    RUNNING = "running"
    STOPPED = "stopped"  # by a person; goes on from there when it is started again
    DONE = "done"
    FAILED = "failed"  # for good; waits for its owner


class PastRow(msgspec.Struct, frozen=True, kw_only=True):
    """The reading of a source back to `since`. oldest_at, newest_at: of the posts it brought so far.

    error, error_params: the last failure as a catalogue sentence; "" after a good read.
    """

    source: str
    since: datetime
    state: PastState
    started_at: datetime
    ended_at: datetime | None = None
    next_at: datetime | None = None
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    posts: int = 0
    failures: int = 0
    error: str = ""
    error_params: dict[str, str] = {}


class PastStep(msgspec.Struct, frozen=True, kw_only=True):
    """What one page of a past brought. is_last: nothing more is to come. next_at: when to go on, None for at once."""

    posts: int
    oldest_at: datetime | None = None
    newest_at: datetime | None = None
    next_at: datetime | None = None
    is_last: bool = False


class CheckRow(msgspec.Struct, frozen=True, kw_only=True):
    """A post whose turn has come to be asked for again. url: "" where it has none."""

    number: int
    platform: str
    native_id: str
    url: str
    seen_at: datetime


class GapRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time that a source could not give. why: a catalogue sentence."""

    since: datetime | None
    until: datetime | None
    why: str
    at: datetime


class NoteRow(msgspec.Struct, frozen=True, kw_only=True):
    """How often something was not understood, by the adapter's own name for it."""

    name: str
    count: int
    last_at: datetime


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """What a page brings beside its posts, written in the transaction that moves the cursor.

    ends: when secrets that are kept stop working. paid_posts: posts read that cost money. check_at: when the stored
    posts are to be asked for again, None for never.
    """

    secrets: Sequence[SealedSecret] = ()
    ends: Mapping[str, datetime] = {}
    gaps: Sequence[Gap] = ()
    notes: Mapping[str, int] = {}
    paid_posts: int = 0
    past: PastStep | None = None
    check_at: datetime | None = None
