"""Store: the one hold on an open database; every method says in plain words why the database refused, if it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from tocsin.base.alert import Alert, AlertState
from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import SourceError
from tocsin.base.post import Post
from tocsin.base.seam import LIVE, BrandMinute, Deletion, OutboxRow, Screened, Slice
from tocsin.base.settings import Settings
from tocsin.base.story import Story
from tocsin.base.surge import Surge
from tocsin.collect.adapter import Reject, Source
from tocsin.screen.query import Query
from tocsin.store import close
from tocsin.store.affairs.facade import Affairs
from tocsin.store.affairs.media import MediaTitles
from tocsin.store.alerting.facade import Alerting
from tocsin.store.close import ClosedRange
from tocsin.store.collecting.facade import Collecting
from tocsin.store.collecting.rows import Aside
from tocsin.store.database import Database
from tocsin.store.dossiers.facade import Dossiers
from tocsin.store.errors import speaks_plainly
from tocsin.store.evidence.facade import Evidence
from tocsin.store.people.facade import People
from tocsin.store.personal.facade import Personal
from tocsin.store.queries import alerts, duty, figures, imports, mentions, search, setup, sources
from tocsin.store.queries.alerts import Scope
from tocsin.store.queries.figures import Bucket, CountRow, DayFigures
from tocsin.store.queries.watching import Watching
from tocsin.store.rows import (
    AlertStep,
    AuditEntry,
    CommitResult,
    EventRow,
    ImportRow,
    LabelRow,
    MentionRow,
    OutboxItem,
    RejectedEntry,
    SourceRow,
)
from tocsin.store.stream import StreamStore
from tocsin.store.upkeep import archive, doctor, erase, export
from tocsin.store.upkeep.doctor import Finding
from tocsin.store.upkeep.erase import ErasureReport
from tocsin.store.write.commit import commit


@speaks_plainly
class Store:
    """What is kept, and all that is asked of it. Safe to share between threads; not between processes after a fork.

    Methods raise StoreError when the database refuses, NotFoundError on an unknown name, InputError on a bad value.
    Reading methods hold no transaction.
    """

    def __init__(self, alias: str, settings: Settings) -> None:
        self._db = Database(alias, settings)
        self._generations: dict[tuple[str, str], int] = {}
        self.people = People(self._db)
        self.affairs = Affairs(self._db)
        self.watching = Watching(self._db)
        self.stream = StreamStore(self._db)
        self.personal = Personal(self._db)
        self.alerting = Alerting(self._db)
        self.media = MediaTitles(self._db)
        self.collecting = Collecting(self._db)
        self.evidence = Evidence(self._db)
        self.dossiers = Dossiers(self._db)

    @property
    def alias(self) -> str:
        """The Django alias of the database, for the models."""
        return self._db.alias

    def close(self) -> None:
        """Let go of the database in this thread."""
        self._db.connection.close()

    # Brands and watches

    def save_brand(self, brand: Brand) -> None:
        """Create a brand or change it."""
        setup.save_brand(self._db, brand)

    def brands(self) -> list[Brand]:
        """Return all brands, by slug."""
        return setup.brands(self._db)

    def brand(self, slug: str) -> Brand:
        """Return a brand."""
        return setup.brand(self._db, slug)

    def save_watch(self, watch: Watch) -> int:
        """Create a watch or change it; return its version."""
        return setup.save_watch(self._db, watch)

    def watches(self, brand: str | None = None) -> list[Watch]:
        """Return the watches in use, of one brand or of all."""
        return setup.watches(self._db, brand)

    def delete_watch(self, brand: str, name: str) -> None:
        """Stop a watch; what it caught stays."""
        setup.delete_watch(self._db, brand, name)

    # Sources and time

    def save_source(self, source: Source, brand: str = "", *, enabled: bool = True) -> None:
        """Create a source or change it; a stopped one starts again."""
        sources.save_source(self._db, source, brand, enabled=enabled)

    def save_sources(self, wanted: Sequence[Source], brand: str = "") -> None:
        """Create sources or change them, all at once; stopped ones start again."""
        sources.save_sources(self._db, wanted, brand)

    def remove_source(self, name: str) -> None:
        """Stop reading a source; its posts stay."""
        sources.remove_source(self._db, name)

    def sources(self) -> list[SourceRow]:
        """Return the sources that were set up, by name."""
        return sources.sources(self._db)

    def source_figures(self) -> dict[str, sources.SourceFigures]:
        """Return what each listed source brought, by its name."""
        return sources.source_figures(self._db)

    def due_sources(self, now: datetime) -> list[SourceRow]:
        """Return the sources to read now."""
        return sources.due_sources(self._db, now)

    def cursor(self, source: str, timeline: str) -> str:
        """Return how far a source was read on a timeline; "" at the beginning."""
        return sources.cursor(self._db, source, timeline)

    def posts_of_author(self, source: str, platform: str, handle: str) -> list[str]:
        """Return the native ids of all that a source gave of an account, sorted."""
        return sources.posts_of_author(self._db, source, platform, handle)

    def heartbeat(self, source: str, timeline: str, at: datetime) -> None:
        """Note a sign of life of a collector."""
        sources.heartbeat(self._db, source, timeline, at)

    def heartbeats(self, timeline: str, at: Mapping[str, datetime]) -> None:
        """Note signs of life of many collectors at once, by source."""
        sources.heartbeats(self._db, timeline, at)

    def note_good(self, source: str, at: datetime, next_at: datetime | None) -> None:
        """Note a good read."""
        sources.note_good(self._db, source, at, next_at)

    def note_error(self, source: str, at: datetime, error: SourceError, next_at: datetime | None) -> None:
        """Note a failed read; a permanent failure stops the source."""
        sources.note_error(self._db, source, at, error, next_at)

    def ensure_timeline(self, name: str) -> None:
        """Create a timeline if it is new."""
        self._db.names.timeline(name)

    def timelines(self) -> list[str]:
        """Return the names of all timelines."""
        return sources.timelines(self._db)

    def open_backfills(self) -> list[str]:
        """Return the back-fills that hold posts whose minutes are not closed yet."""
        return sources.open_backfills(self._db)

    def watermark(self, timeline: str, now: datetime) -> int:
        """Return the last minute that may be closed, -1 for none."""
        return sources.watermark(self._db, timeline, now)

    def set_watermark(self, timeline: str, minute: int) -> None:
        """Move the watermark of a timeline that is not live."""
        sources.set_watermark(self._db, timeline, minute)

    def lease(self, shard: str, holder: str, now: datetime, ttl: timedelta) -> bool:
        """Take or renew the right to work on a shard; False when another has it."""
        return sources.lease(self._db, shard, holder, now, ttl)

    # Intake and closing

    def commit(
        self,
        part: Slice,
        screened: Screened,
        *,
        seen: Sequence[Post] | int = 0,
        rejects: Sequence[Reject] = (),
        deletions: Sequence[Deletion] = (),
        aside: Aside | None = None,
        now: datetime,
    ) -> CommitResult:
        """Store a slice in one transaction if the cursor still stands at its beginning; idempotent.

        seen: all posts of the slice, so that changes of known posts are noticed, or just how many there were.
        """
        return commit(self._db, part, screened, seen=seen, rejects=rejects, deletions=deletions, aside=aside, now=now)

    def brands_pending(self, timeline: str, upto: int) -> list[str]:
        """Return the slugs of the brands that have posts to close up to the minute `upto`."""
        return close.brands_pending(self._db, timeline, upto)

    def pending_minutes(self, timeline: str, brand: str, upto: int, limit_rows: int) -> list[BrandMinute]:
        """Return what waits to be closed, oldest minute first, in whole minutes."""
        return close.pending_minutes(self._db, timeline, brand, upto, limit_rows)

    def past_minutes(self, world: str, brand: str, after: int, limit_rows: int) -> list[BrandMinute]:
        """Return the closed minutes after `after`, oldest first, with the stories they were given."""
        return close.past_minutes(self._db, world, brand, after, limit_rows)

    def active_stories(self, timeline: str, brand: str, since: datetime) -> list[Story]:
        """Return the stories of a brand that had a post since."""
        return close.active_stories(self._db, timeline, brand, since)

    def fold_state(self, timeline: str, brand: str, version: str) -> bytes | None:
        """Return the state the fold of this version left, or None. The next close must follow from it."""
        record = close.fold_record(self._db, timeline, brand)
        self._generations[(timeline, brand)] = record.generation
        return record.state if record.version == version else None

    def newest_backfill_state(self, brand: str, version: str) -> bytes | None:
        """Return the state of the back-fill of a brand that reaches furthest, or None."""
        return close.newest_backfill_state(self._db, brand, version)

    def commit_close(self, closed: ClosedRange) -> bool:
        """Write what closing gave in one transaction; False, and nothing, if another process closed first."""
        key = (closed.timeline, closed.brand)
        known = self._generations.get(key)
        if not close.commit_close(self._db, closed, known):
            return False
        if known is not None:
            self._generations[key] = known + 1
        return True

    # What happened and what is to be done

    def events(self, after_id: int = 0, limit: int = 100) -> list[EventRow]:
        """Return the events after a number, oldest first."""
        return duty.events(self._db, after_id, limit)

    def last_event(self) -> int:
        """Return the number of the newest event, 0 if there is none."""
        return duty.last_event(self._db)

    def last_mention(self) -> int:
        """Return the row of the newest mention, 0 if there is none."""
        return duty.last_mention(self._db)

    def arrivals(self, after: int, limit: int) -> list[duty.Arrival]:
        """Return the mentions of the live timeline after a row, counted by brand."""
        return duty.arrivals(self._db, after, limit)

    def outbox_claim(self, now: datetime, limit: int) -> list[OutboxItem]:
        """Return actions of the live timeline that are the caller's to do now."""
        return duty.outbox_claim(self._db, now, limit)

    def outbox_done(self, number: int, at: datetime) -> None:
        """Note that an action was done."""
        duty.outbox_done(self._db, number, at)

    def outbox_failed(self, number: int, error: str, next_at: datetime, *, permanent: bool = False) -> None:
        """Note that an action failed: tried again at `next_at`, or given up."""
        duty.outbox_failed(self._db, number, error, next_at, permanent=permanent)

    def outbox_later(self, number: int, at: datetime) -> None:
        """Put an action back untouched until `at`."""
        duty.outbox_later(self._db, number, at)

    def outbox_put(self, row: OutboxRow) -> None:
        """Put in an action that no closing gave; twice the same is once."""
        duty.outbox_put(self._db, row)

    def outbox_has(self, event: str) -> bool:
        """Return whether an event gave an action already."""
        return duty.outbox_has(self._db, event)

    def outbox_list(self, timeline: str = LIVE, limit: int = 200) -> list[OutboxItem]:
        """Return the actions of a timeline, newest first."""
        return duty.outbox_list(self._db, timeline, limit)

    def note_audit(self, entry: AuditEntry) -> None:
        """Append who did what."""
        duty.note_audit(self._db, entry)

    def audit(self, limit: int = 100) -> list[AuditEntry]:
        """Return who did what, newest first."""
        return duty.audit(self._db, limit)

    # Alerts, surges, stories, labels

    def alerts(
        self,
        *,
        brand: str | None = None,
        timeline: str | None = None,
        since: datetime | None = None,
        limit: int = 100,
    ) -> list[Alert]:
        """Return alerts, newest first; None stands for all brands, all timelines, all time."""
        return alerts.alerts(self._db, Scope(brand, timeline, since, limit))

    def alert(self, number: str) -> Alert:
        """Return an alert."""
        return alerts.alert(self._db, number)

    def save_alert(self, alert: Alert) -> bool:
        """Write an alert that no closing gave, such as a silent source; False if it is there already."""
        return alerts.save_alert(self._db, alert)

    def set_alert_state(
        self,
        number: str,
        state: AlertState,
        *,
        by: str,
        at: datetime,
        until: datetime | None = None,
        note: str = "",
    ) -> Alert:
        """Move an alert to a state, log who did it, and return the alert."""
        step = AlertStep(alert=number, state=state, by=by, at=at, until=until, note=note)
        return alerts.set_alert_state(self._db, step)

    def alert_log(self, number: str) -> list[AlertStep]:
        """Return what people did with an alert, oldest first."""
        return alerts.alert_log(self._db, number)

    def alert_posts(self, alert: Alert, limit: int = 10) -> list[Post]:
        """Return the posts to read first about an alert, the most severe first."""
        return [row.post for row in mentions.alert_mentions(self._db, alert, limit)]

    def surges(
        self,
        brand: str | None = None,
        timeline: str | None = None,
        limit: int = 100,
        *,
        since: datetime | None = None,
    ) -> list[Surge]:
        """Return surges, newest first."""
        return alerts.surges(self._db, Scope(brand, timeline, since, limit))

    def surge(self, number: str) -> Surge | None:
        """Return a surge, or None."""
        return alerts.surge(self._db, number)

    def stories(
        self,
        brand: str | None = None,
        timeline: str | None = None,
        limit: int = 50,
        *,
        since: datetime | None = None,
        newest_first: bool = False,
    ) -> list[Story]:
        """Return stories, the largest first, or the one that moved last."""
        return alerts.stories(self._db, Scope(brand, timeline, since, limit), newest_first=newest_first)

    def story(self, story_id: str, timeline: str = LIVE) -> Story:
        """Return a story."""
        return alerts.story(self._db, story_id, timeline)

    def story_posts(self, story_id: str, limit: int = 100, timeline: str | None = None) -> list[Post]:
        """Return the distinct posts of a story, oldest first."""
        return [row.post for row in mentions.story_mentions(self._db, story_id, timeline, limit)]

    def story_mentions(self, story_id: str, limit: int = 100, timeline: str | None = None) -> list[MentionRow]:
        """Return the mentions of a story, one a post, oldest first."""
        return mentions.story_mentions(self._db, story_id, timeline, limit)

    def add_label(self, label: LabelRow) -> None:
        """Write what a person said about a thing."""
        alerts.add_label(self._db, label)

    def labels(
        self, after_id: int = 0, *, subject_kind: str = "", subject: str = "", limit: int = 1000
    ) -> list[LabelRow]:
        """Return labels in the order they were given."""
        return alerts.labels(self._db, after_id=after_id, subject_kind=subject_kind, subject=subject, limit=limit)

    # Mentions, search, figures

    def mention(self, row: int) -> MentionRow:
        """Return a mention by its number."""
        return mentions.mention(self._db, row)

    def latest_mentions(
        self, brand: str, *, world: str = LIVE, limit: int = 100, before: tuple[int, int] | None = None
    ) -> list[MentionRow]:
        """Return the distinct posts of a brand, newest first; before: (minute, row) of the last one seen."""
        return mentions.latest_mentions(self._db, brand, world=world, limit=limit, before=before)

    def post(self, platform: str, native_id: str, world: str = LIVE) -> Post | None:
        """Return a stored post, or None."""
        return mentions.post(self._db, world, platform, native_id)

    def revisions(self, platform: str, native_id: str, world: str = LIVE) -> list[tuple[datetime, str, str]]:
        """Return what a post said before: (change seen at, title, text), oldest first."""
        return mentions.revisions(self._db, world, platform, native_id)

    def recent_posts(self, limit: int) -> list[Post]:
        """Return the posts that came in last, kept or not, newest first."""
        return mentions.recent_posts(self._db, limit)

    def posts_after(self, number: int, limit: int) -> tuple[int, list[Post]]:
        """Return the next kept posts in the order they came in, and the number to go on after; none at the end."""
        return mentions.posts_after(self._db, number, limit)

    def unmatched(self, limit: int = 1000) -> list[Post]:
        """Return posts that no watch wanted, newest first."""
        return mentions.unmatched(self._db, limit)

    def rejects(self, source: str, limit: int = 100) -> list[RejectedEntry]:
        """Return the last entries of a source that could not become posts, newest first."""
        return mentions.rejects(self._db, source, limit)

    def search(
        self, brand: str, query: Query, *, world: str = LIVE, limit: int = 100, before: int | None = None
    ) -> list[MentionRow]:
        """Return the posts of a brand that match, the last to come in first; before: row of the last one seen."""
        return search.search(self._db, brand, query, world=world, limit=limit, before=before)

    def counts(
        self,
        brand: str,
        timelines: str | Sequence[str] = LIVE,
        *,
        since_minute: int,
        until_minute: int,
        bucket: Bucket = Bucket.HOUR,
        watch: str | None = "",
    ) -> list[CountRow]:
        """Return counts per bucket, platform, language and tone."""
        span = (since_minute, until_minute)
        return figures.counts(self._db, brand, timelines, span=span, bucket=bucket, watch=watch)

    def minute_counts(
        self, brand: str, timelines: str | Sequence[str], since_minute: int, until_minute: int
    ) -> dict[int, int]:
        """Return the distinct posts of a brand in each minute that has some."""
        return figures.minute_counts(self._db, brand, timelines, since_minute, until_minute)

    def tones(self, brand: str, since_minute: int, until_minute: int, world: str = LIVE) -> dict[str, int]:
        """Return the distinct posts of a brand by tone."""
        return figures.tones(self._db, brand, since_minute, until_minute, world)

    def dashboard(self, brand: str, day: str, world: str = LIVE) -> DayFigures:
        """Return the figures of a local day `YYYY-MM-DD`, from the kept counts alone."""
        return figures.dashboard(self._db, brand, day, world)

    # Care

    def save_import(self, record: ImportRow) -> int:
        """Write down an import, or change it under its id; return the id."""
        return imports.save_import(self._db, record)

    def imports(self, limit: int = 100) -> list[ImportRow]:
        """Return the imports, newest first."""
        return imports.imports(self._db, limit)

    def erase_author(self, platform: str, handle: str, *, now: datetime, by: str = "") -> ErasureReport:
        """Erase an author and all that was kept of them; platform "" means on all. Lists what stays."""
        return erase.erase_author(self._db, platform, handle, now=now, by=by)

    def doctor(self) -> list[Finding]:
        """Return what is wrong with the database, nothing if all is well."""
        return doctor.examine(self._db)

    def mend(self) -> int:
        """Make the counts and the index say what the mentions say; return how many rows of counts were wrong."""
        return doctor.mend(self._db)

    def digest(self) -> str:
        """Return the digest of all that is kept: the same on either database for the same content."""
        return archive.digest(self._db)

    def backup(self, path: Path) -> str:
        """Write a backup while everything runs; return its digest. Secrets go to a file beside it."""
        return archive.backup(self._db, path)

    def restore(self, path: Path) -> str:
        """Fill this empty database from a backup or an exported folder, of either engine; return the digest."""
        if path.is_dir():
            return export.import_export(self._db, path)
        return archive.restore(self._db, path)

    def export(self, folder: Path) -> dict[str, int]:
        """Write everything to open files in an empty folder; return the number of rows by file."""
        return export.export(self._db, folder)
