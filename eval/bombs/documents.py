"""Bombs in what a source answers: documents that explode or nest, parsed in the bounded child process."""

from __future__ import annotations

import functools
import html
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.bombs.bomb import Refusal, watching
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Source
from tocsin.collect.registry import load_adapter
from tocsin.net.worker import LIMIT_S, BoundedWorker

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DEPTH = 100_000
_HARMLESS_CHARACTERS = 100
_WARM_UP_S = 60.0
CANARY = "canary-in-a-file-of-ours"
_FEED = (
    '<?xml version="1.0"?>{doctype}<rss version="2.0"><channel><title>a</title><link>https://example.org/</link>{rest}'
)
_ITEM = "<item><guid>1</guid><title>a</title><link>https://example.org/1</link><description>{text}</description></item>"
_END = "</channel></rss>"


def documents(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Return content type and bytes of each document; one of them names a file that it puts into `folder`."""
    secret = folder / "secret.txt"
    secret.write_text(CANARY, encoding="ascii")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    item = functools.partial(_ITEM.format)
    entity = f'<!DOCTYPE r [<!ENTITY l0 "ha">{laughs}]>'
    quadratic = f'<!DOCTYPE r [<!ENTITY a "{"x" * 100_000}">]>'
    outside = f'<!DOCTYPE r [<!ENTITY a SYSTEM "{secret.as_uri()}"><!ENTITY % b SYSTEM "{secret.as_uri()}"> %b;]>'
    nested = "<b>" * DEPTH + "x" + "</b>" * DEPTH
    xml = {
        "entities that double (a billion laughs)": _feed(entity, item(text="&l9;")),
        "one entity, ten thousand times": _feed(quadratic, item(text="&a;" * 10_000)),
        "an entity that names a file of ours": _feed(outside, item(text="&a;")),
        "elements 100,000 deep": _feed("", "<a>" * DEPTH + "</a>" * DEPTH),
        "elements 100,000 deep in a text": _feed("", item(text=nested)),
        "escaped HTML 100,000 deep": _feed("", item(text=html.escape(nested))),
        "an element of 100,000 attributes": _feed(
            "", "<a " + " ".join(f"a{n}='1'" for n in range(DEPTH)) + "/>" + item(text="x")
        ),
    }
    deep = '{"version":"https://jsonfeed.org/version/1.1","title":"a","items":' + "[" * DEPTH + "]" * DEPTH + "}"
    found = {name: ("application/rss+xml", text.encode()) for name, text in xml.items()}
    found["JSON 100,000 deep"] = ("application/feed+json", deep.encode())
    found["a number of a million digits"] = (
        "application/feed+json",
        b'{"version":"https://jsonfeed.org/version/1.1","title":"a","items":[{"id":' + b"9" * 1_000_000 + b"}]}",
    )
    return found


def document_refusals(limit_s: float = LIMIT_S) -> Iterator[Refusal]:
    """Yield how each document ended: refused, or read for the nothing that it holds. limit_s: for each.

    The memory is that of the child process above what it takes for a harmless feed.
    """
    worker = BoundedWorker()
    try:
        with TemporaryDirectory() as folder:
            for name, (kind, body) in documents(Path(folder)).items():
                worker.limit_s = _WARM_UP_S
                worker.call(_parsed, "application/rss+xml", _feed("", _ITEM.format(text="x")).encode())
                worker.limit_s = limit_s
                yield _refusal(worker, f"document: {name}", kind, body)
    finally:
        worker.close()


def _refusal(worker: BoundedWorker, name: str, kind: str, body: bytes) -> Refusal:
    started_s, why, given = time.monotonic(), "", ""
    with watching(lambda: worker.pid) as peak_mb:
        try:
            given = worker.call(_parsed, kind, body)
        except SourceError as error:
            why = str(error)
    took_s = time.monotonic() - started_s
    is_good = bool(why) or (CANARY not in given and len(given) < _HARMLESS_CHARACTERS)
    why = why or "(read, and nothing in it)"
    return Refusal(name=name, why=why, is_good=is_good, took_s=took_s, extra_mb=peak_mb[0] if peak_mb else None)


def _parsed(kind: str, body: bytes) -> str:
    """Return the texts that the feed adapter makes of a document; for the child to run."""
    source = Source(name="bomb", adapter="feed", options={"url": "https://example.org/feed"})
    answer = Answer(url="https://example.org/feed", status=200, headers={"content-type": kind}, body=body, at=NOW)
    page = load_adapter("feed").parse(source, "", answer, NOW)
    return "".join(post.text + post.title for post in page.posts)


def _feed(doctype: str, rest: str) -> str:
    return _FEED.format(doctype=doctype, rest=rest) + _END
