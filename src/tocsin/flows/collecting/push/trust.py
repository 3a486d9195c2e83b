"""Whether hubs can reach this installation, may be asked at all, and push what they should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from tocsin.base.address import check_url, refusal
from tocsin.base.errors import AddressError
from tocsin.base.post import Post, TimeDoubt
from tocsin.store.collecting.hubs import HubRow, HubState

SLOW = timedelta(hours=1)  # between reads of a feed whose hub pushes: what it lets pass is found an hour later at most
PATIENCE = timedelta(minutes=10)  # a hub may take so long to push what a read found before it
_PRIVATE_ENDS = (".arpa", ".home", ".internal", ".invalid", ".lan", ".local", ".localhost", ".onion", ".test")


def is_reachable(web_address: str) -> bool:
    """Return whether hubs elsewhere can call back: the pages stand under a public name, over HTTPS.

    >>> is_reachable("https://tocsin.example.org"), is_reachable("https://localhost"), is_reachable("http://example.org")
    (True, False, False)
    """
    parts = urlsplit(web_address)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme != "https" or not host:
        return False
    if ":" in host or host.replace(".", "").isdigit():
        return refusal(host) is None
    return "." in host and not host.endswith(_PRIVATE_ENDS)


def may_ask(hub: str, allow_hosts: Sequence[str]) -> bool:
    """Return whether a hub may be told a secret: over HTTPS, or on one's own network."""
    try:
        target = check_url(hub, allow_hosts)
    except AddressError:
        return False
    return target.scheme == "https" or target.is_exempt


def pushes_well(row: HubRow, now: datetime) -> bool:
    """Return whether a hub is relied upon: its lease runs, it pushed once, and let nothing pass since."""
    if row.state is not HubState.GRANTED or row.until is None or row.until <= now or row.pushed_at is None:
        return False
    return row.missed_at is None or row.missed_at < row.pushed_at


def has_missed(row: HubRow, found: Sequence[Post], now: datetime) -> bool:
    """Return whether a read found posts that the hub should have pushed before; edited ones do not count."""
    since = row.granted_at
    if since is None:
        return False
    return any(
        post.edited_at is None and (post.time_doubt is TimeDoubt.MISSING or since < post.created_at < now - PATIENCE)
        for post in found
    )


def slower(row: HubRow, options: Mapping[str, str], next_at: datetime, now: datetime) -> datetime:
    """Return when to read a feed whose hub is relied upon: once an hour, unless its owner says how often."""
    if options.get("crisis") == "yes" or (options.get("every_minutes") or "0") != "0" or row.until is None:
        return next_at
    return max(next_at, min(now + SLOW, row.until))
