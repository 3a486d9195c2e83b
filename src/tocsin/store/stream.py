"""StreamStore: what the stream asks of an open database; hung on the store as `store.stream`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tocsin.base.mention import Verdict
from tocsin.base.seam import LIVE
from tocsin.screen.correct import Change, Correction
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly
from tocsin.store.queries import mentions, similar, stream, work
from tocsin.store.queries.similar import AuthorCard
from tocsin.store.queries.stream import Ask, Found, Mark, Waiting
from tocsin.store.queries.work import Deed, View, Work
from tocsin.store.rows import MentionRow
from tocsin.store.write import correct
from tocsin.store.write.correct import CorrectionRow


@speaks_plainly
class StreamStore:
    """Pages of mentions, what people did with them, and what they put right. Errors are those of `Store`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # Lists

    def page(self, ask: Ask, after: Mark | None = None, limit: int = 40) -> Found:
        """Return a page of a list; after: `Found.after` of the page before."""
        return stream.page(self._db, ask, after, limit)

    def mentions(self, rows: Sequence[int]) -> list[MentionRow]:
        """Return the mentions of these numbers, in their order; those that are gone are left out."""
        return mentions.mentions_of(self._db, rows)

    def newer(self, ask: Ask, row: int) -> int:
        """Return how many mentions of a list came in after a row, at most 200."""
        return stream.newer(self._db, ask, row)

    def newest(self, brand: str, world: str = LIVE) -> int:
        """Return the number of the mention of a brand that came in last, 0 if there is none lately."""
        return stream.newest(self._db, brand, world)

    def waiting(self, brand: str, since: int, world: str = LIVE) -> Waiting:
        """Return how many mentions wait for somebody; since: minute since 1970."""
        return stream.waiting(self._db, brand, world, since)

    # Around a mention

    def similar(self, row: MentionRow) -> list[int]:
        """Return the other mentions of the brand with nearly the same words, newest first, at most 200."""
        return similar.similar(self._db, row)

    def author_card(self, row: MentionRow) -> AuthorCard | None:
        """Return what we know of the author of a mention."""
        return similar.author_card(self._db, row)

    def conversation(self, row: MentionRow, limit: int = 20) -> list[MentionRow]:
        """Return what the post answers or shares, and what answers or shares it, by time."""
        return similar.conversation(self._db, row, limit)

    # Work

    def works(self, rows: Sequence[int]) -> dict[int, Work]:
        """Return where mentions stand; those that nobody touched are left out."""
        return work.works(self._db, rows)

    def set_work(
        self,
        brand: str,
        rows: Sequence[int],
        *,
        by: int,
        at: datetime,
        done: bool | None = None,
        assignee: int | None = None,
    ) -> Deed:
        """Change where mentions of a brand stand; return the way back. assignee 0: nobody."""
        return work.set_work(self._db, brand, rows, by=by, at=at, done=done, assignee=assignee)

    def put_back(self, deed: Deed) -> None:
        """Let mentions stand as they stood before a deed. Its corrections are taken back one by one, by `undo`."""
        work.put_back(self._db, deed)

    def keep_undo(self, deed: Deed, brand: str, *, person: int, at: datetime) -> int:
        """Keep the way back of a deed for a day; return its number."""
        return work.keep_undo(self._db, deed, brand, person=person, at=at)

    def take_undo(self, number: int, brand: str, *, person: int, at: datetime) -> Deed:
        """Return the way back of one's own deed, once. Raises ConflictError."""
        return work.take_undo(self._db, number, brand, person=person, at=at)

    def note_presence(self, row: int, person: int, at: datetime) -> None:
        """Note that somebody has a mention open."""
        work.note_presence(self._db, row, person, at)

    def present(self, rows: Sequence[int], at: datetime) -> Mapping[int, list[int]]:
        """Return who had these mentions open within the last two minutes."""
        return work.present(self._db, rows, at)

    def views(self, brand: str, person: int) -> list[View]:
        """Return the views of the team and one's own, by name."""
        return work.views(self._db, brand, person)

    def save_view(self, brand: str, view: View, at: datetime) -> int:
        """Keep a view (id 0: a new one); return its number."""
        return work.save_view(self._db, brand, view, at)

    def delete_view(self, brand: str, number: int) -> None:
        """Delete a view."""
        work.delete_view(self._db, brand, number)

    # Corrections

    def correct(
        self, row: MentionRow, change: Change, also: Sequence[int] = (), *, by: int, at: datetime
    ) -> CorrectionRow:
        """Put a reading right, on a mention and on those named `also`."""
        return correct.correct(self._db, row, change, also, by=by, at=at)

    def undo_correction(self, number: int, at: datetime) -> list[int]:
        """Take a correction back on all that it changed; return these mentions."""
        return correct.undo(self._db, number, at)

    def replace_verdicts(self, brand: str, verdicts: Mapping[int, Verdict]) -> None:
        """Write other verdicts on lead mentions."""
        correct.replace_verdicts(self._db, brand, verdicts)

    def corrections(self) -> list[Correction]:
        """Return the corrections that hold for posts to come, oldest first."""
        return correct.valid(self._db)

    def corrections_generation(self) -> tuple[int, int]:
        """Return a value that changes whenever `corrections` would."""
        return correct.generation(self._db)

    def corrections_of(self, row: int) -> list[CorrectionRow]:
        """Return the corrections that hold on a mention, oldest first."""
        return correct.of_mention(self._db, row)
