"""What a seal costs, and what a stranger's check of it costs, on a log of 100,000 entries: `python -m bench.seal`.

The log stands in an SQLite file, as in an installation; the time-stamping authorities are `openssl ts` on loopback, so
that what the wire to a real one costs is not in the figures. Exit 1 where a figure is over its bound.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.evidence.authority import authorities
from tests.evidence.dossiers import SIGNER, MemoryLog, make_dossier, sealed_capture
from tocsin.evidence.dossier.write import write_folder, write_zip
from tocsin.evidence.log.entry import leaf_of
from tocsin.evidence.log.tree import check_inclusion, consistency, inclusion, stored_hashes, tree_hash
from tocsin.evidence.values import Entry, EntryKind, File
from tocsin.evidence.verify import outcome, verify

ENTRIES = 100_000
RUNS = 9
BOUNDS_MS = {
    "append of an entry": 5.0,
    "proof of an entry": 20.0,
    "proof that the log goes on, and signed head": 20.0,
    "whole seal of a capture of 8 MB": 500.0,
    "stranger's check with sh and openssl": 1000.0,
    "the same by tocsin verify, process and all": 1000.0,
    "the same by tocsin verify, zip": 1000.0,
}


class SqliteLog(MemoryLog):
    """The log of the tests, with its hashes in a file."""

    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(path)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("CREATE TABLE hash (place INTEGER PRIMARY KEY, digest BLOB NOT NULL)")
        super().__init__(SIGNER)

    def read(self, places: Sequence[int]) -> list[bytes]:
        marks = ",".join("?" * len(places))
        found = dict(self._rows.execute(f"SELECT place, digest FROM hash WHERE place IN ({marks})", places))
        return [found[place] for place in places]

    def append(self, entry: Entry) -> int:
        index = len(self.entries)
        first = 2 * index - index.bit_count()
        new = stored_hashes(index, leaf_of(entry), self.read)
        self._rows.executemany("INSERT INTO hash VALUES (?, ?)", enumerate(new, first))
        self._rows.commit()
        self.entries.append(entry)
        return index

    def fill(self, size: int) -> None:
        """Append entries in memory and write them at once, as nothing here is about their making."""
        memory, now = MemoryLog(), datetime.now(UTC)
        for number in range(size):
            memory.append(entry_of(number, now))
        self._rows.executemany("INSERT INTO hash VALUES (?, ?)", enumerate(memory.hashes))
        self._rows.commit()
        self.entries = memory.entries


def entry_of(number: int, now: datetime) -> Entry:
    """Return one entry of no importance."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return Entry(kind=EntryKind.ACCESS, at=now, digest=digest, number="2026-0001", who="p-1")


def main() -> int:
    """Print the figures, one a line; return 1 where one is over its bound."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name, authorities("alpha", "beta") as two:
        folder = Path(name)
        log = SqliteLog(folder / "log.sqlite3")
        log.fill(ENTRIES)
        figures = log_figures(log)
        files = (
            File("capture.wacz", random.Random(1).randbytes(3_000_000)),
            File("page.png", random.Random(2).randbytes(5_000_000)),
            File("text.txt", b"La Maison Alba\n" * 4000),
        )
        figures["whole seal of a capture of 8 MB"] = timed(lambda: (sealed_capture(log, two, "C-1", files), log.sign()))
        made = make_dossier(two, log, captures=1, files=files)
        dossier = write_folder(made, folder / "dossier-2026-0042")
        packed = write_zip(made, folder / "dossier-2026-0042.zip")
        figures |= check_figures(dossier, packed)
    over = [what for what, ms in figures.items() if ms > BOUNDS_MS[what]]
    for what, ms in figures.items():
        print(f"{what:<52} {ms:9.2f} ms   at most {BOUNDS_MS[what]:g}{'   OVER' if what in over else ''}")
    return 1 if over else 0


def log_figures(log: SqliteLog) -> dict[str, float]:
    """Return what appending and proving cost."""
    now, numbers = datetime.now(UTC), random.Random(3)
    appended = timed(lambda: log.append(entry_of(numbers.randrange(10**9), now)), runs=200)
    log.sign()

    def prove() -> None:
        size, index = len(log.entries), numbers.randrange(ENTRIES)
        proof = inclusion(size, index, log.read)
        assert check_inclusion(leaf_of(log.entries[index]), index, size, proof, tree_hash(size, log.read))

    def go_on() -> None:
        assert log.head is not None
        log.append(entry_of(numbers.randrange(10**9), now))
        consistency(numbers.randrange(1, ENTRIES), len(log.entries), log.read)
        log.sign()

    return {
        "append of an entry": appended,
        "proof of an entry": timed(prove, runs=200),
        "proof that the log goes on, and signed head": timed(go_on, runs=50),
    }


def check_figures(dossier: Path, packed: Path) -> dict[str, float]:
    """Return what a check costs, by each of the verifiers, once they are seen to agree that it is good."""
    assert outcome(verify(dossier)) == outcome(verify(packed)) == "OK"
    shell = ["env", "-i", "PATH=/usr/bin:/bin", shutil.which("sh") or "sh", str(dossier / "verify.sh")]
    command = [sys.executable, "-m", "tocsin.cli.main", "verify"]
    return {
        "stranger's check with sh and openssl": timed(lambda: run(shell)),
        "the same by tocsin verify, process and all": timed(lambda: run([*command, str(dossier)])),
        "the same by tocsin verify, zip": timed(lambda: run([*command, str(packed)])),
    }


def run(command: Sequence[str]) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


def timed(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the wall time of the fastest run, in milliseconds: what it costs where nobody else uses the machine."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


if __name__ == "__main__":
    raise SystemExit(main())
