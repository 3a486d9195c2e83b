"""Readers of web archives that others wrote, each as a process of its own: py-wacz, warcio, pywb, replayweb.page."""

from __future__ import annotations

import base64
import functools
import hashlib
import http.server
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from tests.helpers import ROOT

_PACKAGES = ROOT / "build" / "real" / "replay"
_PLAYER = ROOT / "build" / "real" / "player"
_PLAYER_VERSION = "2.5.3"
_PLAYER_SHA512 = "nCj2PSON3BxeSJKE8AsYPyULv0XPZKJWfy4l9PyQre9SqwLZ+WKZVs/sfLqPOQ4GrH+0YkjbwOhr8cSTH08gsQ=="
_START_S = 60.0
_HTML = """<!doctype html><meta charset=utf-8><script src="ui.js"></script>
<replay-web-page replayBase="./replay/" source="capture.wacz" url="{url}" embed="replayonly" style="height:800px">
</replay-web-page>"""


def run_python(code: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` with the packages of the readers first; skip the test where they are not installed."""
    return subprocess.run(_command(code, *arguments), cwd=folder, env=_environment(), capture_output=True, text=True)


@contextmanager
def pywb(wacz: Path, folder: Path) -> Iterator[str]:
    """Play the package by pywb; give the address before which a captured address is written."""
    manager = "import sys; from pywb.manager.manager import main; main(sys.argv[1:])"
    for arguments in (("init", "capture"), ("add", "capture", "--unpack-wacz", str(wacz))):
        done = run_python(manager, *arguments, folder=folder)
        assert done.returncode == 0, done.stderr
    port = _free_port()
    server = "import sys; from pywb.apps.cli import wayback; wayback(sys.argv[1:])"
    with (folder / "pywb.log").open("wb") as log:
        command = _command(server, "-p", str(port), "-b", "127.0.0.1")
        process = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=log, stderr=log)
    try:
        _await(port, process)
        yield f"http://127.0.0.1:{port}/capture/mp_/"
    finally:
        process.kill()
        process.wait()


@contextmanager
def player(wacz: Path, url: str, folder: Path) -> Iterator[str]:
    """Serve replayweb.page and the package on loopback; give the address of the page that plays `url`."""
    (folder / "replay").mkdir(parents=True)
    for name, place in (("ui.js", folder), ("sw.js", folder / "replay")):
        shutil.copy(_player_files() / "package" / name, place / name)
    shutil.copy(wacz, folder / "capture.wacz")
    (folder / "index.html").write_text(_HTML.format(url=url))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Parts, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/index.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fetch(url: str, body: bytes | None = None) -> bytes:
    """Return what loopback answers; a body makes it a POST of JSON."""
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"} if body else {})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        content: bytes = answer.read()
        return content


def _player_files() -> Path:
    """Return the folder of the player, unpacked from npm once and held to its digest, or skip with the reason."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, so that replayweb.page cannot be had")
    _PLAYER.mkdir(parents=True, exist_ok=True)
    archive = _PLAYER / f"replaywebpage-{_PLAYER_VERSION}.tgz"
    with FileLock(str(_PLAYER.with_suffix(".lock"))):
        if not archive.exists():
            command = ["npm", "pack", f"replaywebpage@{_PLAYER_VERSION}", "--ignore-scripts"]
            done = subprocess.run(command, cwd=_PLAYER, capture_output=True, text=True, timeout=300)
            if done.returncode:
                pytest.skip(f"npm has no replayweb.page for us: {done.stderr.strip()[-200:]}")
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert digest == _PLAYER_SHA512, f"replaywebpage {_PLAYER_VERSION} is not the one that was tried: {digest}"
        if not (_PLAYER / "package" / "ui.js").exists():
            with tarfile.open(archive) as packed:
                packed.extractall(_PLAYER, filter="data")
    return _PLAYER


def _command(code: str, *arguments: str) -> list[str]:
    if not (_PACKAGES / "pywb").is_dir():
        pytest.skip("the packages of make test-real are not installed (build/real/replay)")
    return [sys.executable, "-c", code, *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_PACKAGES)}


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("pywb did not start")


class _Parts(http.server.SimpleHTTPRequestHandler):
    """Serves files, and parts of them: a player reads the package by ranges."""

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("range", ""))
        path = Path(self.translate_path(self.path))
        if not asked or not path.is_file():
            super().do_GET()
            return
        content = path.read_bytes()
        first = int(asked[1]) if asked[1] else max(0, len(content) - int(asked[2]))
        last = min(int(asked[2]) if asked[1] and asked[2] else len(content) - 1, len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(content[first : last + 1])

    def end_headers(self) -> None:
        """Let nothing be kept: a browser's cache and parts of a file that it left in the middle do not go together."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
