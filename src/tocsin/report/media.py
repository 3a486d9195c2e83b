"""Tell which medium a post stands in: networks, forums, reviews, local or national press."""

from __future__ import annotations

from tocsin.report.values import Medium
from tocsin.spread.media import Media, title_of
from tocsin.spread.values import Press

_NETWORKS = frozenset(
    ("bluesky", "facebook", "instagram", "linkedin", "mastodon", "telegram", "threads", "tiktok", "x", "youtube")
)
_FORUMS = frozenset(("discourse", "forum", "hackernews", "lemmy", "reddit", "stackexchange"))
_REVIEWS = frozenset(("appstore", "google", "googleplay", "reviews", "tripadvisor", "trustpilot"))
_PRESS = frozenset(("blog", "feed", "news", "press", "web"))
_ARTICLE = "article"


def medium_of(platform: str, kind: str, url: str | None, media: Media | None = None) -> Medium:
    """Return the medium of a post by its platform, its kind and its address.

    media: the titles in force; None for those that ship. An article of a host that is there as no press is none.

    >>> medium_of("web", "article", "https://www.lemonde.fr/a").value
    'national_press'
    >>> medium_of("x", "post", None).value
    'networks'
    """
    name = platform.partition(":")[0].lower()
    if kind == "review" or name in _REVIEWS:
        return Medium.REVIEWS
    if name in _NETWORKS:
        return Medium.NETWORKS
    if name in _FORUMS or (name in _PRESS and kind in ("comment", "reply")):
        return Medium.FORUMS
    if name in _PRESS or kind == _ARTICLE:
        title = title_of(url, media)
        if title is not None and title.scope is None:
            return Medium.OTHER
        return Medium.NATIONAL_PRESS if title is not None and title.scope is Press.NATIONAL else Medium.LOCAL_PRESS
    return Medium.OTHER


def is_press(medium: Medium) -> bool:
    """Return whether a medium is press."""
    return medium in (Medium.LOCAL_PRESS, Medium.NATIONAL_PRESS)
