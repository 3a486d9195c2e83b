"""Start a browser that keeps nothing, asks nobody anything by itself and cannot be led to inner addresses; end it.

Three things that a page can do are never shown to us before they happen: speculative loading, WebRTC, web sockets.
They are closed at the start: by preferences (no speculation, no UDP outside a proxy, of which there is none), and by
rules of Chromium's own resolver under which no literal inner address, however reached, has a place to connect to.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tocsin.base.address import refused_networks

# https://peter.sh/experiments/chromium-command-line-switches/, and the sources of Chromium 150.
ARGUMENTS = (
    "--no-proxy-server",
    "--disable-quic",
    "--disable-shared-workers",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-pings",
    "--hide-scrollbars",
    "--mute-audio",
    "--js-flags=--max-old-space-size=1024",  # a page that eats memory dies before the machine does
    # Connections from a public page to an inner address are refused once more when they are made, whatever its name.
    "--enable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets,LocalNetworkAccessChecksWebTransport,"
    "LocalNetworkAccessChecksWebRTC,LocalNetworkAccessForSubframeNavigations,LocalNetworkAccessForWorkers",
)
# Playwright lets pages open windows; the browser's own refusal of windows that nobody clicked for must stay on: what a
# new window asks first is seen by no one.
POPUP_SWITCH = "--disable-popup-blocking"
_PREFERENCES: dict[str, Any] = {
    "net": {"network_prediction_options": 2},  # never
    "webrtc": {"ip_handling_policy": "disable_non_proxied_udp", "multiple_routes_enabled": False},
    "dns_prefetching": {"enabled": False},
    "safebrowsing": {"enabled": False},
    "search": {"suggest_enabled": False},
    "plugins": {"always_open_pdf_externally": True},
    "credentials_enable_service": False,
    "autofill": {"profile_enabled": False, "credit_card_enabled": False},
}
# Ways to talk that no interception shows: in a page they behave as if every connection failed. In a worker, whose own
# world begins after any script of ours, a socket is told as not recorded.
CLOSED_SCRIPT = """(() => {
  class Failing extends EventTarget {
    constructor(url) {
      super();
      Object.assign(this, { url: String(url), readyState: 3, bufferedAmount: 0, protocol: "", extensions: "" });
      setTimeout(() => {
        for (const event of [new Event("error"), new CloseEvent("close", { code: 1006 })]) {
          this.dispatchEvent(event);
          this["on" + event.type]?.(event);
        }
      });
    }
    send() {}
    close() {}
  }
  Object.assign(Failing, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  Object.defineProperty(globalThis, "WebSocket", { value: Failing, configurable: false, writable: false });
  // A loop of dialogs would be closed one by one, each by way of three processes.
  let dialogs = 0;
  for (const [name, answer] of [["alert"], ["confirm", false], ["prompt", null]]) {
    const ask = globalThis[name]?.bind(globalThis);
    if (ask) globalThis[name] = (...words) => (dialogs++ < 20 ? ask(...words) : answer);
  }
  for (const name of ["WebSocketStream", "WebTransport", "RTCPeerConnection", "webkitRTCPeerConnection"])
    delete globalThis[name];
})()"""
_PROFILE = "tocsin-browser-"
_START_S = 30.0
_END_S = 5.0


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How the browser is started.

    path: of the browser, see `find.browser_path`. allow_hosts: whose literal addresses may be reached.
    trusted_keys: SHA-256 of public keys, base64, whose certificates are taken without an authority (one's own network).
    """

    path: str
    allow_hosts: tuple[str, ...] = ()
    trusted_keys: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """Return the command line, after the browser's name and playwright's own switches."""
        given = [*ARGUMENTS, f"--host-resolver-rules={','.join(closing(self.allow_hosts))}"]
        if self.trusted_keys:
            given.append(f"--ignore-certificate-errors-spki-list={','.join(self.trusted_keys)}")
        # Chromium refuses to start in its sandbox as root, which is who runs in a container.
        return [*given, "--no-sandbox"] if is_root() else given


class Chromium:
    """A running browser. `browser` is playwright's, `pid` of its first process, `gone` is set once it has ended."""

    def __init__(self, play: Any, context: Any, profile: Path) -> None:
        self.browser = context.browser
        self.gone = asyncio.Event()
        self.pid = 0
        self._play = play
        self._first = context
        self._profile = profile
        context.on("close", lambda _context: self.gone.set())

    async def end(self) -> None:
        """End the browser, kindly and then not; leave no process and no file."""
        with contextlib.suppress(TimeoutError, _playwright_error()):
            async with asyncio.timeout(_END_S):
                await self._first.close()
        kill_group(self.pid)
        with contextlib.suppress(TimeoutError, _playwright_error()):
            async with asyncio.timeout(_END_S):
                await self._play.stop()
        self.gone.set()
        await asyncio.to_thread(shutil.rmtree, self._profile, ignore_errors=True)


async def start_chromium(start: Start) -> Chromium:
    """Return a browser just started, in an empty profile of its own. Raises OSError when it does not start."""
    from playwright.async_api import Error, async_playwright

    await asyncio.to_thread(_sweep)
    profile = Path(tempfile.mkdtemp(prefix=f"{_PROFILE}{os.getpid()}-"))
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(_PREFERENCES), encoding="utf-8")
    play = await async_playwright().start()
    chromium = None
    try:
        async with asyncio.timeout(_START_S):
            context = await play.chromium.launch_persistent_context(
                profile,
                executable_path=start.path,
                args=start.arguments(),
                ignore_default_args=[POPUP_SWITCH],
                headless=True,
                accept_downloads=False,
            )
            chromium = Chromium(play, context, profile)
            watching = await chromium.browser.new_browser_cdp_session()
            found = await watching.send("SystemInfo.getProcessInfo")
            chromium.pid = next(one["id"] for one in found["processInfo"] if one["type"] == "browser")
    except (Error, TimeoutError) as error:
        if chromium is not None:
            await chromium.end()
        else:
            await play.stop()
            shutil.rmtree(profile, ignore_errors=True)
        raise OSError(
            f"{start.path} did not start: {str(error).splitlines()[0] if str(error) else 'no answer'}"
        ) from error
    return chromium


