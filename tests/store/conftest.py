"""A store of each engine for the tests of this room."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import postgres_url
from tests.store.make import ALBA, WATCH
from tocsin.base.settings import Settings
from tocsin.store.connect import SQLITE_FILE, open_store
from tocsin.store.store import Store

ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


_templates: dict[str, str] = {}


def new_store(folder: Path, engine: str = "sqlite") -> Store:
    """Return an empty store with its tables, copied from one that was migrated once."""
    if engine not in _templates:
        _templates[engine] = _migrated(engine)
    if engine == "postgres":
        return open_store(Settings(data_dir=folder, database_url=postgres_url(_templates[engine])))
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_templates[engine], folder / SQLITE_FILE)
    return open_store(Settings(data_dir=folder))


def _migrated(engine: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix="tocsin-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = postgres_url() if engine == "postgres" else ""
    open_store(Settings(data_dir=folder, database_url=url), migrate=True).close()
    return url or str(folder / SQLITE_FILE)


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store that knows Maison Alba and one watch."""
    opened = new_store(tmp_path / "data", request.param)
    opened.save_brand(ALBA)
    opened.save_watch(WATCH)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    """The same, on SQLite alone."""
    opened = new_store(tmp_path / "data")
    opened.save_brand(ALBA)
    opened.save_watch(WATCH)
    yield opened
    opened.close()
