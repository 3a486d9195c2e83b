"""The log of a visit: what was done and met, with both clocks, and what could not be had."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime

from tocsin.base.capture import Outcome, Step, StepKind, Want

MAX_OF_A_KIND = 200  # a page that raises dialogs in a loop fills no disk


class Log:
    """Steps in order, wants, and how the visit ends. `halted` is set once there is no sense in going on."""

    def __init__(self) -> None:
        self.begin()
        self.steps: list[Step] = []
        self.wants: list[Want] = []
        self.halted = asyncio.Event()
        self.outcome: Outcome | None = None
        self.is_cut = False
        self._kinds: Counter[StepKind] = Counter()

    def begin(self) -> None:
        """Let the visit begin now: what is prepared before (a browser, the clocks) takes none of its time."""
        self.started_at = datetime.now(UTC)
        self._started_s = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the visit began, by the clock that is never set."""
        return time.monotonic() - self._started_s

    def step(self, kind: StepKind, detail: str = "") -> int:
        """Note a step; return how many of its kind were met. Those over MAX_OF_A_KIND are counted, not kept."""
        self._kinds[kind] += 1
        if self._kinds[kind] <= MAX_OF_A_KIND:
            ms = round(1000 * self.elapsed_s)
            self.steps.append(Step(at=datetime.now(UTC), elapsed_ms=ms, kind=kind, detail=detail[:2_000]))
        return self._kinds[kind]

    def met(self, kind: StepKind) -> bool:
        """Return whether a step of the kind was noted."""
        return self._kinds[kind] > 0

    def bound(self, what: str) -> None:
        """Note that a bound was met: the record is cut. what: `load`, `scroll`, `height`, `requests`, …; once each."""
        self.is_cut = True
        if not any(step.kind is StepKind.BOUND and step.detail == what for step in self.steps):
            self.step(StepKind.BOUND, what)

    def want(self, field: str, reason: str) -> None:
        """Note what could not be had; the first reason stays."""
        if all(want.field != field for want in self.wants):
            self.wants.append(Want(field=field, reason=reason))

    def halt(self, outcome: Outcome) -> None:
        """End the visit so; what ended it first stays."""
        if self.outcome is None:
            self.outcome = outcome
        self.halted.set()

    def close(self) -> None:
        """Tell how many steps of a kind were not kept."""
        for kind, count in self._kinds.items():
            if count > MAX_OF_A_KIND:
                self.want("steps", f"{kind.value}_over_{MAX_OF_A_KIND}_of_{count}")
