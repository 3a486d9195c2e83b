"""Find adapters by name: those that ship, and those of other packages that the administrator allowed.

Another package announces its adapters as entry points of the group `tocsin.adapters`. Their code runs with the rights
of this installation, so none is loaded, not even to see what it is, before the setting `adapters` names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import msgspec

from tocsin.base.errors import InputError
from tocsin.collect.about import About
from tocsin.collect.adapter import Adapter

GROUP = "tocsin.adapters"
CONTRACT = 1  # what an adapter of another package declares as its `contract`; raised when the contract breaks

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


_allowed: frozenset[str] = frozenset()


class Foreign(msgspec.Struct, frozen=True, kw_only=True):
    """An adapter that another package announces. package, version: of the distribution that brings it."""

    name: str
    package: str
    version: str
    is_allowed: bool


def allow_adapters(names: Iterable[str]) -> None:
    """Let this process load these adapters of other packages, and no others; the setting `adapters` names them."""
    global _allowed
    if _allowed != frozenset(names):
        _allowed = frozenset(names)
        load_adapter.cache_clear()


@cache
def load_adapter(name: str) -> Adapter:
    """Return the adapter of that name. Raises InputError when there is none, or when it cannot be loaded."""
    targets = _targets()
    if name not in targets:
        raise _unknown(name, sorted(targets))
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
    contract = getattr(adapter, "contract", CONTRACT if name in _BUILT_IN else None)
    if contract != CONTRACT:
        raise InputError(
            "The adapter {name} is written for contract {theirs} of tocsin, and this is contract {ours}; take a "
            "version of its package made for this one.",
            name=name,
            theirs="?" if contract is None else contract,
            ours=CONTRACT,
        )
    return cast(Adapter, adapter)


def adapter_names() -> list[str]:
    """Return the names of all adapters that may be loaded, sorted."""
    return sorted(_targets())


def foreign_adapters() -> list[Foreign]:
    """Return what other packages announce, by name, allowed or not; none of it is loaded for that."""
    found = {
        point.name: Foreign(
            name=point.name,
            package=point.dist.name if point.dist else "",
            version=point.dist.version if point.dist else "",
            is_allowed=point.name in _allowed,
        )
        for point in _announced()
        if point.name not in _BUILT_IN
    }
    return [found[name] for name in sorted(found)]


def _unknown(name: str, known: list[str]) -> InputError:
    foreign = next((one for one in foreign_adapters() if one.name == name), None)
    if foreign is not None:
        return InputError(
            "The adapter {name} comes from the package {package}, whose code runs with the rights of tocsin itself; if "
            "you trust it, add its name to the setting adapters.",
            name=name,
            package=foreign.package,
        )
    return InputError("There is no adapter {name}; take one of {known}.", name=name, known=", ".join(known))


def _targets() -> dict[str, str]:
    return {**{point.name: point.value for point in _announced() if point.name in _allowed}, **_BUILT_IN}


def _announced() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))
