"""An installation of tocsin with a worker in a process of its own, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from tests.helpers import ROOT
from tocsin.base.brand import Brand, Watch
from tocsin.base.post import Post
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.collect.adapter import Source
from tocsin.flows.collecting.life import add
from tocsin.flows.engine import open_engine

BRAND = "maison-alba"
PATIENCE_S = 90.0


class Household:
    """The data folder `folder`, a brand that watches for "Maison Alba", and its worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._settings = Settings(data_dir=folder / "data", allow_hosts=("127.0.0.1", "localhost"))
        self._worker: subprocess.Popen[bytes] | None = None
        self.engine = open_engine(self._settings, migrate=True)
        self.engine.store.save_brand(Brand(slug=BRAND, name="Maison Alba"))
        self.engine.store.save_watch(Watch(brand=BRAND, name="alba", query='"Maison Alba"'))

    def __enter__(self) -> Household:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self.engine.store.close()
        if error is not None:
            sys.stderr.write(self.said())

    def add(self, source: Source, secrets: Mapping[str, str]) -> None:
        """Add a source as its page does."""
        add(self.engine, BRAND, source, secrets)

    def ask_again(self, name: str) -> None:
        """Have a source that is waited for after failures asked at once, as its owner does by saving it again."""
        row = next(row for row in self.engine.store.sources() if row.source.name == name)
        self.engine.store.save_source(row.source, row.brand)

    def start(self) -> None:
        """Start the worker."""
        environment = {
            **os.environ,
            "TOCSIN_DATA_DIR": str(self._settings.data_dir),
            "TOCSIN_ALLOW_HOSTS": ",".join(self._settings.allow_hosts),
            "TOCSIN_LANGUAGE": "en",
        }
        with (self._folder / "worker.log").open("ab") as log:
            command = [sys.executable, "-m", "tocsin.work"]
            self._worker = subprocess.Popen(command, env=environment, stderr=log, stdout=log, cwd=ROOT)

    def kill(self) -> None:
        """Kill the worker at once (SIGKILL), wherever it is; without one, do nothing."""
        if self._worker is not None:
            self._worker.send_signal(signal.SIGKILL)
            self._worker.wait()
            self._worker = None

    def said(self) -> str:
        """Return what the workers said so far."""
        log = self._folder / "worker.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    def posts(self) -> dict[str, Post]:
        """Return the posts kept for the brand, by native id."""
        rows = self.engine.store.latest_mentions(BRAND, limit=10_000)
        return {row.post.native_id: row.post for row in rows}

    def texts(self) -> dict[str, str]:
        """Return what the posts kept for the brand say, by native id."""
        return {native_id: post.text for native_id, post in self.posts().items()}

    def cursor(self, source: str) -> str:
        """Return how far a source was read."""
        return self.engine.store.cursor(source, LIVE)

    def gaps(self, source: str) -> list[str]:
        """Return why stretches of time of a source are missing."""
        return [gap.why for gap in self.engine.store.collecting.gaps(source)]

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds; fail with the worker's words when it does not."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            worker = self._worker
            assert worker is None or worker.poll() is None, f"the worker ended: {self.said()[-2000:]}"
            if time.monotonic() > deadline:
                raise AssertionError(f"waited in vain until {what}; the worker said: {self.said()[-2000:]}")
            time.sleep(0.2)
