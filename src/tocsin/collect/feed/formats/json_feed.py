"""Read JSON Feed 1.0 and 1.1 (jsonfeed.org, read 2026-11), forgiving what real servers write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.base.post import Media
from tocsin.collect.adapter import Reject
from tocsin.collect.feed.entry import Entry, FeedRead
from tocsin.collect.feed.times import read_time


def read_json(body: bytes) -> FeedRead | None:
    """Return what the feed holds, or None when it is not JSON, or JSON of another kind."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    items = found.get("items")
    is_declared = "jsonfeed.org" in _text(found, "version")
    if not is_declared and not isinstance(items, list):
        return None
    return FeedRead(
        entries=tuple(_entry(raw, line) for line, raw in enumerate(items if isinstance(items, list) else (), start=1)),
        title=_text(found, "title"),
        language=_text(found, "language"),
        base=_text(found, "home_page_url"),
    )


def _entry(raw: object, line: int) -> Entry | Reject:
    if not isinstance(raw, dict):
        return Reject(line=line, why="The entry is not a JSON object.", raw=repr(raw)[:200])
    html, plain = _text(raw, "content_html"), _text(raw, "content_text")
    content = html or plain or _text(raw, "summary")
    url, external = _text(raw, "url"), _text(raw, "external_url")
    return Entry(
        guid=_text(raw, "id"),
        link=url or external,
        title=_text(raw, "title"),
        title_is_html=False,
        content=content,
        content_is_html=bool(html),
        author=_author(raw),
        published=read_time(_text(raw, "date_published")),
        updated=read_time(_text(raw, "date_modified")),
        language=_text(raw, "language"),
        media=_media(raw),
        links=(external,) if url and external else (),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if isinstance(value, str):
        return value
    # Ids are often written as numbers, though the standard asks for text.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _author(raw: Mapping[str, Any]) -> str:
    authors = raw.get("authors")
    candidates = [*(authors if isinstance(authors, list) else ()), raw.get("author")]
    return next((_text(one, "name") for one in candidates if isinstance(one, dict) and _text(one, "name")), "")


def _media(raw: Mapping[str, Any]) -> tuple[Media, ...]:
    found = [Media(url=_text(raw, name), kind="image") for name in ("image", "banner_image") if _text(raw, name)]
    attachments = raw.get("attachments")
    for part in attachments if isinstance(attachments, list) else ():
        if isinstance(part, dict) and _text(part, "url"):
            found.append(Media(url=_text(part, "url"), kind=_text(part, "mime_type"), alt=_text(part, "title")))
    return tuple(found)
