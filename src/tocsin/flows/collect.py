"""Collect: ask each due source what it has, listen to those that speak by themselves, and store what comes.

A source in trouble, or a slow one, never holds the others: asking and reading happen on the event loop of `Reach` and
in its child processes; here is kept what came, one page at a time, since there is one writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from tocsin.base.errors import InputError, SourceError, StoreError
from tocsin.base.seam import LIVE
from tocsin.collect.about import About
from tocsin.collect.adapter import Done, Gap, Page, Throttled
from tocsin.collect.registry import load_adapter
from tocsin.flows.collecting.asked import Asked, Checked, Outcome, Question
from tocsin.flows.collecting.past import ask_pasts, keep_past
from tocsin.flows.collecting.push.lease import after_read, ask_hubs, keep_asked
from tocsin.flows.collecting.push.read import keep_pushed, read_pushes
from tocsin.flows.collecting.reach import Reach, final
from tocsin.flows.collecting.recheck import ask_checks, every, keep_checks, rechecks
from tocsin.flows.collecting.secrets import Opener, seal_secret
from tocsin.flows.collecting.terms import as_seen, bars
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, ingest_collected
from tocsin.net.politeness import backoff_s
from tocsin.store.collecting.rows import Aside
from tocsin.store.rows import SourceRow

__all__ = ["Collected", "Reach", "collect_due", "keep_ready", "note_held", "start_due"]

UNTOLD = timedelta(minutes=15)  # between reads of a source that does not say when to come back
PAGES_A_TURN = 20  # asked for one after the other when a source says that there is more
_STANDS_S = 15.0  # a connection that lasts so long stands, even if it says nothing
_NOTED = timedelta(seconds=30)  # how often it is noted that a connection stands
_SETTLED_S = 3_600.0  # what a new connection brings in its first hour may be of before it
# A connection comes back twenty times sooner than a question is asked again: seconds, a quarter of an hour at most.
_SOONER = 20.0
_LONGEST_AWAY_S = 900.0


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What one source gave this time: counts, or the error that stopped it.

    changed: known posts that were asked for again, and changed or went. is_read: it answered, or failed to, when it was
    asked for what is new; what a connection brings is counted by `note_held`.
    """

    source: str
    ingested: Ingested | None = None
    error: SourceError | None = None
    next_at: datetime | None = None
    changed: int = 0
    is_read: bool = False


def start_due(engine: Engine, reach: Reach, now: datetime) -> list[Asked]:
    """Ask every source that is due at `now`, and leave the connections that are no longer wanted."""
    opener, rows = Opener(engine), engine.store.sources()
    by_name = {row.source.name: row for row in rows}
    _leave_unwanted(reach, opener, by_name)
    asked = read_pushes(engine, reach, by_name, now)
    under_way = {one.question.key for one in reach.under_way()}
    for row in engine.store.due_sources(now):
        if (row.source.name, LIVE, False) not in under_way:
            one = _ask(engine, reach, opener, row, now)
            asked += [one] if one is not None else []
    asked += ask_pasts(engine, reach, opener, now) + ask_checks(engine, reach, opener, rows, now)
    return asked + ask_hubs(engine, reach, by_name, now)


def keep_ready(engine: Engine, reach: Reach, now: datetime, timeout_s: float = 0.0) -> list[Collected]:
    """Store what came since, waiting so long for it at most; return what each source gave.

    Raises StoreError when the database refuses: what came is then asked for again, from where the cursors stand.
    """
    outcomes = reach.ready(timeout_s)
    kept = []
    for number, outcome in enumerate(outcomes):
        if outcome.asked.is_dropped:
            continue
        try:
            kept.append(_keep(engine, reach, outcome, now))
        except StoreError:
            for lost in outcomes[number:]:
                reach.drop(lost.asked)
            raise
    return kept


def collect_due(engine: Engine, reach: Reach, now: datetime) -> list[Collected]:
    """Read every source that is due at `now` and wait for all of them, connections apart; return what each gave."""
    start_due(engine, reach, now)
    kept: list[Collected] = []
    while any(not asked.is_held for asked in reach.under_way()):
        kept += keep_ready(engine, reach, now, 0.2)
    return kept


def note_held(engine: Engine, reach: Reach, now: datetime) -> list[tuple[str, int]]:
    """Note which connections stand; return each with how many posts were read over it since."""
    heard = []
    for asked in reach.under_way():
        if not asked.is_held or (asked.noted_at is None and asked.lasts_s < _STANDS_S):
            continue
        if asked.noted_at is None or now - asked.noted_at >= _NOTED:
            name = asked.question.source.name
            _note_good(engine, asked, now)
            heard.append((name, asked.posts))
            asked.posts = 0
    return heard


def _leave_unwanted(reach: Reach, opener: Opener, rows: Mapping[str, SourceRow]) -> None:
    """Leave the connections of sources that were paused, removed or changed; they are opened anew if they are due."""
    for asked in [one for one in reach.under_way() if one.is_held]:
        row = rows.get(asked.question.source.name)
        is_wanted = row is not None and row.enabled and not row.stopped and row.source == asked.question.row.source
        if not is_wanted or not _has_secrets_of(asked, opener):
            reach.drop(asked)


def _has_secrets_of(asked: Asked, opener: Opener) -> bool:
    try:
        return opener.opened(asked.question.source.name) == asked.question.secrets
    except SourceError:
        return False  # told when it is asked again


def _ask(engine: Engine, reach: Reach, opener: Opener, row: SourceRow, now: datetime) -> Asked | None:
    """Ask what a source has; what keeps it from being asked is noted with it."""
    name = row.source.name
    try:
        about = load_adapter(row.source.adapter).about
        barred = bars(engine, row, about, now)
        secrets = opener.opened(name)
    except SourceError as error:
        barred = (error, None)
    except InputError as error:
        barred = (final(error), None)
    if barred is not None:
        engine.store.note_error(name, now, *barred)
        return None
    cursor = engine.store.cursor(name, LIVE)
    question = Question(row=row, source=as_seen(row.source, about), cursor=cursor, secrets=secrets)
    return reach.ask(question, now)


