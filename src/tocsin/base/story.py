"""Story: mentions about one thing, and what of it must be remembered while it lives."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class StoryState(StrEnum):
    """How the story moves."""

    NEW = "new"
    GROWING = "growing"
    CALM = "calm"
    BACK = "back"  # rose again after it had been calm


class Story(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One affair of one brand.

    id: named by its brand and first post, so that every runner gives the same.
    title: a readable line taken from its most central text; keywords: three at most.
    first_post: (platform, native_id) of its earliest post.
    posts, copies: distinct posts, and how many of them are near-copies of another.
    terms: the words that attract further posts, with counts; exacts and bands: keys of its texts, newest last, capped.
    heat, slow: its posts as of `last_at`, each counting half after 6 hours, and after 48: how it moves.
    severity: the highest severity seen in it, 0..100. negative: how many of its posts are negative.
    """

    id: str
    brand: str
    timeline: str
    title: str
    keywords: tuple[str, ...]
    first_post: tuple[str, str]
    first_at: datetime
    last_at: datetime
    posts: int
    copies: int = 0
    negative: int = 0
    severity: int = 0
    state: StoryState = StoryState.NEW
    kind: str = "neutral"
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    heat: float = 0.0
    slow: float = 0.0
    terms: dict[str, float] = {}
    exacts: tuple[int, ...] = ()
    bands: tuple[tuple[int, ...], ...] = ()


class MentionDigest(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What closing a minute needs of one distinct post of a brand: enough to group, count and judge it.

    Unless told otherwise it is a harmless post of somebody else, alone in saying what it says.
    row: the store's own number of the mention; minute: since 1970, UTC, on the clock of the timeline.
    author: stable number of (platform, handle), or 0 when not known. reach: followers, or 0.
    answers: native id of the post that this one answers, shares or quotes, on the same platform; answers_story: the
    story of that post where it was closed before. Both "" where there is none or it is not known.
    written: minute in which it was written, where the timeline counts it when it was seen; None: `minute` is that.
    """

    row: int
    brand: str
    minute: int
    platform: str
    native_id: str
    at: datetime
    text: str
    title: str = ""
    language: str = ""
    negative: bool = False
    severity: int = 0
    danger: bool = False
    kinds: tuple[str, ...] = ()
    source: str = ""
    author: int = 0
    reach: int = 0
    own: bool = False
    exact: int
    bands: tuple[int, ...] = ()
    terms: tuple[str, ...] = ()
    answers: str = ""
    answers_story: str = ""
    written: int | None = None
