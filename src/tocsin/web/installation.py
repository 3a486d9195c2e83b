"""The installation that this process serves, and the way of Django's own queries to its database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from tocsin.flows.demo_site import DemoSite
from tocsin.flows.engine import Engine

Clock = Callable[[], datetime]


class Demo(Protocol):
    """What the pages may ask of a demonstration that is played behind them."""

    token: str
    speed: float
    speeds: tuple[int, ...]
    site: DemoSite | None

    def set_speed(self, speed: float) -> None:
        """Go on at another speed; 0 stands still."""

    def is_over(self) -> bool:
        """Whether all was shown."""


class Installation:
    """An engine, the clock the pages go by, and the demonstration if this is one.

    outside: the clock of people's telephones, which a demonstration's is not.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock = lambda: datetime.now(UTC),
        demo: Demo | None = None,
        outside: Clock | None = None,
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.demo = demo
        self.outside = outside or clock


_served: list[Installation] = []


def serve(installation: Installation) -> None:
    """Serve this installation from now on, in place of any other."""
    _served[:] = [installation]


def served() -> Installation:
    """Return the installation that is served."""
    return _served[0]


class InstallationRouter:
    """Sends the queries that Django makes by itself (people, sessions) to the database that is served."""

    def db_for_read(self, model: type, **hints: Any) -> str | None:
        """Return the alias of the store."""
        return served().engine.store.alias if _served else None

    db_for_write = db_for_read
