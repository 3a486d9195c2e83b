"""Notice that what came is a web page and not a feed, and find the feed that it points to."""

from __future__ import annotations

import re
from html import unescape

from tocsin.base.url import canonical_url

# The first element, after declarations and comments: a feed under an HTML doctype is a feed.
_PAGE = re.compile(
    rb"(?:\s++|<\?[^>]*+>|<!--(?:[^-]|-(?!->))*+-->|<!doctype[^>]*+>)*+<(?:html|head|body|script|meta|title|div)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"<(?:link|a)\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
_FEED_TYPES = (
    "application/atom+xml",
    "application/feed+json",
    "application/rss+xml",
    "application/rdf+xml",
    "text/xml",
)
_HEAD_BYTES = 200_000


def looks_like_web_page(body: bytes) -> bool:
    """Return whether the first thing in `body` is HTML."""
    return _PAGE.match(body[:20_000]) is not None


def feed_of_page(body: bytes, url: str) -> str:
    """Return the address of the first feed that the page announces, comments' feeds last, or "" when it names none."""
    found: list[str] = []
    for written in _LINK.findall(body[:_HEAD_BYTES].decode("utf-8", "replace")):
        attributes = {name.lower(): unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(written)}
        if "alternate" not in attributes.get("rel", "").lower().split():
            continue
        if attributes.get("type", "").lower().partition(";")[0].strip() not in _FEED_TYPES:
            continue
        target = canonical_url(attributes.get("href", ""), url)
        if target is not None:
            found.append(target)
    return min(found, key=lambda target: "comment" in target, default="")
