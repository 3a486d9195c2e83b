"""The values that the store hands out beside those of `base`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.base.alert import AlertState
from tocsin.base.mention import Mention, Verdict
from tocsin.base.post import Post
from tocsin.base.seam import Delivery, Event
from tocsin.collect.adapter import Source


class CommitResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a commit changed. `accepted` is False when the cursor had moved on: then nothing was written.

    known: mentions that were there already. refused: posts that a tombstone keeps out. deleted: posts that went.
    """

    accepted: bool
    new_posts: int = 0
    new_mentions: int = 0
    revised: int = 0
    known: int = 0
    refused: int = 0
    deleted: int = 0


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A source and how it fares. stopped: it failed for good, and waits for its owner.

    last_error, last_error_params: the last failure as a catalogue sentence; "" after a good read.
    """

    source: Source
    brand: str = ""
    enabled: bool = True
    stopped: bool = False
    last_good_at: datetime | None = None
    next_at: datetime | None = None
    failures: int = 0
    error_at: datetime | None = None
    last_error: str = ""
    last_error_params: dict[str, str] = {}
    heartbeat_at: datetime | None = None


class MentionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stored mention. row: its number. minute: on the clock of its timeline. story: its id, "" until it is grouped.

    source: the one it first came through.
    """

    row: int
    timeline: str
    minute: int
    source: str
    story: str
    mention: Mention

    @property
    def post(self) -> Post:
        """The post that was caught."""
        return self.mention.post

    @property
    def verdict(self) -> Verdict:
        """What was read in it."""
        return self.mention.verdict

    @property
    def brand(self) -> str:
        """The slug of the brand."""
        return self.mention.brand

    @property
    def watch(self) -> str:
        """The name of the watch that caught it first."""
        return self.mention.watch


class RejectedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that could not become a post. why, params: a catalogue sentence; raw: its start."""

    source: str
    timeline: str
    at: datetime
    line: int
    why: str
    params: dict[str, str]
    raw: str


class OutboxState(StrEnum):
    """Where an action stands."""

    NEW = "new"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"  # will be tried again at `next_at`
    UNKNOWN = "unknown"  # at most once, and the process died in the middle: a person is asked
    GIVEN_UP = "given_up"
    SPARED = "spared"  # somebody took the alert before it left


class OutboxItem(msgspec.Struct, frozen=True, kw_only=True):
    """An action as it stands in the outbox. tries: how often it was begun, this time included."""

    id: int
    event: str
    timeline: str
    action: str
    delivery: Delivery
    state: OutboxState
    tries: int
    next_at: datetime | None
    error: str
    body: bytes


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event under its number; numbers rise in the order in which events become visible."""

    number: int
    event: Event


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to which thing. text: "" when there was none, or when it was erased."""

    at: datetime
    by: str
    action: str
    subject: str
    text: str = ""


class AlertStep(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did with an alert. `note` is "" when there was none, or when it was erased."""

    alert: str
    state: AlertState
    by: str
    at: datetime
    until: datetime | None = None
    note: str = ""


class LabelRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a person said about a thing. subject_kind: mention, story, alert… subject: its id."""

    id: int = 0
    subject_kind: str
    subject: str
    label: str
    by: str
    at: datetime
    note: str = ""


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was read in: from where, when, and what came of it. ended_at: None while it runs, or if it broke."""

    id: int = 0
    timeline: str
    source: str
    origin: str
    digest: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    posts: int = 0
    mentions: int = 0
    rejects: int = 0
