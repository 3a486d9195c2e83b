"""Ask again for posts that are kept: those that are gone go, those that read otherwise are read anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache

from tocsin.base.errors import InputError, SourceError
from tocsin.base.seam import LIVE
from tocsin.collect.about import About
from tocsin.collect.adapter import Delete, Page, Rechecks, Source, Upsert
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.asked import Asked, Checked, Question
from tocsin.flows.collecting.reach import Reach
from tocsin.flows.collecting.secrets import Opener
from tocsin.flows.collecting.terms import as_seen, bars
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import ingest_collected
from tocsin.store.collecting.rows import Aside, CheckRow
from tocsin.store.rows import SourceRow

AT_ONCE = 10  # posts of a source that are asked for one after the other, before what is new has its turn again
_HASTEN = timedelta(hours=1)
_REFUSED = timedelta(days=1)


def rechecks(adapter: str) -> About | None:
    """Return what an adapter says of itself if it can ask for a post again, else None."""
    try:
        found = load_adapter(adapter)
    except InputError:
        return None  # told where it is read
    return found.about if _asks_again(type(found)) else None


@cache
def _asks_again(adapter: type) -> bool:
    return issubclass(adapter, Rechecks)


def every(about: About) -> timedelta:
    """Return how often a post of an open story is asked for again."""
    return timedelta(hours=max(1, about.terms.recheck_hours))


def ask_checks(engine: Engine, reach: Reach, opener: Opener, rows: Iterable[SourceRow], now: datetime) -> list[Asked]:
    """Ask for the posts whose turn has come, a few of each source; return what was asked."""
    asked = []
    for row in rows:
        about = rechecks(row.source.adapter)
        if about is None or not row.enabled or row.stopped:
            continue
        name = row.source.name
        if engine.store.lease(f"check/{name}"[:120], f"{engine.holder}/{now.timestamp()}", now, _HASTEN):
            engine.store.collecting.hasten_checks(name, every(about))
        due = engine.store.collecting.due_checks(name, now, AT_ONCE)
        if not due or bars(engine, row, about, now) is not None:
            continue
        try:
            secrets = opener.opened(name)
        except SourceError:
            continue  # told where what is new is read
        question = Question(row=row, source=as_seen(row.source, about), secrets=secrets, checks=due)
        one = reach.ask(question, now)
        asked += [one] if one is not None else []
    return asked


def keep_checks(engine: Engine, asked: Asked, answer: Checked | SourceError, now: datetime) -> int:
    """Store what came of asking again; return how many posts changed or went."""
    name = asked.question.source.name
    about = rechecks(asked.question.source.adapter)
    if about is None:
        return 0
    error = answer if isinstance(answer, SourceError) else answer.error
    found = () if isinstance(answer, SourceError) else answer.found
    changed = sum(_take(engine, asked, row, item, now) for row, item in found if item is not None)
    done: list[CheckRow] = [row for row, _ in found]
    engine.store.collecting.note_checked(name, done, now, every(about))
    if error is not None:
        stopped_at = asked.question.checks[len(done) : len(done) + 1]
        if error.permanent:
            # One post that the platform will not show is no reason to leave the others, unless it shows none.
            engine.store.collecting.note_checked(name, stopped_at, now, every(about))
        if not error.permanent or not done:
            wait = _REFUSED if error.permanent else timedelta(seconds=max(300.0, error.retry_after_s or 0.0))
            engine.store.collecting.put_off_checks(name, now + wait)
    return changed


def _take(engine: Engine, asked: Asked, row: CheckRow, item: Upsert | Delete, now: datetime) -> bool:
    """Store what became of a post; one that is gone is gone for every source of its kind that saw it."""
    if isinstance(item, Upsert):
        return _store(engine, asked.row, item, now)
    names = engine.store.collecting.sources_of(row.number, asked.question.source.adapter)
    for name in names:
        _store(engine, SourceRow(source=Source(name=name, adapter="")), item, now)
    return bool(names)


def _store(engine: Engine, row: SourceRow, item: Upsert | Delete, now: datetime) -> bool:
    while True:
        cursor = engine.store.cursor(row.source.name, LIVE)
        done = ingest_collected(engine, row, Page(items=[item], next_cursor=cursor), cursor, now, aside=Aside())
        if done.accepted:
            return bool(done.revised) or isinstance(item, Delete)
