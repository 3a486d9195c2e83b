"""Read a post from its own server, as ActivityPub writes it: what stands at the very address that is its id.

Source: ActivityStreams 2.0 vocabulary and ActivityPub (W3C, 2018), and what the servers in use really send: lists where
one stands, objects where an address stands, and both.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from tocsin.base.post import Audience, Author, Media, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.lenient import instant, mended, when
from tocsin.collect.mastodon.post import MEDIA_KEPT, PLATFORM, links_of, worldwide
from tocsin.collect.sanitise import clean_text

_POSTS = frozenset({"Article", "Audio", "Event", "Image", "Note", "Page", "Question", "Video"})
_WRAPPERS = frozenset({"Add", "Announce", "Create", "Update"})
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_QUOTES = ("quote", "quoteUri", "quoteUrl", "_misskey_quote")
_DEPTH = 3


def read_object(body: bytes, seen_at: datetime) -> Post | str | None:
    """Return the post that an object is or that an activity brings; the id of one that is gone; None for all else."""
    try:
        value = msgspec.json.decode(mended(body))
    except (msgspec.DecodeError, RecursionError):
        return None
    for _ in range(_DEPTH):
        if not isinstance(value, dict):
            return None
        kind = _text(value.get("type"))
        if kind == "Tombstone":
            return _id(value)
        if kind == "Delete":
            return _id(value.get("object"))
        if kind in _POSTS:
            return _post(value, seen_at)
        if kind not in _WRAPPERS:
            return None
        value = value.get("object")
    return None


def _post(value: dict[str, object], seen_at: datetime) -> Post | None:
    own = _id(value)
    if own is None:
        return None
    created_at, doubt = when(_text(value.get("published")), seen_at)
    edited_at = instant(_text(value.get("updated")))
    content = _text(value.get("content"))
    quoted = next((found for name in _QUOTES if (found := _id(value.get(name)))), None)
    parent = _id(value.get("inReplyTo"))
    title = _text(value.get("name")) or _text(value.get("summary"))
    options = [_text(one.get("name")) for key in ("oneOf", "anyOf") for one in _dicts(value.get(key))]
    text = "\n".join([clean_text(content), *(f"○ {clean_text(option)}" for option in options if option)]).strip()
    return Post(
        platform=PLATFORM,
        native_id=own,
        kind=PostKind.QUOTE if quoted else PostKind.REPLY if parent else PostKind.POST,
        url=next((url for one in _many(value.get("url")) if (url := _address(one))), None) or canonical_url(own),
        author=_author(value.get("attributedTo")),
        created_at=created_at,
        edited_at=None if edited_at is None or edited_at <= created_at else min(edited_at, seen_at),
        seen_at=seen_at,
        time_doubt=doubt,
        title=" ".join(clean_text(title).split()),
        text=text,
        links=links_of(content),
        parent_id=parent,
        shared_id=quoted,
        media=_media(value),
        audience=_audience(value),
    )


def _author(written: object) -> Author | None:
    """Return the account, by the handle that servers show: its last name in its address, at its server."""
    for one in _many(written):
        parts = urlsplit(_id(one) or "")
        name = parts.path.rstrip("/").rpartition("/")[2].lstrip("@")
        if name and parts.netloc:
            return Author(platform=PLATFORM, handle=f"{name}@{parts.netloc}")
    return None


def _media(value: dict[str, object]) -> tuple[Media, ...]:
    found: dict[str, Media] = {}
    for one in _dicts(value.get("attachment")):
        url = next((url for part in _many(one.get("url") or one.get("href")) if (url := _address(part))), None)
        kind = _text(one.get("mediaType")).partition("/")[0].lower()
        if kind in ("audio", "image", "video") and url is not None and len(found) < MEDIA_KEPT:
            found[url] = Media(url=url, kind=kind, alt=_text(one.get("name")).strip())
    return tuple(found.values())


def _audience(value: dict[str, object]) -> Audience:
    for name, audience in (("to", Audience.PUBLIC), ("cc", Audience.UNLISTED)):
        if any(one in _PUBLIC for one in _many(value.get(name)) if isinstance(one, str)):
            return audience
    return Audience.RESTRICTED


def _address(written: object) -> str | None:
    link = written.get("href") if isinstance(written, dict) else written
    return canonical_url(link) if isinstance(link, str) else None


def _id(written: object) -> str | None:
    name = written.get("id") if isinstance(written, dict) else written
    return name if isinstance(name, str) and worldwide(name) else None


def _dicts(written: object) -> Iterator[dict[str, object]]:
    return (one for one in _many(written) if isinstance(one, dict))


def _many(written: object) -> list[object]:
    if isinstance(written, list):
        return written
    return [] if written is None else [written]


def _text(written: object) -> str:
    return written if isinstance(written, str) else ""
