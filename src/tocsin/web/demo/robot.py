"""The robot of the demonstration: a thread that captures its invented pages; the browser runs only while one waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from tocsin.base.errors import TocsinError
from tocsin.flows.demo_dossier import DemoDossier
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.warm_browser import WarmBrowser
from tocsin.net.browser import available

FIRST_S = 4.0  # the first pages that people open come before the browser
_POLL_S = 2.0
_PAUSE_S = 30.0  # after the database or the browser refused

Say = Callable[[str], None]


class DemoRobot:
    """The thread. It ends by itself where this machine has no browser: captures then wait, and their page says why."""

    def __init__(self, dossier: DemoDossier, clock: Callable[[], datetime], say: Say) -> None:
        self._dossier = dossier
        self._clock = clock
        self._say = say
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-robot", daemon=True)

    def start(self) -> None:
        """Begin, a moment from now."""
        if available(self._dossier.engine.settings.capture_browser) is None:
            self._thread.start()

    def stop(self) -> None:
        """End after the visit under way."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        engine, pause = self._dossier.engine, FIRST_S
        try:
            while not self._stop.wait(pause):
                pause = _POLL_S
                if engine.store.evidence.is_due(self._clock()):
                    pause = self._work()
        finally:
            engine.store.close()

    def _work(self) -> float:
        """Take what waits, one page after the other; return how long to wait then."""
        engine = self._dossier.engine
        try:
            with WarmBrowser(engine.settings) as browser:
                robot = Robot(engine, browser, self._clock)
                while not self._stop.is_set() and engine.store.evidence.is_due(self._clock()):
                    if robot.turn().recorded:
                        self._dossier.captured()
        except TocsinError as error:
            self._say(f"evidence={error.code} error={error}")
            return _PAUSE_S
        return _POLL_S
