"""What every command is given: settings, words, output, the clock, and the engine when it asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tocsin.base.settings import Settings
from tocsin.cli.output import Output
from tocsin.flows.i18n import Translator

if TYPE_CHECKING:
    from tocsin.flows.engine import Engine


class Context:
    """The surroundings of one run of one command."""

    def __init__(
        self,
        settings: Settings,
        translator: Translator,
        out: Output,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self.t = translator
        self.out = out
        self.now = clock
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        """Return the engine of the installation, opened at first use. Raises StoreError."""
        if self._engine is None:
            from tocsin.flows.engine import open_engine

            self._engine = open_engine(self.settings)
        return self._engine

    def close(self) -> None:
        """Let go of the database, if it was opened."""
        if self._engine is not None:
            self._engine.store.close()
            self._engine = None
