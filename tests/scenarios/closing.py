"""A process that closes what waits: `python -m tests.scenarios.closing PLACE LATE_S`, a folder or an address."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.flows import close
from tocsin.flows.engine import Engine, open_engine

END = datetime(2026, 11, 24, 17, tzinfo=UTC)
TIMELINE = "backfill:past"


def opened(place: str) -> Engine:
    """Return an engine on the store of a folder, or of an address."""
    url = place if place.startswith("postgresql:") else ""
    return open_engine(Settings(data_dir=Path("/nowhere" if url else place), database_url=url), migrate=not url)


def main() -> None:
    """Close all that waits, a hundred posts at a time, by a clock that is so many seconds late."""
    place, late = sys.argv[1:]
    close.ROWS_AT_ONCE = 100
    engine = opened(place)
    now = END + timedelta(seconds=int(late))
    close.close_timeline(engine, TIMELINE, minute_of(END), now)
    engine.store.close()


if __name__ == "__main__":
    main()
