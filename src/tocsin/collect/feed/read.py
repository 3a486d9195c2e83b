"""Read a feed of any format: the fast reader first, the tolerant one where the fast one cannot be trusted."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
from lxml import etree

from tocsin.collect.feed.entry import FeedRead
from tocsin.collect.feed.formats.fast import read_fast
from tocsin.collect.feed.formats.json_feed import read_json
from tocsin.collect.feed.formats.tolerant import read_tolerant

# What third-party readers raise on hostile or broken input; each has been seen or is documented.
READER_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
)
# The fast reader takes only the first text of these, which loses what stands inside their markup.
_NESTED = re.compile(
    rb"<(?:atom:)?(?:title|summary)\b[^<>]*\btype\s*=\s*[\"'](?:xhtml|application/xhtml\+xml)", re.IGNORECASE
)
_TTL = re.compile(rb"<ttl>\s*(\d{1,5})\s*</ttl>", re.IGNORECASE)
_LANGUAGE = re.compile(
    rb"<language>\s*(?:<!\[CDATA\[)?\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2})\s*(?:\]\]>)?\s*</language>"
)
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)\b", re.IGNORECASE)


def read_feed(body: bytes) -> FeedRead | None:
    """Return what the feed holds, or None when `body` is no feed at all.

    body: UTF-8, as `decode_feed` gives it. A feed without entries is a feed.
    """
    if body[:1] in (b"{", b"["):
        return read_json(body)
    fast = None if (b"xhtml" in body or b"XHTML" in body) and _NESTED.search(body) else _fast(body)
    if fast is not None and fast.entries:
        return _completed(fast, body)
    tolerant = read_tolerant(body, READER_FAULTS)
    if tolerant is None:
        return None if fast is None else _completed(fast, body)
    notes = Counter(tolerant.notes)
    if tolerant.entries:
        notes["tolerant_reader"] += 1
    return _completed(msgspec.structs.replace(tolerant, notes=dict(notes)), body)


def _fast(body: bytes) -> FeedRead | None:
    try:
        return read_fast(body)
    except READER_FAULTS:
        return None


def _completed(feed: FeedRead, body: bytes) -> FeedRead:
    """Return the feed with what its head says and the readers leave out."""
    first = _ITEM.search(body)
    head = body[: first.start() if first else 20_000]
    changes: dict[str, object] = {}
    ttl = _TTL.search(head)
    if ttl is not None:
        changes["ttl_s"] = int(ttl.group(1)) * 60
    language = _LANGUAGE.search(head)
    if language is not None and not feed.language:
        changes["language"] = language.group(1).decode("ascii")
    return msgspec.structs.replace(feed, **changes) if changes else feed
