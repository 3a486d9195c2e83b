"""The worker's loop: heartbeat, ask what is due, close minutes, tell people; row by row, nothing kept in memory.

Beside it a second thread keeps what sources give as soon as it comes, so that neither a mail server nor a large minute
holds up a stream, and a third captures pages.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from threading import Event
from types import TracebackType

from tocsin.base.errors import StoreError
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.flows.alerting.silence import note_reads, watch_silence
from tocsin.flows.close import close_timeline
from tocsin.flows.collect import Collected, Reach, collect_due, keep_ready, note_held, start_due
from tocsin.flows.collecting.endings import announce_endings
from tocsin.flows.collecting.past import running_pasts
from tocsin.flows.collecting.terms import let_go_by_terms
from tocsin.flows.deliver import deliver
from tocsin.flows.engine import Engine, open_engine
from tocsin.flows.law.clock_alarms import ring_clocks
from tocsin.flows.letters.digest import queue_digests
from tocsin.flows.personal.keep import let_go
from tocsin.work.robot import RobotThread, robot_once

TICK_S = 5.0  # well under the 10 s between heartbeats that the watermark counts on
KEEP_S = 0.5  # how long the keeper waits for something to come before it looks around
_PAUSE_S = 1.0  # after the database refused

Clock = Callable[[], datetime]
Say = Callable[[str], None]


def run_worker(settings: Settings, clock: Clock, stop: Event, say: Say) -> None:
    """Work until `stop` is set; each turn's work is committed before the next begins. Set from the start: one turn."""
    engine = open_engine(settings)
    try:
        with Reach(settings) as reach:
            if stop.is_set():
                once(engine, reach, clock(), say)
                robot_once(engine, clock, say)
                return
            with Keeper(engine, reach, clock, stop, say), RobotThread(engine, clock, stop, say):
                while not stop.is_set():
                    turn(engine, reach, clock(), say)
                    stop.wait(TICK_S)
    finally:
        engine.store.close()


def once(engine: Engine, reach: Reach, now: datetime, say: Say) -> None:
    """Do one turn in which all that is asked is waited for and kept before minutes are closed."""
    read = collect_due(engine, reach, now)
    note_reads(engine, [one for one in read if one.is_read], now)
    for one in read:
        _tell(one, say)
    turn(engine, reach, now, say)


def turn(engine: Engine, reach: Reach, now: datetime, say: Say) -> None:
    """Do once all that is due at `now`, but for keeping what comes; a busy database is waited for at the next turn."""
    try:
        watch_silence(engine, now)  # first: after a time without power, before anything is heard again
        _heartbeat(engine, reach, now)
        start_due(engine, reach, now)
        unfinished = running_pasts(engine)
        for timeline in engine.store.open_backfills():
            if timeline not in unfinished:
                close_timeline(engine, timeline, minute_of(now), now)
        close_timeline(engine, LIVE, engine.store.watermark(LIVE, now), now)
        queue_digests(engine, now)
        announce_endings(engine, now)
        ring_clocks(engine, now)
        deliver(engine, now)
        gone = let_go(engine, now) + let_go_by_terms(engine, now)
        if gone:
            say(f"kept_long_enough={gone}")
    except StoreError as error:
        say(f"store={error.code} error={error}")


class Keeper:
    """The thread that keeps what sources give; a mistake in the program ends the worker as it would in the loop."""

    def __init__(self, engine: Engine, reach: Reach, clock: Clock, stop: Event, say: Say) -> None:
        self._engine = engine
        self._reach = reach
        self._clock = clock
        self._stop = stop
        self._say = say
        self._over = Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="tocsin-keeper", daemon=True)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        if self._fault is not None and error is None:
            raise self._fault

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self._keep(KEEP_S)
            self._keep(0.0)
        except BaseException as fault:  # noqa: BLE001  the outermost loop of a thread: raised again by the worker
            self._fault = fault
            self._stop.set()
        finally:
            self._engine.store.close()

    def _keep(self, timeout_s: float) -> None:
        now = self._clock()
        try:
            read = keep_ready(self._engine, self._reach, now, timeout_s)
            note_reads(self._engine, [one for one in read if one.is_read], now)
            for source, posts in note_held(self._engine, self._reach, now):
                self._engine.store.alerting.note_heard(source, now, posts)
        except StoreError as error:
            self._say(f"store={error.code} error={error}")
            self._over.wait(_PAUSE_S)
            return
        for one in read:
            _tell(one, self._say)


def _tell(one: Collected, say: Say) -> None:
    if one.error is not None:
        say(f"source={one.source} error={one.error.code} next_at={one.next_at}")
    elif one.ingested is not None and one.ingested.read:
        say(f"source={one.source} read={one.ingested.read} mentions={one.ingested.mentions}")
    elif one.changed:
        say(f"source={one.source} checked_changed={one.changed}")


def _heartbeat(engine: Engine, reach: Reach, now: datetime) -> None:
    """Note signs of life: of now, or of when the oldest came that is not stored yet, so that its minute stays open."""
    behind = {
        asked.question.source.name: asked.behind for asked in reach.under_way() if asked.question.timeline == LIVE
    }
    names = [row.source.name for row in engine.store.sources() if row.enabled]
    engine.store.heartbeats(LIVE, {name: min(now, behind.get(name) or now) for name in names})
