"""A publisher on this machine: a feed that names its hub, and the hub, which speaks WebSub by the letter."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client


class Publisher(HTTPServer):
    """Serves /feed and /hub. items: of the feed. asked: what the hub was asked, in order. status: of its answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.items: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.status = 202
        self.reads = 0
        self.has_hub = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def topic(self) -> str:
        return f"{self.url}/feed"

    def verify(self, browser: Client, number: int = -1, **changed: str) -> tuple[int, str]:
        """Ask at the callback whether a question was meant; return status and words of the answer."""
        asked = self.asked[number]
        query = {"hub.mode": asked["hub.mode"], "hub.topic": asked["hub.topic"], "hub.challenge": "défi-42"}
        if query["hub.mode"] == "subscribe":
            query["hub.lease_seconds"] = "7200"
        query |= {f"hub.{name}": value for name, value in changed.items()}
        answer = browser.get(f"{urlsplit(asked['hub.callback']).path}?{urlencode(query)}")
        return answer.status_code, answer.content.decode()

    def push(self, browser: Client, *items: str, method: str = "sha256", secret: str | None = None) -> int:
        """Push entries to the callback; return the status. secret: another than the one agreed on."""
        asked = self.asked[0]
        body = feed_of(items)
        key = (asked["hub.secret"] if secret is None else secret).encode()
        signature = f"{method}={hmac.new(key, body, getattr(hashlib, method)).hexdigest()}"
        path = urlsplit(asked["hub.callback"]).path
        headers = {"x-hub-signature": signature}
        return browser.post(path, body, content_type="application/rss+xml", headers=headers).status_code


class _Handler(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        self.server.reads += 1
        body = feed_of(self.server.items)
        self.send_response(200)
        self.send_header("Content-Type", "application/rss+xml")
        if self.server.has_hub:
            links = f'<{self.server.url}/hub>; rel="hub", <{self.server.topic}>; rel="self"'
            self.send_header("Link", links)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append({name: values[0] for name, values in form.items()})
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def feed_of(items: list[str] | tuple[str, ...]) -> bytes:
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>La Gazette</title><link>http://example.org/</link>"
    return f"{head}{''.join(items)}</channel></rss>".encode()


def entry(number: int, at: datetime | None = None) -> str:
    when = f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if at else ""
    return (
        f"<item><guid isPermaLink='false'>n{number}</guid><title>Maison Alba, épisode {number}</title>"
        f"<link>http://example.org/{number}</link>{when}</item>"
    )


@contextmanager
def publisher() -> Iterator[Publisher]:
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
