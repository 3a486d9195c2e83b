"""The fast reader: fastfeedparser, with the zones that it forgets put right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import fastfeedparser

from tocsin.base.post import Media
from tocsin.collect.feed.entry import Entry, FeedRead
from tocsin.collect.feed.times import dates_written, has_zone, naive_walls, read_time

_MARKED_TITLE = re.compile(
    rb"<(?:atom:)?title\b[^<>]*\b(?:type|mode)\s*=\s*[\"'](?:text/)?(?:html|escaped)", re.IGNORECASE
)
_ATOM = re.compile(rb"<(?:[\w.-]+:)?feed\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_PREFIX = re.compile(r"(</?)[A-Za-z0-9]+:")


def read_fast(body: bytes) -> FeedRead:
    """Return what fastfeedparser finds. Raises whatever it raises on what it cannot read.

    body: UTF-8; bytes and never text, which the reader would take for an address to fetch.
    """
    found = fastfeedparser.parse(body, include_tags=False)
    head: Mapping[str, Any] = found["feed"]
    times = _Times(body)
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

    def __init__(self, body: bytes) -> None:
        self._written = dates_written(body)
        self._naive = naive_walls(self._written) if not all(map(has_zone, self._written)) else frozenset()

    def moment(self, read: str | None, guid: str) -> datetime | None:
        if not read:
            return None
        try:
            moment = datetime.fromisoformat(read)
        except ValueError:
            return None
        if self._naive and moment.replace(tzinfo=None) in self._naive:
            return moment.replace(tzinfo=None)
        if guid and not guid.startswith(("http://", "https://")) and not self._may_hold(moment):
            return None
        return moment

    def _may_hold(self, moment: datetime) -> bool:
        """Return whether a time stands in the feed as such, or some stands in a form that only the reader knows."""
        return moment in self._known or self._has_others

    @cached_property
    def _known(self) -> frozenset[datetime]:
        found = map(read_time, self._written)
        return frozenset(moment.astimezone(UTC) for moment in found if moment is not None and moment.tzinfo is not None)

    @cached_property
    def _has_others(self) -> bool:
        return any(read_time(text) is None and _DIGIT.search(text) is not None for text in self._written)
