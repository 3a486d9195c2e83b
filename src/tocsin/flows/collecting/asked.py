"""What is asked of a source, how it stands, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from tocsin.base.errors import SourceError
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Delete, Done, Page, Request, Source, Upsert
from tocsin.flows.collecting.frames import FrameBuffer
from tocsin.store.collecting.hubs import PushRow
from tocsin.store.collecting.rows import CheckRow
from tocsin.store.rows import SourceRow

PAGES_AHEAD = 2  # parsed pages of a lasting connection that may wait to be stored; then its socket is not read


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask. row: the source and how it fares. source: as its adapter is to see it. cursor: where it stands.

    secrets: opened, by name; never shown. checks: posts to ask for again, instead of what is new. pushes: what a hub
    pushed, to be read instead of asking. to_hub: what to tell the hub of the source, instead of asking the source.
    """

    row: SourceRow
    source: Source
    cursor: str = ""
    timeline: str = LIVE
    secrets: Mapping[str, str] = {}
    checks: Sequence[CheckRow] = ()
    pushes: Sequence[PushRow] = ()
    to_hub: Request | None = None

    def __repr__(self) -> str:
        return f"Question({self.source.name!r}, {self.timeline!r})"

    @property
    def key(self) -> tuple[str, str, bool]:
        """What may be asked once at a time: a source, on a timeline, for new posts or for known ones."""
        return (self.source.name, self.timeline, bool(self.checks))


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of asking for posts again: each with what it is now, or None when the answer told neither.

    error: what stopped it; the posts after it were not asked for.
    """

    found: Sequence[tuple[CheckRow, Upsert | Delete | None]]
    error: SourceError | None = None


Result = Page | Done | Checked | SourceError


class Asked:
    """A question under way: seen by the event loop that asks, and by the thread that keeps what comes."""

    def __init__(self, question: Question, now: datetime, round_: int = 0) -> None:
        self.question = question
        self.row = question.row
        self.cursor = question.cursor  # moves with the pages of a lasting connection
        self.round = round_
        self.is_held = False  # a lasting connection
        self.is_over = False
        self.is_dropped = False
        self.buffer: FrameBuffer | None = None
        self.received: deque[datetime] = deque()  # when the oldest frame came of each page that is not stored yet
        self.posts = 0  # read since the last note of it
        self.noted_at: datetime | None = None
        self.room = asyncio.Semaphore(PAGES_AHEAD)
        self.task: asyncio.Task[None] | None = None
        self._began = (now, time.monotonic())

    @property
    def now(self) -> datetime:
        """The instant on the clock by which it was asked."""
        now, began_s = self._began
        return now + timedelta(seconds=time.monotonic() - began_s)

    @property
    def lasts_s(self) -> float:
        """For how long it is under way."""
        return time.monotonic() - self._began[1]

    @property
    def behind(self) -> datetime | None:
        """When the oldest of what was received and is not stored yet came, None when all is."""
        waiting = self.buffer.oldest_at if self.buffer is not None else None
        try:
            return self.received[0]  # older than what waits behind it
        except IndexError:
            return waiting

    def receive(self) -> None:
        """Note that something came just now."""
        self.received.append(datetime.now(UTC))


class Outcome(NamedTuple):
    """What came of a question, or of a part of it. cursor: after which it was read."""

    asked: Asked
    cursor: str
    result: Result
    is_last: bool
