"""The worker's loop: heartbeat, collect what is due, close minutes, tell people; row by row, nothing kept in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Event

from tocsin.base.errors import StoreError
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.flows.alerting.silence import note_reads, watch_silence
from tocsin.flows.close import close_timeline
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.letters.digest import queue_digests
from tocsin.flows.personal.keep import let_go

TICK_S = 5.0  # well under the 10 s between heartbeats that the watermark counts on


def run_worker(settings: Settings, clock: Callable[[], datetime], stop: Event, say: Callable[[str], None]) -> None:
    """Work until `stop` is set, at least one turn; each turn's work is committed before the next begins."""
    engine = open_engine(settings)
    try:
        with Reach(settings) as reach:
            while True:
                turn(engine, reach, clock(), say)
                if stop.wait(TICK_S):
                    return
    finally:
        engine.store.close()


def turn(engine: Engine, reach: Reach, now: datetime, say: Callable[[str], None]) -> None:
    """Do once all that is due at `now`; a busy database is waited for at the next turn."""
    try:
        watch_silence(engine, now)  # first: after a time without power, before anything is heard again
        _heartbeat(engine, now)
        read = collect_due(engine, reach, now)
        note_reads(engine, read, now)
        for one in read:
            if one.error is not None:
                say(f"source={one.source} error={one.error.code} next_at={one.next_at}")
            elif one.ingested is not None and one.ingested.read:
                say(f"source={one.source} read={one.ingested.read} mentions={one.ingested.mentions}")
        for timeline in engine.store.open_backfills():
            close_timeline(engine, timeline, minute_of(now), now)
        close_timeline(engine, LIVE, engine.store.watermark(LIVE, now), now)
        queue_digests(engine, now)
        deliver(engine, now)
        gone = let_go(engine, now)
        if gone:
            say(f"kept_long_enough={gone}")
    except StoreError as error:
        say(f"store={error.code} error={error}")


def _heartbeat(engine: Engine, now: datetime) -> None:
    for row in engine.store.sources():
        if row.enabled:
            engine.store.heartbeat(row.source.name, LIVE, now)
