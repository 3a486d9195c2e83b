"""`python -m tocsin.work [--once]`: the worker as a process of its own."""

from __future__ import annotations

import signal
import sys
from datetime import UTC, datetime
from threading import Event

from tocsin.base.errors import TocsinError
from tocsin.base.settings import load_settings
from tocsin.flows.i18n import translator
from tocsin.work.loop import run_worker


def main() -> int:
    """Run until SIGINT or SIGTERM, or for one turn with --once; return 0, or 1 with the error in words."""
    settings = load_settings()
    stop = Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stop.set())
    if "--once" in sys.argv[1:]:
        stop.set()
    try:
        run_worker(settings, lambda: datetime.now(UTC), stop, _say)
    except TocsinError as error:
        sys.stderr.write(translator(settings.language).error(error) + "\n")
        return 1
    return 0


def _say(line: str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    raise SystemExit(main())
