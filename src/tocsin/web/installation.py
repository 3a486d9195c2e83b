"""The installation that this process serves, and the way of Django's own queries to its database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tocsin.flows.engine import Engine

Clock = Callable[[], datetime]


class Installation:
    """An engine, the clock the pages go by, and the timeline they show."""

    def __init__(self, engine: Engine, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self.engine = engine
        self.clock = clock


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
