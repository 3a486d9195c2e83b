"""Real server processes for the tests: the demonstration played out, and an installation nobody has used yet."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError

import msgspec

from tests.helpers import ROOT
from tocsin.base.settings import Settings
from tocsin.flows.engine import Engine, open_engine

BRAND = "maison-alba"
T = TypeVar("T")
PASSWORD = "cinq pains dorés au levain"
START_S = 180.0  # far beyond what a slow machine needs; a server that is not there by then has failed
_ENTRANCE = re.compile(r"https?://\S+/demo/enter/\S+")


class Served:
    """A running server. address: without a slash at its end. data: its data folder."""

    def __init__(self, process: subprocess.Popen[str], address: str, data: Path) -> None:
        self.process = process
        self.address = address
        self.data = data
        self.entrance = ""
        self._engine: Engine | None = None
        self._thread = ThreadPoolExecutor(1)  # playwright's loop runs in the thread of the tests

    def ask(self, question: Callable[[Engine], T]) -> T:
        """Return the answer of an engine on the store of the server, as a worker beside the pages has one."""

        def answer() -> T:
            if self._engine is None:
                self._engine = open_engine(Settings(data_dir=self.data))
            return question(self._engine)

        return self._thread.submit(answer).result(START_S)

    def speak(self, name: str, language: str) -> None:
        """Let a person of the cast read in a language from now on."""

        def save(engine: Engine) -> None:
            person = engine.store.people.by_email(f"{name}@example.org")
            assert person is not None, name
            engine.store.people.save(msgspec.structs.replace(person, language=language))

        self.ask(save)

    def stop(self) -> None:
        """End the server."""
        if self._engine is not None:
            self.ask(lambda engine: engine.store.close())
        self._thread.shutdown()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(20)


def serve_demo(folder: Path, seed: int = 7) -> Served:
    """Play the demonstration to its end at once, and return it when its pages answer."""
    port = _free_port()
    words = ["127.0.0.1", str(port), str(seed), "12", "2", "1.0"]
    process = _start(["-m", "tocsin.web.demo", *words], {"TOCSIN_DATA_DIR": str(folder), "TOCSIN_LANGUAGE": "fr"})
    served = Served(process, f"http://127.0.0.1:{port}", folder / "demo")
    served.entrance = _said(process, _ENTRANCE)
    _wait_until_it_answers(served)
    _wait_until_it_is_over(served)
    return served


def serve_fresh(folder: Path, language: str) -> Served:
    """Return an installation as the install page makes it, with nobody in it; `served.entrance` is Alice's link."""
    environment = {"TOCSIN_DATA_DIR": str(folder), "TOCSIN_LANGUAGE": language, "TOCSIN_ALLOW_HOSTS": "127.0.0.1"}
    told = _start(["-m", "tocsin.cli.main", "init", "--owner", "alice@example.org", "--name", "Alice"], environment)
    printed, _ = told.communicate(timeout=START_S)
    token = re.search(r"/join/(\S+)", printed)
    assert token is not None, printed
    port = _free_port()
    process = _start(["-m", "tocsin.web", "127.0.0.1", str(port)], environment)
    served = Served(process, f"http://127.0.0.1:{port}", folder)
    served.entrance = f"{served.address}/join/{token[1]}"
    _wait_until_it_answers(served)
    return served


def _start(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _said(process: subprocess.Popen[str], wanted: re.Pattern[str]) -> str:
    """Return what a server prints that matches; it has failed when it ends or takes too long."""
    assert process.stdout is not None
    lines: list[str] = []
    until = time.monotonic() + START_S
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < until and ready.select(until - time.monotonic()):
            line = process.stdout.readline()
            if not line:
                break
            lines.append(line)
            if found := wanted.search(line):
                return found[0]
    raise AssertionError("the server did not start:\n" + "".join(lines))


def _wait_until_it_answers(served: Served) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{served.address}/healthz", timeout=5):
                return True
        except (URLError, TimeoutError):
            return False

    _wait(served, answers)


def _wait_until_it_is_over(served: Served) -> None:
    """Wait until the play offers no other speed any more: all of it was shown."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    browser.open(served.entrance, timeout=START_S).close()

    def is_over() -> bool:
        with browser.open(f"{served.address}/b/{BRAND}/more", timeout=START_S) as page:
            return b'name="speed"' not in page.read()

    _wait(served, is_over)


def _wait(served: Served, holds: Callable[[], bool]) -> None:
    until = time.monotonic() + START_S
    pause = threading.Event()
    while time.monotonic() < until and served.process.poll() is None:
        if holds():
            return
        pause.wait(0.1)
    raise AssertionError("the server ended, or does not get ready")
