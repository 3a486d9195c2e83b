"""Post, its author, and where it was seen."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class PostKind(StrEnum):
    """What a post is to the conversation it stands in."""

    POST = "post"
    REPLY = "reply"
    SHARE = "share"
    QUOTE = "quote"
    REVIEW = "review"
    ARTICLE = "article"
    COMMENT = "comment"
    MESSAGE = "message"


class Audience(StrEnum):
    """Who could read the post where it stands."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    RESTRICTED = "restricted"  # followers or members only: kept from own accounts only
    OWN_MAILBOX = "own_mailbox"


class TimeDoubt(StrEnum):
    """Why `created_at` is not simply what the source said."""

    MISSING = "missing"  # no time was given: the instant it was seen stands instead
    FUTURE = "future"  # later than the instant it was seen, which stands instead
    NO_ZONE = "no_zone"  # read in the zone of the file or of the brand
    IMPLAUSIBLE = "implausible"  # before 1990: kept as said, but counted apart


class Author(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account as the platform shows it. `handle` has no leading @. None means not known."""

    platform: str
    handle: str
    name: str | None = None
    followers: int | None = None
    created_at: datetime | None = None
    verified: bool | None = None


class Engagement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Counts shown under a post when it was read. None means not shown."""

    likes: int | None = None
    shares: int | None = None
    replies: int | None = None
    views: int | None = None


class Media(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A picture, video or file attached to a post. `alt` is its described text."""

    url: str
    kind: str = ""
    alt: str = ""


class Post(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing somebody published. Identity: (platform, native_id).

    native_id: globally unique on its platform (at-URI, ActivityPub URI, Message-ID; feeds: feed URL and guid).
    created_at: aware; what the source claims, corrected as `time_doubt` says.
    seen_at: aware; when this installation first read it.
    title, text: plain text, as a person reads it; no markup.
    lang_claimed: language code as the source gave it, unchecked.
    parent_id, root_id, shared_id: native ids of what it replies to, of the thread's start, of what it shares or quotes.
    stars, stars_max: for reviews, 0..stars_max.
    """

    platform: str
    native_id: str
    created_at: datetime
    seen_at: datetime
    text: str
    title: str = ""
    kind: PostKind = PostKind.POST
    url: str | None = None
    author: Author | None = None
    edited_at: datetime | None = None
    time_doubt: TimeDoubt | None = None
    links: tuple[str, ...] = ()
    lang_claimed: str | None = None
    parent_id: str | None = None
    root_id: str | None = None
    shared_id: str | None = None
    stars: float | None = None
    stars_max: float | None = None
    engagement: Engagement | None = None
    media: tuple[Media, ...] = ()
    place: str | None = None
    audience: Audience = Audience.PUBLIC

    @property
    def key(self) -> tuple[str, str]:
        """The identity: (platform, native_id)."""
        return (self.platform, self.native_id)


class Sighting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A post seen through one source. A post is dropped only when its last sighting goes."""

    platform: str
    native_id: str
    source: str
    seen_at: datetime
