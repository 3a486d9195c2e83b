"""Evidence: captures, their files, the log that seals them. Reached as `store.evidence`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly
from tocsin.store.evidence import captures, keys, log, stamps, turns
from tocsin.store.evidence.rows import (
    Ask,
    Authority,
    CaptureRow,
    CaptureScope,
    EntryRow,
    NewEntry,
    Recorded,
    SealedKey,
    Signed,
    Stamped,
    Turn,
)
from tocsin.store.evidence.vault import Vault


@speaks_plainly
class Evidence:
    """The vault. Methods raise as those of `Store`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.vault = Vault(db.settings.data_dir)

    # Captures

    def ask(self, wanted: Ask, *, is_robot: bool = True) -> CaptureRow:
        """Put a capture into the queue; is_robot False: a file that a person attaches, which no robot claims."""
        return captures.ask(self._db, wanted, is_robot=is_robot)

    def capture(self, number: str) -> CaptureRow:
        """Return a capture."""
        return captures.capture(self._db, number)

    def captures(self, scope: CaptureScope) -> list[CaptureRow]:
        """Return captures, the last asked for first."""
        return captures.captures(self._db, scope)

    def captures_of(self, posts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[CaptureRow]]:
        """Return the captures that show each of these posts (platform, native id), newest first."""
        return captures.of_posts(self._db, posts)

    def count(self, dossiers: Sequence[str]) -> dict[str, int]:
        """Return how many captures each dossier holds."""
        return captures.count(self._db, dossiers)

    def waiting(self, now: datetime) -> int:
        """Return how many captures wait for a robot now."""
        return captures.waiting(self._db, now)

    def is_due(self, now: datetime) -> bool:
        """Return whether a capture waits to be recorded, sealed or stamped now."""
        return captures.is_due(self._db, now)

    def claim(self, holder: str, now: datetime, lease: timedelta, number: str = "") -> CaptureRow | None:
        """Return a capture that is the caller's to record now, or None; number: this one alone."""
        return captures.claim(self._db, holder, now, lease, number)

    def recorded(self, one: CaptureRow, what: Recorded) -> bool:
        """Note what a visit left in the vault; False when another robot has the capture by now."""
        return captures.recorded(self._db, one, what)

    def not_recorded(
        self, one: CaptureRow, template: str, params: Mapping[str, object], next_at: datetime | None
    ) -> bool:
        """Note a failure: tried again at `next_at`, or given up (None)."""
        return captures.not_recorded(self._db, one, template, params, next_at)

    def to_seal(self, limit: int = 20) -> list[CaptureRow]:
        """Return captures that are whole and not in the log, oldest first."""
        return captures.to_seal(self._db, limit)

    def to_stamp(self, now: datetime, limit: int = 20) -> list[CaptureRow]:
        """Return captures of the log for which time-stamps are to be asked now."""
        return captures.to_stamp(self._db, now, limit)

    def stamped(self, number: str, at: datetime) -> None:
        """Note that enough authorities stamped a capture."""
        captures.stamped(self._db, number, at)

    def stamp_later(self, number: str, next_at: datetime) -> None:
        """Ask for time-stamps again at an instant."""
        captures.stamp_later(self._db, number, next_at)

    def lost(self, number: str) -> None:
        """Give up a recorded capture whose files are nowhere."""
        captures.lost(self._db, number)

    def doubt(self, number: str) -> None:
        """Mark the time of a capture as doubtful."""
        captures.doubt(self._db, number)

    def busy(self, now: datetime) -> list[CaptureRow]:
        """Return captures whose files may still be beside their place: being recorded, or recorded and not sealed."""
        return captures.busy(self._db, now)

    def pages(self, dossier: str) -> list[CaptureRow]:
        """Return the last capture of each page of a dossier."""
        return captures.pages(self._db, dossier)

    def put_in(self, number: str, dossier: str) -> CaptureRow:
        """Put a capture into a dossier of its brand."""
        return captures.put_in(self._db, number, dossier)

    def before(self, one: CaptureRow) -> CaptureRow | None:
        """Return the last recorded capture of the same page before this one, or None."""
        return captures.before(self._db, one)

    def in_vault(self) -> list[CaptureRow]:
        """Return all captures that have files in the vault, by number."""
        return captures.in_vault(self._db)

    # The log

    def append(self, news: Sequence[NewEntry]) -> range:
        """Append entries to the log, whole or not at all; return their indices."""
        return log.append(self._db, news)

    def delete(self, new: NewEntry) -> int:
        """Enter the deletion of a capture's content into the log and forget what it showed; return the index."""
        return log.delete(self._db, new)

    def note_access(self, new: NewEntry) -> int | None:
        """Append an access, once an hour for a person and a dossier."""
        return log.note_access(self._db, new)

    def note_digest(self, words: str) -> str:
        """Return the salted SHA-256 of words, as hexadecimal digits."""
        return log.note_digest(self._db, words)

    def erase_words(self, index: int) -> bool:
        """Erase the words of an entry; the entry stays. False when there were none."""
        return log.erase_words(self._db, index)

    def log_size(self) -> int:
        """Return how many entries the log holds."""
        return log.size(self._db)

    def read_hashes(self, places: Sequence[int]) -> list[bytes]:
        """Return stored hashes of the tree."""
        return log.read_hashes(self._db, places)

    def entry(self, index: int) -> EntryRow:
        """Return one entry of the log."""
        return log.entry(self._db, index)

    def entries(self, *, dossier: str = "", capture: str = "", limit: int = 1000) -> list[EntryRow]:
        """Return the entries of a dossier, of a capture, or all, oldest first."""
        return log.entries(self._db, dossier=dossier, capture=capture, limit=limit)

    def bodies(self, first: int, end: int) -> list[bytes]:
        """Return the bytes of the entries from `first` to before `end`."""
        return log.bodies(self._db, first, end)

    def put_checkpoint(self, signed: Signed) -> bool:
        """Keep a signed checkpoint; False when one of that size is kept already."""
        return log.put_checkpoint(self._db, signed)

    def checkpoint(self, at_most: int | None = None) -> Signed | None:
        """Return the newest checkpoint, or the newest of at most so many entries."""
        return log.checkpoint(self._db, at_most)

    # Time-stamps

    def put_tokens(self, found: Sequence[Stamped]) -> None:
        """Keep tokens; one of an authority that stamped the entry already is left out."""
        stamps.put_tokens(self._db, list(found))

    def tokens(self, entry: int) -> list[Stamped]:
        """Return the tokens of an entry, by authority."""
        return stamps.tokens(self._db, entry)

    def authorities(self) -> list[Authority]:
        """Return how the authorities that were asked fare."""
        return stamps.authorities(self._db)

    def note_authority(self, name: str, at: datetime, error: str = "") -> None:
        """Note that an authority gave a token, or what was said instead."""
        if error:
            stamps.note_bad(self._db, name, at, error)
        else:
            stamps.note_good(self._db, name, at)

    # Pages captured again

    def plan(self, wanted: Sequence[Turn]) -> None:
        """Keep turns in which pages are captured again."""
        turns.plan(self._db, wanted)

    def turns_due(self, now: datetime, limit: int = 50) -> list[Turn]:
        """Return the turns that have come, of open dossiers."""
        return turns.due(self._db, now, limit)

    def turns(self, dossier: str) -> list[Turn]:
        """Return the turns of a dossier that are to come."""
        return turns.planned(self._db, dossier)

    def take_turn(self, turn: Turn, at: datetime) -> CaptureRow | None:
        """Ask for the capture of a turn, once; None when another process did."""
        return turns.take(self._db, turn, at)

    def call_off(self, dossier: str, why: str = "") -> int:
        """Forget the turns of a dossier that are to come, all or those of one reason."""
        return turns.call_off(self._db, dossier, why)

    # Keys

    def key(self, name: str) -> SealedKey | None:
        """Return a key, or None before it is made."""
        return keys.key(self._db, name)

    def put_key(self, made: SealedKey) -> SealedKey:
        """Keep a key if there is none of its name yet; return the one that is kept."""
        return keys.put_key(self._db, made)
