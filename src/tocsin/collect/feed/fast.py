"""The fast reader: fastfeedparser, with the zones that it forgets put right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import fastfeedparser

from tocsin.base.post import Media
from tocsin.collect.feed.entry import Entry, FeedRead
from tocsin.collect.feed.times import dates_written, has_zone, naive_walls, read_time

_MARKED_TITLE = re.compile(
    rb"<(?:atom:)?title\b[^<>]*\b(?:type|mode)\s*=\s*[\"'](?:text/)?(?:html|escaped)", re.IGNORECASE
)
_ATOM = re.compile(rb"<(?:[\w.-]+:)?feed\b", re.IGNORECASE)
_PREFIX = re.compile(r"(</?)[A-Za-z0-9]+:")


def read_fast(body: bytes) -> FeedRead:
    """Return what fastfeedparser finds. Raises whatever it raises on what it cannot read.

    body: UTF-8; bytes and never text, which the reader would take for an address to fetch.
    """
    found = fastfeedparser.parse(body, include_tags=False)
    head: Mapping[str, Any] = found["feed"]
    times = _Times(body, found["entries"])
    is_atom = _ATOM.search(body, 0, 4000) is not None
    title_is_html = not is_atom or _MARKED_TITLE.search(body) is not None
    return FeedRead(
        entries=tuple(_entry(raw, times, title_is_html) for raw in found["entries"]),
        title=head.get("title") or "",
        language=head.get("language") or "",
        base=(head.get("title_detail") or {}).get("base") or "",
    )


def _entry(raw: Mapping[str, Any], times: _Times, title_is_html: bool) -> Entry:
    content, kind, language, base = _content(raw)
    media = raw.get("media_content") or ()
    if not content and media:
        # YouTube writes the text of a video in its media group.
        content, kind = next((str(part["description"]) for part in media if part.get("description")), ""), "text/plain"
    guid = raw.get("id") or ""
    link = raw.get("link") or ""
    return Entry(
        guid=guid,
        link=link,
        title=raw.get("title") or "",
        title_is_html=title_is_html,
        content=content,
        content_is_html=kind not in ("text", "text/plain"),
        author=raw.get("author") or "",
        published=times.moment(raw.get("published"), guid),
        updated=times.moment(raw.get("updated"), ""),
        language=language,
        base=base,
        media=_media(raw.get("enclosures") or (), media),
    )


def _content(raw: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Return the longest of content and summary as written, its type, language and base."""
    summary = raw.get("description") or ""
    for part in raw.get("content") or ():
        value, kind = part.get("value") or "", part.get("type") or ""
        if "xhtml" in kind:
            value = _PREFIX.sub(r"\1", value)
        if value.strip():
            return value, kind, part.get("language") or "", part.get("base") or ""
    return summary, "", "", ""


def _media(enclosures: Sequence[Mapping[str, Any]], parts: Sequence[Mapping[str, Any]]) -> tuple[Media, ...]:
    return tuple(
        Media(
            url=str(part["url"]),
            kind=str(part.get("type") or part.get("medium") or ""),
            alt=str(part.get("title") or part.get("text") or ""),
        )
        for part in (*enclosures, *parts)
        if part.get("url")
    )


class _Times:
    """Gives back what the reader loses: it reads a time without zone as UTC, and takes some ids for times."""

    def __init__(self, body: bytes, entries: Sequence[object]) -> None:
        written = dates_written(body)
        self._naive = naive_walls(written) if not all(map(has_zone, written)) else frozenset()
        # With fewer times than entries, some entry has none, and its id may have been read as one.
        self._known = None
        if len(written) < len(entries):
            self._known = frozenset(_as_utc(moment) for moment in map(read_time, written) if moment is not None)

    def moment(self, read: str | None, guid: str) -> datetime | None:
        if not read:
            return None
        try:
            moment = datetime.fromisoformat(read)
        except ValueError:
            return None
        if self._naive and moment.replace(tzinfo=None) in self._naive:
            return moment.replace(tzinfo=None)
        if guid and self._known is not None and moment not in self._known:
            return None
        return moment


def _as_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
