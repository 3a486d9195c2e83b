"""The worker as a process of its own: started, killed, weighed with its children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def start(data_dir: Path, allow_hosts: str) -> subprocess.Popen[bytes]:
    """Start `python -m tocsin.work` on an installation."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")} | {
        "TOCSIN_DATA_DIR": str(data_dir),
        "TOCSIN_ALLOW_HOSTS": allow_hosts,
        "TOCSIN_KEEP_UNMATCHED": "true",
    }
    quiet = (data_dir / "worker.log").open("ab")
    return subprocess.Popen([sys.executable, "-m", "tocsin.work"], env=environment, stdout=quiet, stderr=quiet)


def unpin() -> None:
    """Take all cores again: who started this may have kept itself, and so us, to one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill without a word, as a power cut would."""
    child.send_signal(signal.SIGKILL)
    child.wait()


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def cpu_s(pid: int) -> float:
    """Return the processor time that a process and its children took so far."""
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def memory_mb(pid: int) -> float:
    """Return the memory that a process and its children hold, pages they share counted once (PSS)."""
    total = 0
    for one in family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024
