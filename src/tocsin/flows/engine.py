"""Engine: the store and the stage of the rules as they stand, shared by all flows that bring posts in."""

from __future__ import annotations

import os
import socket
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import TypeVar

from tocsin.base.settings import Settings
from tocsin.collect.registry import allow_adapters
from tocsin.screen.correct import Correction
from tocsin.screen.read import Reader, default_reader
from tocsin.screen.rules import Rules, snapshot
from tocsin.screen.stage import ScreenStage
from tocsin.store.connect import open_store
from tocsin.store.store import Store

_MOST_KEPT = 32

T = TypeVar("T")


class Engine:
    """One process's hold on an installation. The stage is compiled anew only when the rules have changed."""

    def __init__(self, settings: Settings, store: Store) -> None:
        allow_adapters(settings.adapters)
        self.settings = settings
        self.store = store
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self._reader: Reader | None = None
        self._stage: ScreenStage | None = None
        self._corrections: tuple[Correction, ...] = ()
        self._generation = (0, 0)
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._keeping = Lock()

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for the same key, made again only when it was long ago; the last 32 are kept.

        The key must hold all that the result depends on: a value kept is never made anew because something changed.
        """
        with self._keeping:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[return-value]
        made = make()
        with self._keeping:
            self._kept[key] = made
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return made

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
