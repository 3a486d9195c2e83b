"""From a record to a post: its identity, its text, its links, what it answers, quotes and shows."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from tocsin.base.post import Author, Engagement, Media, Post, PostKind
from tocsin.base.url import canonical_url
from tocsin.collect.bluesky.wire import Embed, Record, View
from tocsin.collect.lenient import count, instant, when

PLATFORM = "bluesky"
POST, REPOST = "app.bsky.feed.post", "app.bsky.feed.repost"
LINKS_KEPT = 50
_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]{1,200}")
_RKEY = re.compile(r"[A-Za-z0-9._:~-]{1,512}")
_POST_URI = re.compile(rf"at://({_DID.pattern})/({re.escape(POST)}|{re.escape(REPOST)})/({_RKEY.pattern})")
_ANY_URI = re.compile(rf"at://{_DID.pattern}/[A-Za-z0-9.-]{{1,317}}/{_RKEY.pattern}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_CID = re.compile(r"[a-zA-Z0-9]{10,120}")


def native_id(did: str, collection: str, rkey: str) -> str | None:
    """Return the at-URI of a record, or None when its parts cannot be.

    >>> native_id("did:plc:abc", "app.bsky.feed.post", "3k"), native_id("alice", "app.bsky.feed.post", "3k")
    ('at://did:plc:abc/app.bsky.feed.post/3k', None)
    """
    if _DID.fullmatch(did) is None or _RKEY.fullmatch(rkey) is None:
        return None
    return f"at://{did}/{collection}/{rkey}"


def page_of(uri: str) -> str | None:
    """Return the address at which people read a post, by what does not change of it, or None for no post.

    >>> page_of("at://did:plc:abc/app.bsky.feed.post/3k")
    'https://bsky.app/profile/did:plc:abc/post/3k'
    """
    parts = _POST_URI.fullmatch(uri)
    if parts is None or parts[2] != POST:
        return None
    return f"https://bsky.app/profile/{parts[1]}/post/{parts[3]}"


def did_of(uri: str) -> str | None:
    """Return whose record an at-URI names, or None when it names no post and no repost."""
    parts = _POST_URI.fullmatch(uri)
    return None if parts is None else parts[1]


def to_post(uri: str, did: str, record: Record, seen_at: datetime, edited_at: datetime | None = None) -> Post | None:
    """Return the post that a record is, by the account's lasting name, or None when it says nothing at all."""
    if record.subject is not None:
        return _repost(uri, did, record, seen_at)
    embed = record.embed
    media, title, quoted = ((), "", None) if embed is None else _hung(embed, did)
    text = record.text if not record.tags else _with_tags(record.text, record.tags)
    if not (text.strip() or title or media or quoted):
        return None
    reply = record.reply
    parent = _uri(reply.parent.uri) if reply is not None and reply.parent is not None else None
    root = _uri(reply.root.uri) if reply is not None and reply.root is not None else None
    created_at, doubt = when(record.created, seen_at)
    return Post(
        platform=PLATFORM,
        native_id=uri,
        kind=PostKind.QUOTE if quoted else PostKind.REPLY if reply is not None else PostKind.POST,
        url=page_of(uri),
        author=Author(platform=PLATFORM, handle=did),
        created_at=created_at,
        edited_at=None if edited_at is None else max(created_at, min(edited_at, seen_at)),
        seen_at=seen_at,
        time_doubt=doubt,
        title=title,
        text=text,
        links=_links(record) if record.facets or embed is not None else (),
        lang_claimed=_language(record.langs),
        parent_id=parent,
        root_id=root,
        shared_id=quoted,
        media=media,
    )


def to_found(view: View, seen_at: datetime) -> Post | None:
    """Return the post that a search shows, with who wrote it and what it had by then; None when it is none."""
    parts = _POST_URI.fullmatch(view.uri)
    if parts is None or view.record is None:
        return None
    post = to_post(view.uri, parts[1], view.record, seen_at)
    if post is None:
        return None
    person = view.author
    author = post.author
    if person is not None and person.handle and person.handle != "handle.invalid":
        author = Author(
            platform=PLATFORM,
            handle=person.handle,
            name=(person.name or "").strip() or None,
            created_at=instant(person.created),
        )
    shares = [number for number in (count(view.reposts), count(view.quotes)) if number is not None]
    engagement = Engagement(
        likes=count(view.likes), shares=count(sum(shares)) if shares else None, replies=count(view.replies)
    )
    return msgspec.structs.replace(post, author=author, engagement=engagement)


def _repost(uri: str, did: str, record: Record, seen_at: datetime) -> Post | None:
    shared = _uri(record.subject.uri) if record.subject is not None else None
    if shared is None:
        return None
    created_at, doubt = when(record.created, seen_at)
    return Post(
        platform=PLATFORM,
        native_id=uri,
        kind=PostKind.SHARE,
        url=page_of(shared),
        author=Author(platform=PLATFORM, handle=did),
        created_at=created_at,
        seen_at=seen_at,
        time_doubt=doubt,
        text="",
        shared_id=shared,
    )


def _hung(embed: Embed, did: str) -> tuple[tuple[Media, ...], str, str | None]:
    """Return what hangs on a post: its media, the title of the page it shows, and what it quotes."""
    quoted = None
    if embed.record is not None:
        quoted = _uri(embed.record.record.uri if embed.record.record is not None else embed.record.uri)
    part = embed.media if embed.media is not None else embed
    media = [
        Media(url=f"https://cdn.bsky.app/img/feed_fullsize/plain/{did}/{cid}@jpeg", kind="image", alt=image.alt.strip())
        for image in (*part.images, *part.items)
        if image.image is not None and (cid := _cid(image.image.ref.link if image.image.ref else image.image.cid))
    ]
    if part.video is not None and (cid := _cid(part.video.ref.link if part.video.ref else part.video.cid)):
        video = f"https://video.bsky.app/watch/{did}/{cid}/playlist.m3u8"
        media.append(Media(url=video, kind="video", alt=part.alt.strip()))
    title = " ".join(part.external.title.split()) if part.external is not None else ""
    return tuple(media), title, quoted


def _links(record: Record) -> tuple[str, ...]:
    written = [feature.uri for facet in record.facets or () for feature in facet.features if feature.uri]
    embed = record.embed
    while embed is not None:
        if embed.external is not None:
            written.append(embed.external.uri)
        embed = embed.media
    found: dict[str, None] = {}
    for one in written:
        link = canonical_url(one)
        if link is not None and len(found) < LINKS_KEPT:
            found[link] = None
    return tuple(found)


def _with_tags(text: str, tags: tuple[str, ...]) -> str:
    """Return the text with those of its tags that do not stand in it: people find the post by them."""
    lower = text.casefold()
    missing = [f"#{tag}" for one in tags if (tag := one.strip().lstrip("#")) and f"#{tag.casefold()}" not in lower]
    return f"{text}\n{' '.join(missing)}".strip() if missing else text


def _uri(uri: str) -> str | None:
    return uri if _ANY_URI.fullmatch(uri) is not None else None


def _cid(cid: str) -> str:
    return cid if _CID.fullmatch(cid) is not None else ""


def _language(langs: tuple[str, ...] | None) -> str | None:
    if not langs:
        return None
    language = langs[0].lower()
    return language if _LANGUAGE.fullmatch(language) is not None else None