def _keep(engine: Engine, reach: Reach, outcome: Outcome, now: datetime) -> Collected:
    """Store what came of one question, or of a part of a connection."""
    asked, result = outcome.asked, outcome.result
    name = asked.question.source.name
    if asked.question.checks:
        reach.kept(outcome)
        changed = keep_checks(engine, asked, result, now) if isinstance(result, Checked | SourceError) else 0
        return Collected(source=name, changed=changed)
    if isinstance(result, Checked):
        raise TypeError("posts were asked for again that nobody asked for")
    if asked.question.to_hub is not None or asked.question.pushes:
        return _keep_of_hub(engine, reach, outcome, result, now)
    if asked.question.timeline != LIVE:
        aside = _aside(engine, asked, result)
        past = keep_past(engine, asked, result, aside, now)
        reach.kept(outcome)
        return Collected(source=name, ingested=past)
    if isinstance(result, Page):
        return _keep_page(engine, reach, outcome, result, now)
    # Noted before it may be asked again: else it would be due at once.
    if isinstance(result, Done):
        next_at = result.next_at or now + UNTOLD
        engine.store.note_good(name, now, next_at)
        reach.kept(outcome)
        return Collected(source=name, next_at=next_at, is_read=True)
    next_at = now + timedelta(seconds=_wait_s(asked, result))
    engine.store.note_error(name, now, result, next_at)
    reach.kept(outcome)
    return Collected(source=name, error=result, next_at=next_at, is_read=True)


def _keep_of_hub(
    engine: Engine, reach: Reach, outcome: Outcome, result: Page | Done | SourceError, now: datetime
) -> Collected:
    """Store what a hub pushed, or what became of a question to it."""
    asked, ingested = outcome.asked, None
    if isinstance(result, Done) or (asked.question.to_hub is not None and isinstance(result, SourceError)):
        keep_asked(engine, asked, result)
    else:
        ingested = keep_pushed(engine, asked, result, _aside(engine, asked, result), now)
    reach.kept(outcome)
    return Collected(source=asked.question.source.name, ingested=ingested, is_read=ingested is not None)


def _keep_page(engine: Engine, reach: Reach, outcome: Outcome, page: Page, now: datetime) -> Collected:
    asked, name = outcome.asked, outcome.asked.question.source.name
    done = Ingested()
    if page.items or page.next_cursor != outcome.cursor or page.secrets or page.ends or page.notes:
        done = ingest_collected(engine, asked.row, page, outcome.cursor, now, aside=_aside(engine, asked, page))
    if not outcome.is_last:
        asked.posts += done.read
        if asked.noted_at is None:
            _note_good(engine, asked, now)
        reach.kept(outcome)
        if not done.accepted:  # another process keeps the same connection, or somebody moved the cursor
            reach.drop(asked)
        return Collected(source=name, ingested=done)
    if page.more and done.accepted and asked.round + 1 < PAGES_A_TURN:
        secrets = {**asked.question.secrets, **page.secrets}
        question = msgspec.structs.replace(asked.question, cursor=page.next_cursor, secrets=secrets)
        reach.kept(outcome)
        reach.ask(question, now, asked.round + 1)
        return Collected(source=name, ingested=done, is_read=True)
    # While there is more it is not yet a good read: what the next pages bring is measured against the one before.
    next_at = now if page.more else _next_at(page, now)
    if not page.more:
        next_at = after_read(engine, asked, page, next_at, now) if done.accepted else now
        engine.store.note_good(name, now, next_at)
    reach.kept(outcome)
    return Collected(source=name, ingested=done, next_at=next_at, is_read=True)


def _note_good(engine: Engine, asked: Asked, now: datetime) -> None:
    asked.noted_at = now
    engine.store.note_good(asked.question.source.name, now, None)
    if asked.lasts_s > _SETTLED_S:
        asked.row = msgspec.structs.replace(asked.row, last_good_at=now)


def _next_at(page: Page, now: datetime) -> datetime:
    """When the source is to be asked again: when it would like to, and not before it asked us to."""
    asked_for = [item.until for item in page.items if isinstance(item, Throttled)]
    return max([page.next_at or now + UNTOLD, *asked_for])


def _wait_s(asked: Asked, error: SourceError) -> float:
    """How long to leave a source alone after a failure."""
    name, failures = asked.question.source.name, asked.row.failures + 1
    if asked.is_held:
        if asked.noted_at is not None:
            failures = 1  # it had stood since
        wait_s = backoff_s(failures, name, longest_s=_LONGEST_AWAY_S * _SOONER) / _SOONER
    else:
        wait_s = backoff_s(failures, name)
    return max(wait_s, min(error.retry_after_s or 0.0, 86_400.0))


def _aside(engine: Engine, asked: Asked, result: Page | Done | SourceError) -> Aside:
    """Return what a page brings beside its posts."""
    if not isinstance(result, Page):
        return Aside()
    source = asked.question.source
    about: About = load_adapter(source.adapter).about
    again = rechecks(source.adapter)
    return Aside(
        secrets=[
            seal_secret(engine, source.name, name, value, result.ends.get(name))
            for name, value in sorted(result.secrets.items())
        ],
        ends=result.ends,
        gaps=[item for item in result.items if isinstance(item, Gap)],
        notes=result.notes,
        paid_posts=len(result.posts) if about.terms.cost_a_post else 0,
        check_at=asked.now + every(again) if again is not None else None,
    )
