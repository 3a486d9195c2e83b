"""The tolerant reader: feedparser, for what the fast one refuses (CDF, broken nesting, odd roots)."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import feedparser

from tocsin.base.errors import SourceError
from tocsin.base.post import Media
from tocsin.collect.feed.entry import Entry, FeedRead
from tocsin.collect.feed.times import has_zone, read_time

_DEEPEST = 20_000  # elements open at once; feedparser takes seconds and tens of megabytes over more
_ASIDE = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
_TAG = re.compile(rb"<(?:(/)|(?!(?:area|br|col|hr|img|input|link|meta)\b))[A-Za-z_][^<>]*(?<!/)>", re.IGNORECASE)


def read_tolerant(body: bytes, faults: tuple[type[Exception], ...]) -> FeedRead | None:
    """Return what feedparser finds, or None when it sees no feed or raises one of `faults`.

    body: UTF-8. It is handed over as a stream: feedparser would take bytes or text for a file or an address to open.
    Raises SourceError for elements nested deeper than any feed's.
    """
    if _is_too_deep(body):
        raise SourceError(
            "The feed opens more than {most} elements one inside the other, as no feed does; it is not read.",
            permanent=False,
            most=_DEEPEST,
        )
    try:
        found = feedparser.parse(
            io.BytesIO(body),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except faults:
        return None
    if not found.get("version") and not found.entries:
        return None
    head: Mapping[str, Any] = found.feed
    return FeedRead(
        entries=tuple(_entry(raw) for raw in found.entries),
        title=head.get("title") or "",
        language=head.get("language") or "",
        base=(head.get("title_detail") or {}).get("base") or "",
        notes={"xml_broken": 1} if found.get("bozo") else {},
    )


def _is_too_deep(body: bytes) -> bool:
    if body.count(b"<") <= _DEEPEST:
        return False
    depth = 0
    for tag in _TAG.finditer(_ASIDE.sub(b"", body)):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > _DEEPEST:
            return True
    return False


def _entry(raw: Mapping[str, Any]) -> Entry:
    title = raw.get("title_detail") or {}
    content = _content(raw)
    return Entry(
        guid=raw.get("id") or "",
        link=raw.get("link") or "",
        title=raw.get("title") or "",
        title_is_html=title.get("type") != "text/plain",
        content=content.get("value") or "",
        content_is_html=content.get("type") != "text/plain" or "<" in (content.get("value") or ""),
        author=raw.get("author") or "",
        published=_moment(raw, ("published", "created")),
        updated=_moment(raw, ("updated",)),
        language=content.get("language") or title.get("language") or "",
        base=content.get("base") or title.get("base") or "",
        media=_media((*(raw.get("enclosures") or ()), *(raw.get("media_content") or ()))),
    )


def _content(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    for part in raw.get("content") or ():
        if (part.get("value") or "").strip():
            found: Mapping[str, Any] = part
            return found
    return raw.get("summary_detail") or {}


def _moment(raw: Mapping[str, Any], names: Sequence[str]) -> datetime | None:
    for name in names:
        # `in` and not `get`: the dictionary gives another time for one that is missing.
        if name not in raw:
            continue
        written = raw[name] or ""
        read = read_time(written)
        if read is not None:
            return read
        parts = raw.get(f"{name}_parsed")
        if parts is not None:
            try:
                wall = datetime(*parts[:6])  # noqa: DTZ001  the zone follows
            except ValueError:
                return None
            return wall.replace(tzinfo=UTC) if has_zone(written) else wall
    return None


def _media(parts: Sequence[Mapping[str, Any]]) -> tuple[Media, ...]:
    found = ((part.get("href") or part.get("url"), part.get("type") or part.get("medium") or "") for part in parts)
    return tuple(Media(url=str(url), kind=str(kind)) for url, kind in found if url)
