"""A server of Mastodon's API on this machine: `mastodon_mock`, a double that keeps what is written and streams it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.real.conftest import PACKAGES

PEOPLE = ("alice", "bruno", "denis")
_START_S = 180.0


class Server:
    """The server, at `url`; what is written there outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, or start it again with all that was written."""
        pytest.importorskip("mastodon_mock", reason="the packages of make test-real are not installed")
        environment = {**os.environ, "PYTHONPATH": str(PACKAGES)}
        command = [sys.executable, "-m", "mastodon_mock", "serve", "--host", "127.0.0.1", "--port", str(self._port)]
        command += ["--config", str(self._config())]
        with (self._folder / "mastodon.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, cwd=self._folder, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port), 1).close()
                return
            except OSError:
                said = (self._folder / "mastodon.log").read_text("utf-8", "replace")
                assert self._process.poll() is None, f"the server did not start: {said[-2000:]}"
                assert time.monotonic() < deadline, f"the server does not answer: {said[-2000:]}"
                time.sleep(0.2)

    def stop(self) -> None:
        """Stop it at once, as by a power cut."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _config(self) -> Path:
        path = self._folder / "mastodon.toml"
        people = "".join(f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{name}-token"\n' for name in PEOPLE)
        path.write_text(f'[database]\npath = "{self._folder / "mastodon.sqlite3"}"\n{people}', "utf-8")
        return path

    def client(self, name: str) -> Any:
        """Return the usual client of one of its people."""
        module = pytest.importorskip("mastodon", reason="the packages of make test-real are not installed")
        return module.Mastodon(access_token=f"{name}-token", api_base_url=self.url)


@contextmanager
def mastodon(folder: Path) -> Iterator[Server]:
    """Start a server, and end it afterwards."""
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
