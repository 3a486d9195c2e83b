"""A feed on this machine whose items a test changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

NOON = datetime.now(UTC).replace(microsecond=0)  # the client stamps what it fetches with the real time


class FeedServer(HTTPServer):
    """Serves one feed whose items the test changes; `status` other than 200 is a failure."""

    items: list[str]
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: FeedServer

    def do_GET(self) -> None:
        body = (
            "<?xml version='1.0'?><rss version='2.0'><channel><title>La Gazette</title>"
            f"<link>http://example.org/</link>{''.join(self.server.items)}</channel></rss>"
        ).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/rss+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def item(number: int, at: datetime) -> str:
    return (
        f"<item><guid isPermaLink='false'>n{number}</guid><title>Maison Alba, épisode {number}</title>"
        f"<link>http://example.org/{number}</link><pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
    )


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    server = FeedServer(("127.0.0.1", 0), _Handler)
    server.items = [item(1, NOON - timedelta(hours=2))]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
