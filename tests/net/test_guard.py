"""What would leave for the real network is tried where no route leads out, or not at all."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from tests.helpers import ROOT

_CHILD = """
import asyncio, json, sys
from tests.net.servers import FakeResolver
from tocsin.base.errors import TocsinError
from tocsin.net.http import HttpClient
from tocsin.net.politeness import HostPacer
from tocsin.net.values import HttpRequest

async def go():
    loop, tried = asyncio.get_running_loop(), []
    async def connect(sock, address):
        tried.append(address[0])
        raise OSError("no route")
    loop.sock_connect = connect
    names = FakeResolver(dehors_example_org=[["9.9.9.9"], ["127.0.0.1"]], dedans_example_org=[["10.0.0.1"]])
    async with HttpClient(pacer=HostPacer(0), resolver=names) as client:
        for url in json.loads(sys.argv[1]):
            try:
                await client.get(HttpRequest(url=url))
            except TocsinError as error:
                pass
    return tried

print(json.dumps(asyncio.run(go())))
"""


def _tried(urls: list[str]) -> list[str]:
    """Return the IP addresses that the client tried to connect to, in a child without any route."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test make a network namespace (unshare -rn)")
    child = subprocess.run(
        [unshare, "-rn", sys.executable, "-c", _CHILD, json.dumps(urls)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    tried: list[str] = json.loads(child.stdout)
    return tried


def test_nothing_is_sent_inside_and_a_changed_answer_of_a_name_is_checked_again() -> None:
    inner = [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://100.64.0.1/",
        "http://192.0.0.192/",
        "http://[2002:7f00:1::]/",
        "http://169.254.169.254/latest/",
        "http://dedans.example.org/",
    ]
    outer = ["http://9.9.9.9/", "http://dehors.example.org/", "http://dehors.example.org/"]
    assert _tried(inner + outer) == ["9.9.9.9", "9.9.9.9"]
