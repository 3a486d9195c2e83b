"""Personal: what the law asks of the store. Reached as `store.personal`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tocsin.base.personal import Purpose
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly
from tocsin.store.personal import find, hand_over, keep, object
from tocsin.store.personal.rows import COUNTED, Due, FoundAuthor, Holding, Keep, ObjectionRow, Portable
from tocsin.store.upkeep.erase import ErasureReport, erase_author, wipe_files


@speaks_plainly
class Personal:
    """Authors, objections, and how long things are kept. Methods raise as those of `Store` do."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # One author

    def find(
        self, brand: str, words: str, platform: str = "", limit: int = 50, *, inside: bool = False
    ) -> list[FoundAuthor]:
        """Return the accounts heard of the brand whose handle or name begins with the words, the nearest first.

        inside: also those that hold the words further on, which looks at every account.
        """
        return find.find_authors(self._db, brand, words, platform, limit, inside=inside)

    def has_few(self) -> bool:
        """Return whether all accounts can be looked at for each question."""
        return find.has_few(self._db)

    def holding(self, brand: str, number: int) -> Holding:
        """Return what is held of an account heard of the brand."""
        return find.holding(self._db, brand, number)

    def newest(self, brand: str, number: int, limit: int) -> list[int]:
        """Return the rows of the newest mentions of the brand by an account."""
        return find.rows_of(self._db, brand, number, limit)

    def platforms(self) -> Sequence[str]:
        """Return the platforms of the accounts that are known."""
        return find.platforms(self._db)

    def hand_over(self, number: int) -> Portable:
        """Return all that is held of an account, as plain values."""
        return hand_over.hand_over(self._db, number)

    def erase(self, platform: str, handle: str, at: datetime, by: str) -> ErasureReport:
        """Erase an account in the tables at once; the files keep its traces until `wipe`."""
        return erase_author(self._db, platform, handle, now=at, by=by, leave_files=True)

    def wipe(self) -> None:
        """Write the files anew without what was erased: long on a large store, and writers wait."""
        wipe_files(self._db)

    # Objections

    def object_to(self, new: ObjectionRow) -> int:
        """Keep an account out from now on; return the number of the objection."""
        return object.object_to(self._db, new)

    def lift(self, brand: str, number: int, at: datetime) -> ObjectionRow:
        """Let an account in again."""
        return object.lift(self._db, brand, number, at)

    def objections(self, brand: str) -> list[ObjectionRow]:
        """Return the objections that a brand received, newest first."""
        return object.objections(self._db, brand)

    # How long

    def keeps(self) -> list[Keep]:
        """Return what the owners set, by brand and purpose."""
        return keep.keeps(self._db)

    def set_keep(self, wanted: Keep | None, brand: str, purpose: Purpose) -> None:
        """Keep something for a number of days, or (None) without end."""
        keep.set_keep(self._db, wanted, brand, purpose)

    def due(self, wanted: Keep, now: datetime) -> Due:
        """Return how much is to go at `now`."""
        return keep.due(self._db, wanted, now)

    def due_rows(self, wanted: Keep, now: datetime, limit: int = COUNTED) -> list[int | str]:
        """Return the numbers of what is to go, in the order in which it goes."""
        return keep.due_rows(self._db, wanted, now, limit)

    def let_go(self, wanted: Keep, now: datetime) -> int:
        """Take away a bounded part of what is to go; return how many, 0 at the end."""
        return keep.let_go(self._db, wanted, now)

    def note_done(self, wanted: Keep, at: datetime) -> None:
        """Note that nothing more is to go for now."""
        keep.note_done(self._db, wanted.brand, wanted.purpose, at)
