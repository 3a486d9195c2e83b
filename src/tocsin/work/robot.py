"""The worker's robot: a thread that captures pages with a warm browser, beside collecting and closing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from threading import Event
from types import TracebackType

from tocsin.base.errors import TocsinError
from tocsin.flows.engine import Engine
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.warm_browser import WarmBrowser

POLL_S = 1.0
_PAUSE_S = 30.0  # after the database or the vault refused

Clock = Callable[[], datetime]
Say = Callable[[str], None]


def robot_once(engine: Engine, clock: Clock, say: Say) -> None:
    """Do one turn of the robot in this thread."""
    with WarmBrowser(engine.settings) as browser:
        _turn(Robot(engine, browser, clock), say)


class RobotThread:
    """The thread of the robot; a mistake in the program ends the worker as it would in the loop."""

    def __init__(self, engine: Engine, clock: Clock, stop: Event, say: Say) -> None:
        self._engine = engine
        self._clock = clock
        self._stop = stop
        self._say = say
        self._over = Event()
        self._fault: BaseException | None = None
        self._browser = WarmBrowser(engine.settings)
        self._thread = threading.Thread(target=self._run, name="tocsin-robot", daemon=True)

    def __enter__(self) -> RobotThread:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._browser.cut()  # a visit that goes on is given back to the queue
        self._thread.join()
        if self._fault is not None and error is None:
            raise self._fault

    def _run(self) -> None:
        try:
            with self._browser as browser:
                robot = Robot(self._engine, browser, self._clock)
                while not self._over.is_set():
                    self._over.wait(_turn(robot, self._say))
        except BaseException as fault:  # noqa: BLE001  the outermost loop of a thread: raised again by the worker
            self._fault = fault
            self._stop.set()
        finally:
            self._engine.store.close()


def _turn(robot: Robot, say: Say) -> float:
    """Do one turn; return how long to wait before the next."""
    try:
        done = robot.turn()
    except TocsinError as error:
        say(f"evidence={error.code} error={error}")
        return _PAUSE_S
    if done.recorded or done.failed or done.sealed or done.stamped:
        say(f"captures recorded={done.recorded} failed={done.failed} sealed={done.sealed} stamped={done.stamped}")
    return 0.0 if done.recorded else POLL_S
