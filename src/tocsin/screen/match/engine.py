"""The two libraries that find many literals at once, behind one seam; both give the same finds."""

from __future__ import annotations

import importlib.metadata
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import ahocorasick_rs

from tocsin.base.errors import SettingsError
from tocsin.screen.match.values import Engine

try:
    import hyperscan
except ImportError:  # no wheel for this machine: the other engine answers the same, some times slower
    hyperscan = None  # type: ignore[assignment]

Find = tuple[int, int]  # (number of the literal, end of its place, excluded)


class LiteralEngine(Protocol):
    """Finds literals in bytes. `build` names the library and its version: saved sets are bound to it."""

    engine: Engine
    build: str

    def scan(self, data: bytes) -> list[Find]:
        """Return every place of every literal, overlapping ones too. Safe to call from several threads."""

    def dumps(self) -> bytes:
        """Return the compiled literals, b"" when compiling them again is as quick."""


def compile_literals(literals: Sequence[bytes], engine: Engine) -> LiteralEngine:
    """Return an engine that finds these literals. Raises SettingsError when that engine is not installed."""
    return _class_of(engine)(literals)


def load_literals(literals: Sequence[bytes], compiled: bytes, engine: Engine) -> LiteralEngine:
    """Return the engine that `dumps` saved. Raises SettingsError when it is not installed here."""
    return _class_of(engine)(literals, compiled)


def engine_build(engine: Engine) -> str:
    """Return the name and version of the library that `engine` stands for here."""
    return _class_of(engine).build


def chosen_engine(engine: Engine) -> Engine:
    """Return the engine that AUTO stands for on this machine, any other as it is."""
    if engine is not Engine.AUTO:
        return engine
    return Engine.AHOCORASICK if hyperscan is None else Engine.HYPERSCAN


def _class_of(engine: Engine) -> type[_Hyperscan] | type[_AhoCorasick]:
    engine = chosen_engine(engine)
    if engine is Engine.AHOCORASICK:
        return _AhoCorasick
    if hyperscan is None:
        raise SettingsError("The engine {engine} is not installed; choose auto or ahocorasick.", engine=engine.value)
    return _Hyperscan


class _Hyperscan:
    engine = Engine.HYPERSCAN
    build = f"hyperscan {importlib.metadata.version('hyperscan')}" if hyperscan else ""

    def __init__(self, literals: Sequence[bytes], compiled: bytes = b"") -> None:
        self._lock = threading.Lock()  # the scratch space of a database serves one scan at a time
        if compiled:
            self._database = hyperscan.loadb(compiled, hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
            return
        self._database = hyperscan.Database()
        count = len(literals)
        self._database.compile(expressions=literals, ids=list(range(count)), elements=count, flags=0, literal=True)

    def scan(self, data: bytes) -> list[Find]:
        finds: list[Find] = []
        append = finds.append

        def found(literal: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((literal, end))

        with self._lock:
            self._database.scan(data, match_event_handler=found)
        return finds

    def dumps(self) -> bytes:
        return bytes(hyperscan.dumpb(self._database))


class _AhoCorasick:
    engine = Engine.AHOCORASICK
    build = f"ahocorasick-rs {importlib.metadata.version('ahocorasick-rs')}"

    def __init__(self, literals: Sequence[bytes], compiled: bytes = b"") -> None:
        self._automaton = ahocorasick_rs.BytesAhoCorasick(literals)

    def scan(self, data: bytes) -> list[Find]:
        return [(literal, end) for literal, _, end in self._automaton.find_matches_as_indexes(data, overlapping=True)]

    def dumps(self) -> bytes:
        return b""
