"""Engine: the store and the stage of the rules as they stand, shared by all flows that bring posts in."""

from __future__ import annotations

import os
import socket

from tocsin.base.settings import Settings
from tocsin.screen.correct import Correction
from tocsin.screen.read import Reader, default_reader
from tocsin.screen.rules import Rules, snapshot
from tocsin.screen.stage import ScreenStage
from tocsin.store.connect import open_store
from tocsin.store.store import Store


class Engine:
    """One process's hold on an installation. The stage is compiled anew only when the rules have changed."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self._reader: Reader | None = None
        self._stage: ScreenStage | None = None
        self._corrections: tuple[Correction, ...] = ()
        self._generation = (0, 0)

    def rules(self) -> Rules:
        """Return the rules as the store holds them now."""
        return snapshot(self.store.brands(), self.store.watches(), self._said())

    def _said(self) -> tuple[Correction, ...]:
        """The corrections that hold, read anew only when one was given or taken back."""
        generation = self.store.stream.corrections_generation()
        if generation != self._generation:
            self._corrections = tuple(self.store.stream.corrections())
            self._generation = generation
        return self._corrections

    def stage(self) -> ScreenStage:
        """Return the stage of the present rules."""
        rules = self.rules()
        if self._stage is None or self._stage.rules.version != rules.version:
            self._reader = self._reader or default_reader()
            self._stage = ScreenStage(rules, self._reader)
        return self._stage


def open_engine(settings: Settings, *, migrate: bool = False) -> Engine:
    """Return an engine on the installation's store. Raises StoreError if it is absent, old, newer or locked."""
    return Engine(settings, open_store(settings, migrate=migrate))
