"""Find adapters by name: those that ship, and those that other packages announce."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from tocsin.base.errors import InputError
from tocsin.collect.about import About
from tocsin.collect.adapter import Adapter

GROUP = "tocsin.adapters"

# Known even where the package is run without being installed.
_BUILT_IN = {
    "app_store": "tocsin.collect.adapters.app_store:AppStoreAdapter",
    "bluesky": "tocsin.collect.adapters.bluesky:BlueskyAdapter",
    "discourse": "tocsin.collect.adapters.discourse:DiscourseAdapter",
    "facebook": "tocsin.collect.adapters.facebook:FacebookAdapter",
    "feed": "tocsin.collect.adapters.feed:FeedAdapter",
    "file": "tocsin.collect.adapters.file:FileAdapter",
    "gdelt": "tocsin.collect.adapters.gdelt:GdeltAdapter",
    "google_play": "tocsin.collect.adapters.google_play:GooglePlayAdapter",
    "google_reviews": "tocsin.collect.adapters.google_reviews:GoogleReviewsAdapter",
    "hacker_news": "tocsin.collect.adapters.hacker_news:HackerNewsAdapter",
    "instagram": "tocsin.collect.adapters.instagram:InstagramAdapter",
    "lemmy": "tocsin.collect.adapters.lemmy:LemmyAdapter",
    "mailbox": "tocsin.collect.adapters.mailbox:MailboxAdapter",
    "mastodon": "tocsin.collect.adapters.mastodon:MastodonAdapter",
    "reddit": "tocsin.collect.adapters.reddit:RedditAdapter",
    "trustpilot": "tocsin.collect.adapters.trustpilot:TrustpilotAdapter",
    "wikipedia": "tocsin.collect.adapters.wikipedia:WikipediaAdapter",
    "wordpress_comments": "tocsin.collect.adapters.wordpress_comments:WordPressCommentsAdapter",
    "x": "tocsin.collect.adapters.x:XAdapter",
    "youtube": "tocsin.collect.adapters.youtube:YouTubeAdapter",
}


@cache
def load_adapter(name: str) -> Adapter:
    """Return the adapter of that name. Raises InputError when there is none, or when it cannot be loaded."""
    targets = _targets()
    if name not in targets:
        raise InputError(
            "There is no adapter {name}; take one of {known}.", name=name, known=", ".join(sorted(targets))
        )
    module, _, attribute = targets[name].partition(":")
    try:
        adapter = getattr(import_module(module), attribute)()
    except (ImportError, AttributeError, TypeError) as error:
        raise InputError(
            "The adapter {name} cannot be loaded ({error}); install its package again, or take it out.",
            name=name,
            error=error,
        ) from None
    if not all(callable(getattr(adapter, method, None)) for method in ("plan", "parse")) or not isinstance(
        getattr(adapter, "about", None), About
    ):
        raise InputError(
            "The adapter {name} has no plan, parse and about, so it is none; tell its author, or take it out.",
            name=name,
        )
    return cast(Adapter, adapter)


def adapter_names() -> list[str]:
    """Return the names of all adapters that can be loaded, sorted."""
    return sorted(_targets())


def _targets() -> dict[str, str]:
    found = {point.name: point.value for point in _announced()}
    return {**found, **_BUILT_IN}


def _announced() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))
