"""What a feed holds, whatever its format: entries as their publisher wrote them, not yet posts."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tocsin.base.post import Media
from tocsin.collect.adapter import Reject


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One entry. Texts may be HTML where the flag says so; addresses are as written, perhaps relative to `base`.

    published, updated: aware, or naive when the feed gave no zone; None when it gave nothing readable.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    title_is_html: bool = True
    content: str = ""
    content_is_html: bool = True
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    base: str = ""
    media: tuple[Media, ...] = ()
    links: tuple[str, ...] = ()


class FeedRead(msgspec.Struct, frozen=True, kw_only=True):
    """A whole feed. ttl_s: how long it says that it stays fresh, in seconds, or None. notes: counts by reason."""

    entries: tuple[Entry | Reject, ...]
    title: str = ""
    language: str = ""
    base: str = ""
    ttl_s: int | None = None
    notes: dict[str, int] = {}
