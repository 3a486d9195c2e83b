"""Collecting: the secrets, the past, the cost and the gaps of sources. Reached as `store.collecting`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.base.time import to_ms
from tocsin.store.collecting import aside, checks, past, reviews, secrets
from tocsin.store.collecting.hubs import Hubs
from tocsin.store.collecting.rows import CheckRow, GapRow, NoteRow, PastRow, SealedSecret, SecretRow
from tocsin.store.database import Database
from tocsin.store.errors import speaks_plainly


@speaks_plainly
class Collecting:
    """The life of sources. Methods raise as those of `Store`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.hubs = Hubs(db)

    # Secrets

    def put_secrets(self, source: str, sealed: Sequence[SealedSecret], at: datetime) -> None:
        """Keep secrets of a source, each in the place of the one before."""
        with self._db.transaction():
            secrets.put_secrets(self._db, self._db.names.source(source), sealed, to_ms(at))

    def set_ends(self, source: str, ends: Mapping[str, datetime]) -> None:
        """Note when secrets stop working."""
        secrets.set_ends(self._db, self._db.names.source(source), ends)

    def remove_secret(self, source: str, name: str) -> bool:
        """Forget a secret; False when there was none."""
        return secrets.remove_secret(self._db, source, name)

    def secrets(self, source: str | None = None) -> list[SecretRow]:
        """Return the sealed secrets of a source, or of all."""
        return secrets.secrets(self._db, source)

    def reseal(self, is_old: Callable[[str], bool], anew: Callable[[str, str], str]) -> int:
        """Seal anew whatever in this database is sealed with an old key; return how much there was."""
        return secrets.reseal(self._db, is_old, anew)

    # The past

    def start_past(self, source: str, since: datetime, now: datetime) -> None:
        """Read a source back to a date, or go on with it."""
        past.start(self._db, source, since, now)

    def stop_past(self, source: str, now: datetime) -> bool:
        """Stop the reading of a past where it is; False when none was under way."""
        return past.stop(self._db, source, now)

    def pasts(self) -> list[PastRow]:
        """Return the pasts of all sources."""
        return past.pasts(self._db)

    def end_past(self, source: str, now: datetime) -> None:
        """Note that a past has nothing more to give."""
        past.end(self._db, self._db.names.source(source), to_ms(now))

    def past_failed(self, source: str, error: SourceError, next_at: datetime | None, now: datetime) -> None:
        """Note a failure of the reading of a past."""
        past.note_error(self._db, source, error, next_at, now)

    # Posts asked for again, and let go

    def due_checks(self, source: str, now: datetime, limit: int) -> list[CheckRow]:
        """Return the posts of a source to ask for again."""
        return checks.due_checks(self._db, source, now, limit)

    def note_checked(self, source: str, checked: Sequence[CheckRow], now: datetime, every: timedelta) -> None:
        """Note that posts were asked for again, and when they are next."""
        checks.note_checked(self._db, source, checked, now, every)

    def put_off_checks(self, source: str, until: datetime) -> None:
        """Ask for nothing again of a source before an instant."""
        checks.put_off(self._db, source, until)

    def hasten_checks(self, source: str, every: timedelta) -> int:
        """Bring forward the posts whose story opened since."""
        return checks.hasten(self._db, source, every)

    def sources_of(self, post: int, adapter: str) -> list[str]:
        """Return the sources of one kind through which a post was seen."""
        return checks.sources_of(self._db, post, adapter)

    def let_go(self, source: str, before: datetime, now: datetime) -> int:
        """Take away a bounded part of what a source gave before an instant; return how much, 0 at the end."""
        return checks.let_go(self._db, source, before, now)

    # Beside the posts

    def paid_posts(self, source: str, now: datetime) -> int:
        """Return how many posts that cost money were read this month."""
        return aside.paid_posts(self._db, source, now)

    def gaps(self, source: str, limit: int = 20) -> list[GapRow]:
        """Return the stretches of time that a source could not give, the last found first."""
        return aside.gaps(self._db, source, limit)

    def notes(self, source: str) -> list[NoteRow]:
        """Return what was not understood of a source."""
        return aside.notes(self._db, source)

    def add_notes(self, source: str, notes: Mapping[str, int], now: datetime) -> None:
        """Count what was not understood of a source, or not believed."""
        aside.keep_notes(self._db, self._db.names.source(source), notes, to_ms(now))

    # Reviews that come by mail and by an interface

    def reviews_by(self, world: str, posts: Sequence[Post], names: Sequence[str]) -> tuple[list[Post], list[Post]]:
        """Return which reviews of a platform are not stored, and the stored ones signed by one of the names."""
        return reviews.reviews_by(self._db, world, posts, names)

    def rename_post(self, world: str, old: Post, new: Post) -> bool:
        """Give a stored post the identity of another; False when it is gone, or the other is stored as well."""
        return reviews.rename(self._db, world, old, new)
