"""A house with a scripted source."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.flows.collecting.script import Line, Said, ScriptAdapter
from tests.store.conftest import new_store
from tocsin.base.brand import Brand, Watch
from tocsin.base.settings import Settings
from tocsin.collect import registry
from tocsin.flows.engine import Engine

__all__ = ["BRAND", "NOON", "Line", "Said", "ScriptAdapter", "engine", "line", "register", "soon"]

BRAND = "maison-alba"
NOON = datetime.now(UTC).replace(microsecond=0)  # the client stamps what it fetches with the real time


def register() -> None:
    """Let the scripted adapter be found by name in this process."""
    registry._BUILT_IN["script"] = "tests.flows.collecting.script:ScriptAdapter"


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """An engine with Maison Alba and one watch."""
    register()
    made = Engine(Settings(data_dir=folder, allow_hosts=("127.0.0.1",)), new_store(folder))
    made.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
    made.store.save_watch(Watch(brand=BRAND, name="alba", query='"Maison Alba"'))
    try:
        yield made
    finally:
        made.store.close()


def line(n: int, text: str = "Maison Alba, rien à dire", **more: object) -> Line:
    """A post, or something else that the server says."""
    return Line(n=n, id=f"p{n}", text=text, **more)  # type: ignore[arg-type]


def soon(**by: float) -> datetime:
    """So long after the tests began."""
    return NOON + timedelta(**by)
