"""The extractor inside fastfeedparser, asked directly: no second tree for the head, and times as they were written.

It stands behind the library's public function and may change with any version. So it is tried on a small feed first:
where its answer is not what is expected here, or where the library was built without it, the public function reads all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from html import unescape
from typing import Any, NamedTuple

from fastfeedparser import main as library
from lxml import etree

from tocsin.collect.feed.times import has_zone, read_time

_STARTS = (b"<?xml", b"<rss", b"<feed", b"<rdf")
# A head that the library mends before it reads; it mends by its own rules.
_MENDED = (b"??>", b"?xml?xml", b"rss:")
_HEAD_BYTES = 1_000
# Below so few entries in so many bytes, the library looks for more by another way.
_FEW_ENTRIES, _MANY_BYTES = 5, 20_000
_XML = "{http://www.w3.org/XML/1998/namespace}"
_SAMPLE = (
    b'<rss version="2.0"><channel><title>a</title><item><guid>g</guid><title>t</title><link>https://example.org/</link>'
    b"<pubDate>Thu, 01 Jan 2026 10:00:00</pubDate><description>&lt;p&gt;d</description>"
    b'<enclosure url="https://example.org/e" type="audio/mpeg"/></item>'
    b"<item><guid>h</guid><pubDate>2026-01-01T10:00:00</pubDate></item></channel></rss>"
)


class Core(NamedTuple):
    """What it found. kind: rss, atom or rdf. entries: as the public function gives them, but for their times.

    moments: by the text that stands in `published` and `updated`; naive where no zone is written. Other texts there are
    times in UTC that the extractor read by itself.
    """

    kind: str
    title: str
    language: str
    base: str
    entries: Sequence[Mapping[str, Any]]
    moments: Mapping[str, datetime]

    def moment(self, said: str | None) -> datetime | None:
        """Return the time behind a text of `published` or `updated`."""
        if not said:
            return None
        known = self.moments.get(said)
        if known is not None:
            return known
        try:
            return datetime.fromisoformat(said)
        except ValueError:
            return None


def read_core(body: bytes) -> Core | None:
    """Return what the extractor finds, or None when the public function must read the feed.

    body: UTF-8. Raises etree.LxmlError for a head that is no XML.
    """
    extract = _extractor()
    head = body[:_HEAD_BYTES].lower()
    if extract is None or not head.startswith(_STARTS) or any(mark in head for mark in _MENDED):
        return None
    times = _Times()
    found = extract(body, dict, times.read, unescape, True, False, True, True)
    if isinstance(found, str):
        return None
    kind, _, header, entries = found
    if kind == "rss" and len(entries) < _FEW_ENTRIES and len(body) > _MANY_BYTES:
        return None
    return Core(kind, *_head(header, kind), entries, times.moments)


class _Times:
    """Reads the times of one feed, keeping apart those that say no zone."""

    def __init__(self) -> None:
        self.moments: dict[str, datetime] = {}

    def read(self, written: str) -> str | None:
        """Return the text itself if a time stands in it: the extractor tries another element otherwise."""
        if not written or len(written) > 200:
            return None
        if written in self.moments:
            return written
        moment = read_time(written) or _unusual(written)
        if moment is None:
            return None
        self.moments[written] = moment
        return written


def _unusual(written: str) -> datetime | None:
    read = library._parse_date(written)
    if read is None:
        return None
    moment = datetime.fromisoformat(read)
    return moment.astimezone(UTC) if has_zone(written) else moment.replace(tzinfo=None)


def _head(header: bytes, kind: str) -> tuple[str, str, str]:
    """Return title, language and base of the feed, from its bytes without its entries."""
    root = etree.fromstring(header, parser=etree.XMLParser(recover=True, resolve_entities=False, no_network=True))
    if root is None:
        return "", "", ""
    channel = root if kind == "atom" else next((one for one in root if _name(one) == "channel"), root)
    title = next((one for one in channel if _name(one) == "title"), None)
    words = "" if title is None else "".join(str(piece) for piece in title.itertext()).strip()
    return words, channel.get(f"{_XML}lang") or "", channel.get(f"{_XML}base") or ""


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


@cache
def _extractor() -> Callable[..., Any] | None:
    """Return the extractor if it is there and answers as expected."""
    extract: Callable[..., Any] | None = getattr(getattr(library, "_core", None), "parse_entries", None)
    if extract is None or not hasattr(library, "_parse_date"):
        return None
    try:
        kind, _, header, (entry, other) = extract(_SAMPLE, dict, lambda text: text, unescape, True, False, True, True)
        found = tuple(entry[name] for name in ("id", "title", "link", "description", "published"))
        rest = (kind, entry["enclosures"][0]["url"], other["published"], b"<item" in header)
    except (TypeError, ValueError, LookupError, AttributeError):
        return None
    is_expected = found == ("g", "t", "https://example.org/", "<p>d", "Thu, 01 Jan 2026 10:00:00") and rest == (
        "rss",
        "https://example.org/e",
        "2026-01-01T10:00:00",
        False,
    )
    return extract if is_expected else None
