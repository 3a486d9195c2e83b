"""The values of sealing: files, manifests, entries of the log, checkpoints, tokens, and what a check found."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec


class File(msgspec.Struct, frozen=True):
    """A file of a capture or a dossier. path: relative, `/` between parts of ASCII letters, digits, `.`, `_`, `-`."""

    path: str
    content: bytes

    @property
    def sum(self) -> Sum:
        """Return what a manifest says of this file."""
        return Sum(self.path, hashlib.sha256(self.content).hexdigest(), len(self.content))


class Sum(msgspec.Struct, frozen=True, order=True):
    """What a manifest says of a file. sha256: 64 lower-case hexadecimal digits."""

    path: str
    sha256: str
    bytes: int


class EntryKind(StrEnum):
    """What happened to a capture or a dossier. Each is one leaf of the log."""

    CAPTURE = "capture"  # digest: of its manifest
    ACCESS = "access"  # somebody looked; digest: of the manifest looked at
    EXPORT = "export"  # digest: of dossier.json
    NOTE = "note"  # digest: of the salted note
    DELETION = "deletion"  # the content went; digest: of the manifest that stays proven
    STAMP = "stamp"  # tokens came after the seal; digest: of the manifest they stamp
    REFUSAL = "refusal"  # a capture that was asked for and refused; digest: of the salted reason


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log: what happened, never content. `evidence.log.entry.encode` gives the bytes that are hashed.

    at: when it was entered, aware, by our clock. digest: SHA-256 as hexadecimal digits. number: of the capture or the
    dossier. who: pseudonym. previous: digest of the entry this one goes on from (the re-capture of a page), or None.
    """

    kind: EntryKind
    at: datetime
    digest: str
    number: str
    who: str
    previous: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a capture is made of. content: canonical JSON, the bytes that are hashed, stamped and logged.

    doubts: codes of what makes its time doubtful, none for a clock that was right.
    """

    number: str
    sums: tuple[Sum, ...]
    doubts: tuple[str, ...]
    content: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical bytes, as hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def file(self) -> File:
        """Return the file `manifest.json`."""
        return File("manifest.json", self.content)


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A signed head of the log. text: the whole signed note. size: entries. root: 32 bytes, RFC 6962."""

    origin: str
    size: int
    root: bytes
    text: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A time-stamp that was verified (RFC 3161).

    authority: its short name, part of file names. at: the instant it attests. digest: what it stamps, hexadecimal.
    reply: the whole answer, as `openssl ts -reply` reads it. chain: certificates the token carries, signer first, PEM.
    anchored: its chain ends in a root that was given, not only in itself. qualified: what our list says of the
    authority. serial: hexadecimal. statement: what it signed (TSTInfo in DER), empty where it is not at hand.
    """

    authority: str
    at: datetime
    digest: str
    serial: str
    policy: str
    signer: str
    reply: bytes
    chain: bytes
    anchored: bool = False
    qualified: bool = False
    statement: bytes = b""


class SealState(StrEnum):
    """How far a seal has come. It is in the log in all of them."""

    SEALED = "sealed"  # in the log, and stamped by as many authorities as are wanted
    PARTLY_STAMPED = "partly_stamped"  # by fewer than are wanted; more are asked
    AWAITING_STAMP = "awaiting_stamp"  # by none yet
    ERASED = "erased"  # the content went, with an entry that says so; the leaf stays


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """What holds a manifest: its entry, where it stands in the log, and its tokens. index: from 0."""

    entry: Entry
    index: int
    tokens: tuple[Token, ...] = ()

    def state(self, wanted: int = 2) -> SealState:
        """Return how far it has come, where `wanted` tokens of different authorities are enough."""
        authorities = len({token.authority for token in self.tokens})
        if authorities >= wanted:
            return SealState.SEALED
        return SealState.PARTLY_STAMPED if authorities else SealState.AWAITING_STAMP


class Status(StrEnum):
    """What a check came to; the first word of a line of `verify.sh`."""

    OK = "OK"
    FAILED = "FAILED"
    AWAITING = "AWAITING"  # not there yet, which is told, and proves nothing either way
    NOTE = "NOTE"  # to be known by whoever relies on it


class Finding(msgspec.Struct, frozen=True):
    """One line of a check. code: which check. place: path in the dossier. detail: in words without meaning of their own
    (a fingerprint, an instant, a count), or empty.
    """

    status: Status
    code: str
    place: str
    detail: str = ""

    @property
    def line(self) -> str:
        """Return it as `verify.sh` prints it.

        >>> Finding(Status.OK, "sum", "captures/01/page.png").line
        'OK sum captures/01/page.png'
        """
        return " ".join(part for part in (self.status.value, self.code, self.place, self.detail) if part)
