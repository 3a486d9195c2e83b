"""The shapes that Bluesky sends: records, events of a Jetstream of either version, posts found by a search.

Sources: the lexicons of atproto and the documents of Jetstream, read 2026-11. Only what is used is named, so that the
rest is skipped without being built.
"""

from __future__ import annotations

import msgspec

from tocsin.collect.lenient import Lenient


class Ref(msgspec.Struct, frozen=True, gc=False):
    """com.atproto.repo.strongRef: another record."""

    uri: str = ""


class Link(msgspec.Struct, frozen=True, gc=False, rename={"link": "$link"}):
    """The name of a file by its content."""

    link: str = ""


class Blob(msgspec.Struct, frozen=True, gc=False):
    """A file. cid: as written before 2023."""

    ref: Link | None = None
    cid: str = ""


class Image(msgspec.Struct, frozen=True, gc=False):
    """A picture with its described text, of app.bsky.embed.images or .gallery."""

    image: Blob | None = None
    alt: str = ""


class Card(msgspec.Struct, frozen=True, gc=False):
    """app.bsky.embed.external: a page shown under the post."""

    uri: str = ""
    title: str = ""
    thumb: Blob | None = None


class Quoted(msgspec.Struct, frozen=True, gc=False):
    """What is quoted: the record itself, or (with media) one level deeper."""

    uri: str = ""
    record: Ref | None = None


class Embed(msgspec.Struct, frozen=True, gc=False):
    """Whatever hangs on a post. items: of a gallery."""

    images: tuple[Image, ...] = ()
    items: tuple[Image, ...] = ()
    external: Card | None = None
    video: Blob | None = None
    alt: str = ""
    record: Quoted | None = None
    media: Embed | None = None


class Feature(msgspec.Struct, frozen=True, gc=False):
    """What a stretch of the text is: a link, a tag, or somebody's name."""

    uri: str = ""
    tag: str = ""


class Facet(msgspec.Struct, frozen=True, gc=False):
    """A stretch of the text that is more than text."""

    features: tuple[Feature, ...] = ()


class Answers(msgspec.Struct, frozen=True, gc=False):
    """What a post replies to."""

    root: Ref | None = None
    parent: Ref | None = None


class Record(msgspec.Struct, frozen=True, gc=False, rename={"created": "createdAt"}):
    """app.bsky.feed.post, or (with a subject) app.bsky.feed.repost."""

    text: str = ""
    created: str = ""
    langs: tuple[str, ...] | None = None
    facets: tuple[Facet, ...] | None = None
    reply: Answers | None = None
    embed: Embed | None = None
    tags: tuple[str, ...] | None = None
    subject: Ref | None = None


class Commit(msgspec.Struct, frozen=True, gc=False):
    """A record created, updated or deleted."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Record | None = None


class Account(msgspec.Struct, frozen=True, gc=False):
    """Whether an account stands. status: why it does not (takendown, suspended, deactivated, deleted, …)."""

    active: bool = True
    status: str = ""


class Event(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={"type": "$type", "witnessed": "witnessedAt"},
):
    """One message of a Jetstream: all of version 1, and the payload of version 2.

    time_us, kind, commit: version 1. type, time, witnessed (RFC 3339), operation, collection, rkey, record: version 2.
    name, message: of an advice that carries no event. error: why the server ends the connection.
    """

    did: str = ""
    time_us: int = 0
    kind: str = ""
    commit: Commit | None = None
    account: Account | None = None
    type: str = ""
    time: str = ""
    witnessed: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Record | None = None
    name: str = ""
    error: str = ""
    payload: Event | None = None


class Person(msgspec.Struct, frozen=True, gc=False, rename={"name": "displayName", "created": "createdAt"}):
    """Who wrote a post that was found."""

    did: str = ""
    handle: str = ""
    name: str | None = None
    created: str = ""


class View(
    msgspec.Struct,
    frozen=True,
    gc=False,
    rename={
        "indexed": "indexedAt",
        "likes": "likeCount",
        "reposts": "repostCount",
        "replies": "replyCount",
        "quotes": "quoteCount",
    },
):
    """app.bsky.feed.defs#postView: a post as a search shows it."""

    uri: str = ""
    author: Person | None = None
    record: Record | None = None
    indexed: str = ""
    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None


class Found(msgspec.Struct, frozen=True, gc=False):
    """app.bsky.feed.searchPosts and getPosts."""

    posts: msgspec.Raw
    cursor: str | None = None


class Session(msgspec.Struct, frozen=True, gc=False, rename={"access": "accessJwt"}):
    """com.atproto.server.createSession."""

    access: str


EVENTS = Lenient(Event)
VIEWS = Lenient(View)
FOUND = Lenient(Found)
SESSIONS = Lenient(Session)