def _sweep() -> None:
    """Remove the profiles of processes that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PROFILE}*"):
        owner = folder.name.removeprefix(_PROFILE).partition("-")[0]
        if owner.isdecimal() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        return True
    return True


def kill_group(pid: int) -> None:
    """End the process and all that it started; it leads a group of its own. A process already gone is no error."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if pid > 1 and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)


def is_root() -> bool:
    """Return whether this process is root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _playwright_error() -> type[Exception]:
    from playwright.async_api import Error

    return Error


def closing(allow_hosts: Sequence[str]) -> Iterator[str]:
    """Yield the rules under which literal inner addresses, IPv4 and IPv6, are names that do not exist.

    A host that ends in a digit is an IPv4 address (WHATWG URL, "ends in a number"), so that a pattern of a prefix and a
    last digit meets no name. Of IPv6 only what is exempt stays open: pages name no hosts so.
    """
    for entry in allow_hosts:
        yield f"EXCLUDE {_bare(entry)}"
    for prefix in _prefixes():
        for digit in range(10):
            yield f"MAP {prefix}*{digit} ~NOTFOUND"
    yield "MAP [* ~NOTFOUND"


def _bare(entry: str) -> str:
    """Return the host of an entry of allow_hosts as the resolver's rules write it.

    >>> _bare("[fd00::5]:8080"), _bare("intranet.example.org:80"), _bare("10.0.0.1")
    ('fd00::5', 'intranet.example.org', '10.0.0.1')
    """
    entry = entry.strip().lower()
    return entry[1:].partition("]")[0] if entry.startswith("[") else entry.partition(":")[0]


def _prefixes() -> Iterator[str]:
    """Yield the dotted beginnings that together make up the refused IPv4 networks."""
    for network in refused_networks():
        octets = -(-network.prefixlen // 8)
        if octets > 3:  # the one broadcast address, which lies in a reserved network
            continue
        for part in network.subnets(new_prefix=8 * octets):
            yield ".".join(str(part.network_address).split(".")[:octets]) + "."
