"""What the other processes of the tests do: `python -m tests.store.child JOB FOLDER …`."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.store.make import at as instant
from tests.store.make import mention, post, screened, stretch
from tocsin.base.settings import Settings
from tocsin.store.connect import open_store
from tocsin.store.store import Store

SLICE = 50


def write(store: Store, source: str, slices: int, *, everybody_the_same: bool = False) -> None:
    """Bring in `slices` slices from where the cursor stands; another process may take the same ones."""
    while (done := int(store.cursor(source, "live") or 0)) < slices:
        prefix = "same" if everybody_the_same else source
        numbers = range(done * SLICE, (done + 1) * SLICE)
        mentions = [mention(post(n, f"Maison Alba {n}", native_id=f"{prefix}/{n}")) for n in numbers]
        part = stretch(str(done or ""), str(done + 1), source=source)
        store.commit(part, screened(mentions), now=instant(done))


def read(store: Store, until: Path) -> None:
    """Read pages until the file `until` is there; print the longest read in milliseconds and how many there were."""
    longest, reads = 0.0, 0
    while not until.exists():
        begun = time.perf_counter()
        store.latest_mentions("alba", limit=20)
        store.dashboard("alba", "2026-03-02")
        longest, reads = max(longest, time.perf_counter() - begun), reads + 1
        time.sleep(0.005)
    print(f"{longest * 1000:.0f} {reads}")


def main() -> None:
    """Do one job on the store of a folder, or of an address."""
    job, place, *rest = sys.argv[1:]
    url = place if place.startswith("postgresql:") else ""
    store = open_store(Settings(data_dir=Path("/nowhere" if url else place), database_url=url))
    if job == "read":
        read(store, Path(rest[0]))
    else:
        write(store, rest[0], int(rest[1]), everybody_the_same=job == "same")


if __name__ == "__main__":
    main()
