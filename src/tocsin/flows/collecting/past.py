"""Read the past of a source back to a date: beside what it says now, by a cursor of its own, stopped and resumed."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import InputError, SourceError
from tocsin.collect.adapter import Done, Page
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.asked import Asked, Question
from tocsin.flows.collecting.reach import Reach
from tocsin.flows.collecting.secrets import Opener
from tocsin.flows.collecting.terms import as_seen, bars
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, Place, ingest_page
from tocsin.net.politeness import backoff_s
from tocsin.store.collecting.past import past_timeline
from tocsin.store.collecting.rows import Aside, PastRow, PastState, PastStep
from tocsin.store.rows import SourceRow

LONGEST = timedelta(days=3660)


class PastProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the reading of a past has come.

    reached: the instant up to which its posts were read, None before the first. share: 0..1 of the way, None when it
    cannot be known. error, params: a catalogue sentence, "" when all is well.
    """

    source: str
    since: datetime
    state: PastState
    started_at: datetime
    ended_at: datetime | None
    reached: datetime | None
    share: float | None
    posts: int
    error: str = ""
    params: dict[str, str] = {}

    @property
    def is_running(self) -> bool:
        """Whether it goes on by itself."""
        return self.state is PastState.RUNNING


def start_past(engine: Engine, source: str, since: datetime, now: datetime) -> None:
    """Read a source back to a date, from where it was stopped if it was; any other date begins anew.

    Raises InputError where the source cannot be read back, or for a date that is not past.
    """
    row = next((row for row in engine.store.sources() if row.source.name == source), None)
    if row is None or not load_adapter(row.source.adapter).about.reads_past:
        raise InputError("{source} gives what is new alone; its past cannot be read.", source=source)
    if not now - LONGEST <= since < now:
        raise InputError("{since} is not a date of the last ten years; choose another.", since=f"{since:%Y-%m-%d}")
    engine.store.collecting.start_past(source, since, now)


def stop_past(engine: Engine, source: str, now: datetime) -> bool:
    """Stop the reading of a past where it is; what it brought stays. False when none was under way."""
    return engine.store.collecting.stop_past(source, now)


def past_of(engine: Engine, source: str) -> PastProgress | None:
    """Return how far the reading of the past of a source has come, None where none was ever begun."""
    return next((_progress(row) for row in engine.store.collecting.pasts() if row.source == source), None)


def running_pasts(engine: Engine) -> set[str]:
    """Return the timelines of the pasts that are being read and fare well: their minutes are closed at the end."""
    return {
        past_timeline(row.source)
        for row in engine.store.collecting.pasts()
        if row.state is PastState.RUNNING and not row.failures
    }


def ask_pasts(engine: Engine, reach: Reach, opener: Opener, now: datetime) -> list[Asked]:
    """Ask for the next page of each past that is being read; return what was asked."""
    pasts = [one for one in engine.store.collecting.pasts() if one.state is PastState.RUNNING]
    due = [one for one in pasts if one.next_at is None or one.next_at <= now]
    rows = {row.source.name: row for row in engine.store.sources()} if due else {}
    asked = []
    for past in due:
        row = rows[past.source]
        if row.enabled and not row.stopped:
            one = _ask(engine, reach, opener, (past, row), now)
            asked += [one] if one is not None else []
    return asked


def keep_past(engine: Engine, asked: Asked, answer: Page | Done | SourceError, aside: Aside, now: datetime) -> Ingested:
    """Store what one question to the past brought, with the progress it makes."""
    name = asked.question.source.name
    if isinstance(answer, SourceError):
        past = next((one for one in engine.store.collecting.pasts() if one.source == name), None)
        wait_s = max(backoff_s((past.failures if past else 0) + 1, name), answer.retry_after_s or 0.0)
        engine.store.collecting.past_failed(name, answer, now + timedelta(seconds=wait_s), now)
        return Ingested()
    if isinstance(answer, Done):
        if answer.next_at is None:
            engine.store.collecting.end_past(name, now)
        else:
            _move(engine, asked, Page(items=[], next_cursor=asked.cursor, next_at=answer.next_at), aside, now)
        return Ingested()
    return _move(engine, asked, answer, aside, now)


def _ask(engine: Engine, reach: Reach, opener: Opener, whose: tuple[PastRow, SourceRow], now: datetime) -> Asked | None:
    past, row = whose
    timeline = past_timeline(past.source)
    about = load_adapter(row.source.adapter).about
    try:
        barred = bars(engine, row, about, now)
        if barred is not None:
            error, until = barred
            engine.store.collecting.past_failed(past.source, error, until, now)
            return None
        question = Question(
            row=row,
            source=msgspec.structs.replace(as_seen(row.source, about), past=past.since),
            cursor=engine.store.cursor(past.source, timeline),
            timeline=timeline,
            secrets=opener.opened(past.source),
        )
    except SourceError as error:
        engine.store.collecting.past_failed(past.source, error, None, now)
        return None
    return reach.ask(question, now)


def _move(engine: Engine, asked: Asked, page: Page, aside: Aside, now: datetime) -> Ingested:
    times = [post.created_at for post in page.posts]
    step = PastStep(
        posts=len(times),
        oldest_at=min(times, default=None),
        newest_at=max(times, default=None),
        next_at=None if page.more else page.next_at,
    )
    place = Place(asked.question.source.name, asked.question.timeline, asked.cursor)
    return ingest_page(engine, place, page, now, msgspec.structs.replace(aside, past=step))


def _progress(row: PastRow) -> PastProgress:
    reached, share = _reached(row)
    return PastProgress(
        source=row.source,
        since=row.since,
        state=row.state,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reached=reached,
        share=share,
        posts=row.posts,
        error=row.error,
        params=row.error_params,
    )


def _reached(row: PastRow) -> tuple[datetime | None, float | None]:
    """Return how far it has come and the share of the way, whichever end the source begins with."""
    whole_s = (row.started_at - row.since).total_seconds()
    if row.state is PastState.DONE:
        return row.since, 1.0
    if row.oldest_at is None or row.newest_at is None:
        return None, None
    is_backward = (row.started_at - row.newest_at) <= (row.oldest_at - row.since)
    done_s = (row.started_at - row.oldest_at if is_backward else row.newest_at - row.since).total_seconds()
    return (row.oldest_at if is_backward else row.newest_at), min(1.0, max(0.0, done_s / whole_s))
