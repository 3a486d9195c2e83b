"""What goes into a scan beside the texts, and what comes out of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tocsin.base.mention import Span


class Engine(StrEnum):
    """Which library proposes candidates; the answers are the same."""

    AUTO = "auto"  # Hyperscan where it is installed, else Aho-Corasick
    HYPERSCAN = "hyperscan"
    AHOCORASICK = "ahocorasick"


class PostFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What field tests may ask of a post; None means not known, and any test of it is then false.

    kind: its kind as a post. kinds: the kinds that reading gave it, once it was read.
    author: handle, with or without @. stars, stars_max: as in `Post`; stars without a scale are taken as on five.
    """

    lang: str | None = None
    source: str | None = None
    platform: str | None = None
    kind: str | None = None
    kinds: tuple[str, ...] = ()
    author: str | None = None
    stars: float | None = None
    stars_max: float | None = None


class Hit(msgspec.Struct, frozen=True):
    """Post number `post` matches query number `query`; `spans` are sorted and distinct, in the original texts.

    Spans cover the words that made it match; none when the query matched by its fields or by the absence of words.
    """

    post: int
    query: int
    spans: tuple[Span, ...]
