"""Dossiers: what counsel gathers, chosen grounds, clocks, letters. Reached as `store.dossiers`."""

from __future__ import annotations

from datetime import date, datetime

from tocsin.store.database import Database
from tocsin.store.dossiers import clocks, dossiers, grounds, letters
from tocsin.store.dossiers.rows import ClockRow, DossierRow, DossierState, GroundRow, LetterRow, NewDossier, Tick
from tocsin.store.errors import speaks_plainly


@speaks_plainly
class Dossiers:
    """Dossiers. Methods raise as those of `Store`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # Dossiers

    def open(self, new: NewDossier) -> DossierRow:
        """Open a dossier under the next number of the year."""
        return dossiers.open_dossier(self._db, new)

    def dossier(self, number: str) -> DossierRow:
        """Return a dossier."""
        return dossiers.dossier(self._db, number)

    def dossiers(self, brand: str = "", state: DossierState | None = None, limit: int = 200) -> list[DossierRow]:
        """Return dossiers, the last opened first."""
        return dossiers.dossiers(self._db, brand, state, limit)

    def of_story(self, brand: str, story: str) -> list[DossierRow]:
        """Return the dossiers about a story."""
        return dossiers.of_story(self._db, brand, story)

    def change(self, number: str, *, title: str, counsel: int, online_on: date | None) -> None:
        """Change what a dossier is called, who is in charge, and since when what it is about is online."""
        dossiers.change(self._db, number, title=title, counsel=counsel, online_on=online_on)

    def close(self, number: str, at: datetime, keep_until: datetime | None) -> None:
        """Close a dossier; its content goes at `keep_until`."""
        dossiers.close(self._db, number, at, keep_until)

    def reopen(self, number: str) -> None:
        """Open a closed dossier again."""
        dossiers.reopen(self._db, number)

    def due_to_go(self, now: datetime) -> list[DossierRow]:
        """Return the closed dossiers whose content is kept no longer."""
        return dossiers.due_to_go(self._db, now)

    def forget(self, number: str, at: datetime) -> None:
        """Erase the words of a dossier."""
        dossiers.forget(self._db, number, at)

    # Grounds

    def choose(self, dossier: str, ground: str, by: str, at: datetime) -> None:
        """Choose a ground; one that was dropped is taken up again."""
        grounds.choose(self._db, dossier, ground, by, at)

    def drop(self, dossier: str, ground: str, at: datetime) -> None:
        """Drop a ground."""
        grounds.drop(self._db, dossier, ground, at)

    def tick(self, dossier: str, ground: str, one: Tick) -> None:
        """Say whether an element of a ground is met."""
        grounds.tick(self._db, dossier, ground, one)

    def grounds(self, dossier: str) -> list[GroundRow]:
        """Return the grounds chosen for a dossier."""
        return grounds.grounds(self._db, dossier)

    # Clocks

    def start_clock(self, new: ClockRow) -> int:
        """Keep a clock; return its number."""
        return clocks.start(self._db, new)

    def change_clock(self, clock: ClockRow) -> None:
        """Keep what the engine gives of a clock now."""
        clocks.change(self._db, clock)

    def stop_clock(self, number: int, at: datetime) -> None:
        """Stop a clock."""
        clocks.stop(self._db, number, at)

    def clock(self, number: int) -> ClockRow:
        """Return a clock."""
        return clocks.clock(self._db, number)

    def clocks(self, dossier: str) -> list[ClockRow]:
        """Return the clocks of a dossier, stopped ones too."""
        return clocks.of_dossier(self._db, dossier)

    def running_clocks(self, brand: str = "") -> list[ClockRow]:
        """Return the clocks that run for open dossiers, the next to end first."""
        return clocks.running(self._db, brand)

    # Letters

    def save_letter(self, letter: LetterRow) -> int:
        """Keep a draft, new (id 0) or over the one there; return its number."""
        return letters.save(self._db, letter)

    def approve_letter(self, number: int, by: str, at: datetime, reason: str, *, text: str) -> None:
        """Approve a draft of this text."""
        letters.approve(self._db, number, by, at, reason, text=text)

    def letter_sent(self, number: int, at: datetime, digest: str, *, text: str) -> None:
        """Note that a letter left with this text."""
        letters.sent(self._db, number, at, digest, text=text)

    def letter_answered(self, number: int, at: datetime) -> None:
        """Note that a letter was answered."""
        letters.answered(self._db, number, at)

    def letter(self, number: int) -> LetterRow:
        """Return a letter."""
        return letters.letter(self._db, number)

    def letters(self, dossier: str) -> list[LetterRow]:
        """Return the letters of a dossier."""
        return letters.of_dossier(self._db, dossier)
