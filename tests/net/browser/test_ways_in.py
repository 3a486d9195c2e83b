"""A public page tries every way a browser has to reach an inner address; nobody listening there hears a byte."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from tests.net.browser import site as site_module
from tests.net.browser.site import site
from tocsin.base.capture import Outcome, Record, Recording, Resolution, StepKind, Visit
from tocsin.net.browser import Browser, BrowserOptions, gate, launch

WAYS = """<!DOCTYPE html><html><head><meta charset="utf-8">
<link rel="preconnect" href="http://INNER"><link rel="prefetch" href="http://INNER/prefetch">
<link rel="stylesheet" href="http://INNER/sheet.css"><link rel="modulepreload" href="http://INNER/m.js">
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["http://INNER/spec"],"eagerness":"immediate"}],
"prerender":[{"source":"list","urls":["http://INNER/prerender"],"eagerness":"immediate"}]}</script></head><body>
<h1>Une page</h1><img src="http://INNER/img"><iframe src="http://INNER/frame"></iframe>
<object data="http://INNER/object"></object><video src="http://INNER/film"></video>
<a id="a" href="http://INNER/a" target="_blank" rel="noopener" ping="http://INNER/ping">a</a>
<form id="f" method="post" action="http://INNER/form" target="inside"><input name="x"></form>
<iframe name="inside"></iframe>
<script>
const no = () => 0, attempt = code => { try { code() } catch (error) { no() } };
const talk = "try { new WebSocket('ws://INNER/ws') } catch (e) {}; "
  + "try { importScripts('http://INNER/i.js') } catch (e) {}; "
  + "fetch('http://INNER/f', {mode: 'no-cors'}).catch(() => 0); new EventSource('http://INNER/e')";
attempt(() => new WebSocket("ws://INNER/socket"));
attempt(() => new WebTransport("https://INNER/transport").ready.catch(no));
attempt(() => { const peer = new RTCPeerConnection({iceServers:
  [{urls: "turn:INNER?transport=tcp", username: "a", credential: "b"}, {urls: "stun:INNER"}]});
  peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)) });
attempt(() => fetch("http://INNER/fetch", {mode: "no-cors"}).catch(no));
attempt(() => navigator.sendBeacon("http://INNER/beacon", "x"));
attempt(() => new Worker(URL.createObjectURL(new Blob([talk]))));
attempt(() => new SharedWorker(URL.createObjectURL(new Blob([talk]))));
attempt(() => new EventSource("http://INNER/events"));
attempt(() => open("http://INNER/window"));
attempt(() => a.click());
attempt(() => f.submit());
attempt(() => { const frame = document.createElement("iframe"); document.body.append(frame);
  new frame.contentWindow.WebSocket("ws://INNER/of-frame") });
attempt(() => import("http://INNER/module.js").catch(no));
attempt(() => navigator.serviceWorker.register("/worker.js").catch(no));
</script></body></html>"""


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """Give a port of the loopback that accepts everything, and what it heard."""
    heard: list[bytes] = []
    door = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        while True:
            try:
                talking, _ = door.accept()
            except OSError:
                return
            with talking:
                talking.settimeout(1.0)
                try:
                    heard.append(talking.recv(200))
                    talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
                except OSError:
                    continue

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    try:
        yield door.getsockname()[1], heard
    finally:
        door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(5)


def _record(url: str, *allow_hosts: str) -> Recording:
    async def go() -> Recording:
        async with Browser(BrowserOptions(allow_hosts=allow_hosts)) as browser:
            return await browser.record(Visit(url=url, max_s=10.0))

    return asyncio.run(go())


@pytest.mark.parametrize("host", ["127.0.0.1", "inner.example.org", "[::1]"])
def test_no_way_leads_to_an_inner_address(needs_browser: None, monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """The page is public for the browser, and exempt for us, for its own port alone; the other door is inner."""
    with site() as public, listening() as (port, heard):
        mine = public.base.removeprefix("http://")
        rules = list(launch.closing(()))
        # The page's own address must stay open in this test; the other door has the same one with another port.
        inner = [f"MAP 127.0.0.1:{port} ~NOTFOUND", *(rule for rule in rules if not rule.startswith("MAP 127."))]
        named = f"MAP inner.example.org 127.0.0.1:{port}"
        monkeypatch.setattr(launch, "closing", lambda _hosts: iter([named, *inner]))
        switches = (*launch.ARGUMENTS, f"--ip-address-space-overrides={mine}=public")
        monkeypatch.setattr(launch, "ARGUMENTS", switches)
        monkeypatch.setitem(site_module.PAGES, "/ways", WAYS.replace("INNER", f"{host}:{port}"))
        page = _record(public.base + "/ways", mine)
    assert page.outcome is Outcome.WHOLE and "Une page" in page.text
    assert [said for said in heard if said] == []
    refused = [exchange for exchange in page.exchanges if str(port) in exchange.url]
    assert len(refused) >= 8 and all(exchange.status is None and exchange.body is None for exchange in refused)


def test_a_name_that_turns_inner_after_it_was_checked_gives_nothing(
    needs_browser: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def public(host: str) -> Resolution:
        record = Record(name=host, kind="A", value="93.184.215.14")
        return Resolution(host=host, at=datetime.now(UTC), resolver="system", records=(record,))

    with listening() as (port, _heard):
        rebinding = f"MAP rebind.example.org 127.0.0.1:{port}"
        monkeypatch.setattr(launch, "closing", lambda _hosts: iter([rebinding]))
        monkeypatch.setattr(gate, "resolve", public)
        page = _record("http://rebind.example.org/")
    assert page.outcome is Outcome.REFUSED
    assert page.text == page.dom == page.title == "" and not page.pictures and page.mhtml is page.pdf is None
    assert all(exchange.body is None for exchange in page.exchanges)
    assert page.exchanges[0].remote_ip == "127.0.0.1" and page.exchanges[0].body_missing == "refused"
    assert any("answered from 127.0.0.1" in step.detail for step in page.steps if step.kind is StepKind.BLOCKED)
