"""A Bluesky network on this machine: the real directory of accounts and the real data server, in Node.

Installed once, by the lock file that stands in tests/real/bluesky, into build/real/bluesky.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock

from tests.helpers import ROOT

_FILES = ROOT / "tests" / "real" / "bluesky"
_PLACE = ROOT / "build" / "real" / "bluesky"
_INSTALL_S = int(os.environ.get("TESTS_REAL_INSTALL_S", "900"))
_START_S = 120


def _node_packages() -> Path:
    """Return the folder with the packages of the network, installed if they are not, or skip with the reason."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so that no Bluesky network can be started")
    wanted = hashlib.sha256((_FILES / "package-lock.json").read_bytes()).hexdigest()
    ready = _PLACE / "ready"
    _PLACE.mkdir(parents=True, exist_ok=True)
    with FileLock(str(_PLACE.with_suffix(".lock"))):
        if not ready.exists() or ready.read_text() != wanted:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(_FILES / name, _PLACE / name)
            shutil.copy(ROOT / ".npmrc", _PLACE / ".npmrc")
            _npm("ci", "--ignore-scripts")
            _npm("rebuild", "better-sqlite3", "--ignore-scripts=false")
            ready.write_text(wanted)
    return _PLACE


def _npm(*arguments: str) -> None:
    try:
        done = subprocess.run(["npm", *arguments], cwd=_PLACE, capture_output=True, text=True, timeout=_INSTALL_S)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm {arguments[0]} did not come to its end in {_INSTALL_S} s")
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line.lower()] or ["no word"]
        pytest.skip(f"npm {arguments[0]} failed, so that no Bluesky network can be started: {said[0][:200]}")


@contextmanager
def network() -> Iterator[str]:
    """Start a network, and give the address of its data server; end it afterwards."""
    place = _node_packages()
    for name in ("loopback.cjs", "network.cjs"):
        shutil.copy(_FILES / name, place / name)
    command = ["node", "--require", "./loopback.cjs", "network.cjs"]
    environment = {**os.environ, "LOG_ENABLED": "false", "NODE_ENV": "test"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=place, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)
    timer = threading.Timer(_START_S, process.kill)
    timer.start()
    try:
        assert process.stdout is not None and process.stderr is not None
        line = process.stdout.readline()
        timer.cancel()
        if not line:
            raise AssertionError(f"the Bluesky network did not start: {process.stderr.read().decode()[-2000:]}")
        yield json.loads(line)["pds"].replace("localhost", "127.0.0.1")
    finally:
        timer.cancel()
        process.kill()
        process.wait()


class Citizen:
    """Somebody with an account on the network, who writes by the official client."""

    def __init__(self, server: str, name: str) -> None:
        atproto = pytest.importorskip("atproto", reason="the packages of make test-real are not installed")
        self._client = atproto.Client(f"{server}/xrpc")
        self.handle = f"{name}.test"
        data = {"handle": self.handle, "email": f"{name}@example.org", "password": f"{name}-secret"}
        self.did: str = self._client.com.atproto.server.create_account(data).did
        # The usual sign-in asks the index of posts for a profile, which this network does not have.
        self._client._get_and_set_session(self.handle, data["password"])
        self._client.me = SimpleNamespace(did=self.did, handle=self.handle)

    def says(self, text: str, **fields: Any) -> str:
        """Write a post; return its at-URI."""
        return str(self._client.send_post(text, langs=["fr"], **fields).uri)

    def passes_on(self, uri: str, cid: str) -> str:
        """Repost; return the at-URI of the repost."""
        return str(self._client.repost(uri, cid).uri)

    def changes(self, uri: str, text: str) -> None:
        """Write a post anew."""
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-03-04T11:00:00Z"}
        name = {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": uri.rpartition("/")[2]}
        self._client.com.atproto.repo.put_record({**name, "record": record})

    def deletes(self, uri: str) -> None:
        """Delete a post."""
        assert self._client.delete_post(uri)

    def leaves(self) -> None:
        """Deactivate the account."""
        self._client.com.atproto.server.deactivate_account({})

    def posts(self) -> dict[str, str]:
        """Return what the server holds of this account: the texts by at-URI."""
        asked = {"repo": self.did, "collection": "app.bsky.feed.post", "limit": 100}
        records = self._client.com.atproto.repo.list_records(asked).records
        return {record.uri: record.value.text for record in records}


@contextmanager
def relayed(server: str, tell: Any) -> Iterator[None]:
    """Hand every message of the data server's repository stream, from its beginning, to `tell`."""
    atproto = pytest.importorskip("atproto", reason="the packages of make test-real are not installed")
    params = atproto.models.ComAtprotoSyncSubscribeRepos.Params(cursor=0)
    firehose = atproto.FirehoseSubscribeReposClient(params, base_uri=f"{server.replace('http', 'ws', 1)}/xrpc")

    def hear(message: Any) -> None:
        tell(atproto.parse_subscribe_repos_message(message))

    thread = threading.Thread(target=firehose.start, args=(hear,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        firehose.stop()
        thread.join(10)
