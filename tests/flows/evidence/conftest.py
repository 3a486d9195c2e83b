"""An installation with Maison Alba, its people, and two time-stamping authorities of its own on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.authority import Authority, authorities
from tests.flows.evidence.make import installed
from tests.store.conftest import ENGINES
from tocsin.flows.engine import Engine


@pytest.fixture(scope="session")
def stampers() -> Iterator[tuple[Authority, ...]]:
    """Two authorities that stamp."""
    with authorities("alpha", "beta") as both:
        yield both


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path, stampers: tuple[Authority, ...]) -> Iterator[Engine]:
    """An engine on each database."""
    opened = installed(tmp_path / "data", stampers, request.param)
    yield opened
    opened.store.close()


@pytest.fixture
def sqlite_engine(tmp_path: Path, stampers: tuple[Authority, ...]) -> Iterator[Engine]:
    """An engine on SQLite alone."""
    opened = installed(tmp_path / "data", stampers)
    yield opened
    opened.store.close()
