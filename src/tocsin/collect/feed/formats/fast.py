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
from tocsin.collect.feed.formats.core import read_core
from tocsin.collect.feed.times import dates_without_zone, dates_written, naive_walls, read_time

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
    core = read_core(body)
    if core is None:
        return _read_public(body)
    title_is_html = core.kind != "atom" or _has_marked_title(body)
    at = core.moment
    return FeedRead(
        entries=tuple(
            [
                _entry(
                    raw,
                    # An entry without a time: some ids look like one.
                    at(said) if (said := raw.get("published")) != raw.get("id") else None,
                    at(raw.get("updated")),
                    title_is_html,
                )
                for raw in core.entries
            ]
        ),
        title=core.title,
        language=core.language,
        base=core.base,
    )


def _read_public(body: bytes) -> FeedRead:
    found = fastfeedparser.parse(body, include_tags=False)
    head: Mapping[str, Any] = found["feed"]
    times = _Times(body)
    is_atom = _ATOM.search(body, 0, 4000) is not None
    title_is_html = not is_atom or _has_marked_title(body)
    return FeedRead(
        entries=tuple(
            _entry(
                raw,
                times.moment(raw.get("published"), raw.get("id") or ""),
                times.moment(raw.get("updated"), ""),
                title_is_html,
            )
            for raw in found["entries"]
        ),
        title=head.get("title") or "",
        language=head.get("language") or "",
        base=(head.get("title_detail") or {}).get("base") or "",
    )


def _has_marked_title(body: bytes) -> bool:
    """Return whether a title of an Atom feed says that it holds markup."""
    at = body.find(b"title ")
    while at >= 0:
        start = max(0, at - 6)
        if _MARKED_TITLE.search(body, start, at + 200) is not None:
            return True
        at = body.find(b"title ", at + 1)
    return False


def _entry(raw: Mapping[str, Any], published: datetime | None, updated: datetime | None, title_is_html: bool) -> Entry:
    content, kind, language, base = _content(raw)
    media = raw.get("media_content") or ()
    enclosures = raw.get("enclosures") or ()
    if not content and media:
        # YouTube writes the text of a video in its media group.
        content, kind = next((str(part["description"]) for part in media if part.get("description")), ""), "text/plain"
    return Entry(
        guid=raw.get("id") or "",
        link=raw.get("link") or "",
        title=raw.get("title") or "",
        title_is_html=title_is_html,
        content=content,
        content_is_html=kind not in ("text", "text/plain"),
        author=raw.get("author") or "",
        published=published,
        updated=updated,
        language=language,
        base=base,
        media=_media(enclosures, media) if enclosures or media else (),
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
        self._body = body
        self._naive = naive_walls(dates_without_zone(body))

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
    def _written(self) -> list[str]:
        return dates_written(self._body)

    @cached_property
    def _known(self) -> frozenset[datetime]:
        found = map(read_time, self._written)
        return frozenset(moment.astimezone(UTC) for moment in found if moment is not None and moment.tzinfo is not None)

    @cached_property
    def _has_others(self) -> bool:
        return any(read_time(text) is None and _DIGIT.search(text) is not None for text in self._written)
