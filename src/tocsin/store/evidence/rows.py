"""The values that `store.evidence` takes and gives."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from tocsin.evidence.values import Entry, EntryKind, Token

ALL = 1_000_000  # rows, where none may be left out
HOUSE = "tocsin"  # who acts where nobody did: the installation itself


class CaptureState(StrEnum):
    """How far a capture has come."""

    QUEUED = "queued"  # asked for
    RUNNING = "running"  # a robot is at it
    RECORDED = "recorded"  # its files are whole, on the disk
    AWAITING_STAMP = "awaiting_stamp"  # in the log; time-stamps are still asked for
    SEALED = "sealed"  # in the log, and stamped by as many authorities as are wanted
    FAILED = "failed"  # given up; the reason is told


IN_LOG = (CaptureState.AWAITING_STAMP, CaptureState.SEALED)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A page to capture. by: mark of who asks. dossier: number, "" for none. platform, native_id: of the post it shows.

    why: `asked`, or the turn that has come, such as `after_1h`, `after_24h`, `weekly`, `before_clock`.
    """

    brand: str
    url: str
    by: str
    at: datetime
    why: str = "asked"
    dossier: str = ""
    platform: str = ""
    native_id: str = ""


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What changed since the capture of the same page before. `before` is the number of that one, "" for none.

    gone: it answered before and does not now. back: the other way round. title_before: None when the title is the same.
    added, removed: lines of the text.
    """

    before: str = ""
    gone: bool = False
    back: bool = False
    title_before: str | None = None
    added: int = 0
    removed: int = 0

    @property
    def is_same(self) -> bool:
        """Whether nothing changed."""
        return not (self.gone or self.back or self.added or self.removed) and self.title_before is None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a visit, or an attached file, left in the vault. size: bytes of all files. manifest: SHA-256, hexadecimal.

    folder: below the evidence folder. doubtful: the clock was not right.
    """

    outcome: str
    started_at: datetime
    ended_at: datetime
    final_url: str
    title: str
    status: int | None
    size: int
    folder: str
    manifest: str
    doubtful: bool = False
    difference: Difference = Difference()


class CaptureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A capture as it stands. dossier: number, "" for none. is_robot: False for a file that a person attached.

    asked_at, sealed_at, stamped_at: asked for; entered into the log; stamped by enough authorities. erased_at: when its
    content went; the leaf stays. index: of its entry in the log. error, error_params: a catalogue sentence.
    """

    id: int
    number: str
    brand: str
    dossier: str
    url: str
    why: str
    state: CaptureState
    by: str
    asked_at: datetime
    is_robot: bool = True
    platform: str = ""
    native_id: str = ""
    outcome: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sealed_at: datetime | None = None
    stamped_at: datetime | None = None
    erased_at: datetime | None = None
    final_url: str = ""
    title: str = ""
    status: int | None = None
    size: int = 0
    folder: str = ""
    manifest: str = ""
    index: int | None = None
    is_doubtful: bool = False
    difference: Difference = Difference()
    holder: str = ""
    tries: int = 0
    next_at: datetime | None = None
    error: str = ""
    error_params: dict[str, str] = {}


class CaptureScope(msgspec.Struct, frozen=True, kw_only=True):
    """Which captures are wanted: "" stands for all. before: row of the last one seen."""

    brand: str = ""
    dossier: str = ""
    state: CaptureState | None = None
    platform: str = ""
    native_id: str = ""
    before: int | None = None
    limit: int = 50


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a dossier that is to be captured again. capture: the number that was asked for, "" before."""

    id: int = 0
    dossier: str
    brand: str
    url: str
    why: str
    due_at: datetime
    platform: str = ""
    native_id: str = ""
    is_done: bool = False


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on its way into the log. dossier, capture: numbers, "" for none. words: kept apart, erasable."""

    entry: Entry
    dossier: str = ""
    capture: str = ""
    words: str = ""


class EntryRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log. words: "" when there were none, or when they were erased. body: the bytes of the leaf."""

    index: int
    kind: EntryKind
    at: datetime
    who: str
    digest: str
    body: bytes
    dossier: str = ""
    capture: str = ""
    words: str = ""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A signed checkpoint. root: hexadecimal."""

    size: int
    root: str
    at: datetime
    text: str


class Stamped(msgspec.Struct, frozen=True, kw_only=True):
    """A token of an entry, and when it was had by our clock."""

    entry: int
    token: Token
    got_at: datetime


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """How a time-stamping authority fares. failures: in a row."""

    name: str
    good_at: datetime | None = None
    bad_at: datetime | None = None
    failures: int = 0
    error: str = ""


class SealedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A private key of the installation, sealed. public: what a stranger checks with."""

    name: str
    sealed: str
    public: str
    made_at: datetime
