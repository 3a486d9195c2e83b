"""The values of this folder: authors found, what is held of one, objections, and what may go."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tocsin.base.personal import Purpose


class FoundAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """An account in a list. number: the store's own, one for (platform, handle).

    posts: of the brand, among the newest two hundred of the account. last_at: the last of these.
    """

    number: int
    platform: str
    handle: str
    name: str
    followers: int | None
    posts: int
    last_at: datetime | None


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """All that is held of one account, in figures. kinds: mentions of the brand by kind, the offences among them.

    brands: slugs of the brands it is spoken of in. stories: begun by a post of it. naming: posts of others that name it
    are not counted here. ring: posts that no watch wanted. is_out: it is kept out, by an objection or an erasure.
    is_more: it has more posts than were looked at; the figures are those of the newest.
    """

    author: FoundAuthor
    posts: int
    mentions: int
    revisions: int
    sightings: int
    labels: int
    corrections: int
    stories: int
    ring: int
    brands: tuple[str, ...]
    sources: tuple[str, ...]
    kinds: dict[str, int]
    first_at: datetime | None
    last_at: datetime | None
    is_out: bool
    is_more: bool = False


class ObjectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is no longer collected. handle: "" once they were erased; they stay out then."""

    id: int
    brand: str
    platform: str
    handle: str
    note: str
    by: str
    at: datetime
    lifted_at: datetime | None = None


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """How long something is kept. brand: "" for what all share. done_at: when nothing more was to go."""

    brand: str
    purpose: Purpose
    days: int
    by: str
    at: datetime
    done_at: datetime


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What is to go at an instant. count: at most `COUNTED` are counted. held: older ones that an open alert keeps."""

    count: int = 0
    held: int = 0


COUNTED = 10_000
COUNTED_POSTS = 200  # of one account in a list
Portable = dict[str, Any]
