"""The robot of a worker: takes captures out of the queue one at a time, keeps what it saw, seals it, stamps it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import CancelledError
from datetime import datetime, timedelta

import msgspec

from tocsin.base.capture import Recording, Visit
from tocsin.base.errors import ConflictError, TocsinError
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.again import ask_again, plan_again
from tocsin.flows.evidence.erase import erase_in_time
from tocsin.flows.evidence.keep import keep_recording
from tocsin.flows.evidence.log import publish_log
from tocsin.flows.evidence.seal import seal_recorded, stamp_sealed
from tocsin.store.evidence.rows import CaptureRow

Record = Callable[[Visit], Recording]
Clock = Callable[[], datetime]

LEASE = timedelta(minutes=5)  # a visit is bounded to a minute, packing and tying to seconds
_RETRY = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
_KEEP_EVERY = timedelta(seconds=10)
_SWEEP_EVERY = timedelta(hours=1)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn of the robot did: captures recorded, entered into the log, and stamped; those not recorded."""

    recorded: int = 0
    failed: int = 0
    sealed: int = 0
    stamped: int = 0


class Robot:
    """One robot. record: visits a page and returns what it saw; raises TocsinError when it cannot even begin."""

    def __init__(self, engine: Engine, record: Record, clock: Clock) -> None:
        self._engine = engine
        self._record = record
        self._clock = clock
        self._holder = f"{engine.holder}/{secrets.token_hex(4)}"
        self._swept_at: datetime | None = None
        self._kept_at: datetime | None = None

    def turn(self) -> Turn:
        """Do what is due: at most one visit, then all sealing and stamping. Never two visits, so that others pass.

        Called every second, it asks the database one question and writes nothing while nothing is due.
        """
        now = self._clock()
        if self._kept_at is None or now - self._kept_at >= _KEEP_EVERY:
            self._sweep(now)
            ask_again(self._engine, now)
            publish_log(self._engine, now)
            self._kept_at = now
        if not self._engine.store.evidence.is_due(now):
            return Turn()
        one = self._claim("")
        recorded = self._visit(one) if one is not None else None
        sealed = self._seal()
        return Turn(
            recorded=int(recorded is not None),
            failed=int(one is not None and recorded is None),
            sealed=len(sealed),
            stamped=stamp_sealed(self._engine, self._clock()),
        )

    def take(self, number: str) -> CaptureRow:
        """Record one capture now, if nobody else is at it, seal and stamp it; return it as it stands."""
        one = self._claim(number)
        if one is not None:
            self._visit(one)
        self._seal()
        stamp_sealed(self._engine, self._clock())
        return self._engine.store.evidence.capture(number)

    def _seal(self) -> list[CaptureRow]:
        sealed = seal_recorded(self._engine, self._clock())
        for each in sealed:
            plan_again(self._engine, each, self._clock())
        return sealed

    def _claim(self, number: str) -> CaptureRow | None:
        return self._engine.store.evidence.claim(self._holder, self._clock(), LEASE, number)

    def _visit(self, one: CaptureRow) -> CaptureRow | None:
        """Record a capture; None when it could not be, which is noted and tried again, or told after the third time."""
        try:
            recording = self._record(visit_of(self._engine, one))
            return keep_recording(self._engine, one, recording)
        except ConflictError:
            return None  # another robot has it by now
        except CancelledError:
            self._engine.store.evidence.not_recorded(
                one, "", {}, self._clock()
            )  # the worker ends: the next one takes it
            return None
        except TocsinError as error:
            tried = one.tries
            next_at = self._clock() + _RETRY[tried - 1] if 0 < tried < len(_RETRY) else None
            self._engine.store.evidence.not_recorded(one, error.template, error.params, next_at)
            return None

    def _sweep(self, now: datetime) -> None:
        """Take away what killed robots left half done: at the start, then every hour; let go what is kept no longer."""
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        evidence = self._engine.store.evidence
        evidence.vault.sweep({(one.brand, one.number, one.holder) for one in evidence.busy(now)})
        erase_in_time(self._engine, now)
        self._swept_at = now


def visit_of(engine: Engine, one: CaptureRow) -> Visit:
    """Return how a page is visited: in the languages and the zone of its brand."""
    brand = engine.store.brand(one.brand)
    language = "fr-FR" if not brand.languages or "fr" in brand.languages else f"{brand.languages[0]}"
    return Visit(url=one.url, language=language, time_zone=brand.time_zone)
