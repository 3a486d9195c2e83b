"""Read what hubs pushed: by the same way as the feed itself, so that a post that comes by both is one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tocsin.base.errors import SourceError
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Page
from tocsin.collect.adapters.feed import due_now
from tocsin.collect.feed.pace import CRISIS_S
from tocsin.flows.collecting.asked import Asked, Question
from tocsin.flows.collecting.reach import Reach
from tocsin.flows.engine import Engine
from tocsin.flows.ingest import Ingested, Place, ingest_collected, ingest_page
from tocsin.store.collecting.rows import Aside
from tocsin.store.rows import SourceRow


def read_pushes(engine: Engine, reach: Reach, rows: Mapping[str, SourceRow], now: datetime) -> list[Asked]:
    """Let what waits be read, unless the feed itself is being read just now. rows: the sources, by name."""
    under_way = {asked.question.key for asked in reach.under_way()}
    hubs = engine.store.collecting.hubs
    asked = []
    for name in hubs.waiting():
        row, waiting = rows.get(name), hubs.pushes(name)
        if row is None or not row.enabled or row.stopped:
            hubs.drop_pushes([one.number for one in waiting])
            continue
        if (name, LIVE, False) in under_way:
            continue
        whole = [one for one in waiting if not one.is_hint]
        if whole:
            cursor = engine.store.cursor(name, LIVE)
            one = reach.ask(Question(row=row, source=row.source, cursor=cursor, pushes=whole), now)
            asked += [one] if one is not None else []
        elif row.last_good_at is None or (now - row.last_good_at).total_seconds() >= CRISIS_S:
            read_now(engine, name, now)
            hubs.drop_pushes([one.number for one in waiting])
    return asked


def keep_pushed(engine: Engine, asked: Asked, result: Page | SourceError, aside: Aside, now: datetime) -> Ingested:
    """Store what was pushed and forget the pushes; where they could not be read, the feed is."""
    name, numbers = asked.question.source.name, [one.number for one in asked.question.pushes]
    hubs = engine.store.collecting.hubs
    if isinstance(result, SourceError):
        engine.store.collecting.add_notes(name, {"push_unreadable": len(numbers)}, now)
        hubs.drop_pushes(numbers)
        read_now(engine, name, now)
        return Ingested()
    done = ingest_collected(engine, asked.row, result, asked.cursor, now, aside=aside)
    if not done.accepted:  # the feed was read meanwhile by another process: they are read again, after it
        return done
    hubs.drop_pushes(numbers)
    if result.notes.get("push_unreadable"):
        read_now(engine, name, now)
    return done


def read_now(engine: Engine, source: str, now: datetime) -> None:
    """Let a feed be read at the next turn, whatever its pace."""
    cursor = engine.store.cursor(source, LIVE)
    ingest_page(engine, Place(source, LIVE, cursor), Page(items=(), next_cursor=due_now(cursor)), now)
    engine.store.collecting.hubs.read_source(source, now)
