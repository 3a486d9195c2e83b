"""News of a feed pushed by its hub: WebSub (W3C Recommendation, 23 January 2018).

A hub must reach this installation, so that a subscription is only worth asking for where the settings give a public
address. The feed is still read, if more slowly: a hub may fall silent.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from html import unescape
from urllib.parse import urlencode

import msgspec

from tocsin.base.url import canonical_url
from tocsin.collect.adapter import Frame, Request

LEASE_S = 10 * 24 * 3600  # what is asked for; the hub decides (section 5.1)
SHORTEST_LEASE_S, LONGEST_LEASE_S = 300, 366 * 24 * 3600
LONGEST_CHALLENGE = 2_000
_HEAD_BYTES = 6_000
_LINK = re.compile(rb"<(?:[\w.-]+:)?link\b([^<>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*')""")
_HEADER_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))*)")
_HEADER_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
# Methods a hub may sign with (section 7); the weakest is still what the oldest hub of all uses.
_METHODS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}


class Hub(msgspec.Struct, frozen=True, kw_only=True):
    """Who pushes a feed. topic: the address under which the hub knows it, which may be another than the one read."""

    url: str
    topic: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What this installation asked a hub for. callback: hard to guess, and for this topic alone (section 5.1).

    secret: at most 199 bytes, made anew for each subscription. until: end of the lease, None before it was granted.
    """

    hub: str
    topic: str
    callback: str
    secret: str
    until: datetime | None = None


class Mode(StrEnum):
    """What is asked of the hub."""

    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """How to answer a hub that asks whether a subscription was meant. status: of HTTP; body: plain text.

    lease_s: for how long it was granted, None when it was not. denied: why the hub refused, None when it did not.
    """

    status: int
    body: str = ""
    lease_s: int | None = None
    denied: str | None = None


def find_hub(headers: Mapping[str, str], body: bytes, url: str) -> Hub | None:
    """Return the hub that an answer names in its headers or in the head of its feed, or None (section 4).

    headers: lower-case names. Whether the hub may be told a secret, over HTTPS alone, is for the caller to see.
    """
    links = [*_of_headers(headers.get("link", "")), *_of_feed(body[:_HEAD_BYTES])]
    hub = next((found for rel, href in links if rel == "hub" and (found := canonical_url(href, url))), None)
    if hub is None:
        return None
    topic = next((href for rel, href in links if rel == "self"), "")
    # The topic is compared letter by letter by hubs: it stays as its publisher wrote it.
    return Hub(url=hub, topic=topic if canonical_url(topic) is not None else url)


def hub_request(wanted: Subscription, mode: Mode = Mode.SUBSCRIBE) -> Request:
    """Return the question that starts, renews or ends a subscription (section 5.1); a hub answers it with 202."""
    fields = {"hub.callback": wanted.callback, "hub.mode": mode.value, "hub.topic": wanted.topic}
    if mode is Mode.SUBSCRIBE:
        fields |= {"hub.lease_seconds": str(LEASE_S), "hub.secret": wanted.secret}
    return Request(
        url=wanted.hub,
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode(fields).encode("ascii"),
    )


def answer_intent(query: Mapping[str, str], wanted: Subscription | None) -> Intent:
    """Return what to answer to a hub that asks at the callback (section 5.3).

    query: parameters of its GET request. wanted: what was asked for under this callback; None when nothing was, or
    when it was ended, so that only the end is confirmed.
    """
    mode, topic, challenge = (query.get(f"hub.{name}", "") for name in ("mode", "topic", "challenge"))
    if mode == "denied":
        is_ours = wanted is not None and topic == wanted.topic
        return Intent(status=200, denied=query.get("hub.reason", "")[:200]) if is_ours else Intent(status=404)
    if not 0 < len(challenge) <= LONGEST_CHALLENGE:
        return Intent(status=404)
    if mode == Mode.UNSUBSCRIBE:
        return Intent(status=200, body=challenge) if wanted is None else Intent(status=404)
    if mode != Mode.SUBSCRIBE or wanted is None or topic != wanted.topic:
        return Intent(status=404)
    written = query.get("hub.lease_seconds", "")
    lease_s = int(written) if written.isascii() and written.isdigit() and len(written) < 12 else LEASE_S
    return Intent(status=200, body=challenge, lease_s=min(max(lease_s, SHORTEST_LEASE_S), LONGEST_LEASE_S))


def granted(wanted: Subscription, lease_s: int, now: datetime) -> Subscription:
    """Return the subscription with the end of its lease."""
    return msgspec.structs.replace(wanted, until=now + timedelta(seconds=lease_s))


def renews_at(subscription: Subscription, since: datetime) -> datetime:
    """Return when to ask again, so that no news falls between two leases: after four fifths of the time left.

    since: when the lease was granted; a subscription never granted is asked for again an hour later.
    """
    if subscription.until is None:
        return since + timedelta(hours=1)
    return since + (subscription.until - since) * 0.8


def is_signed(signature: str, body: bytes, secret: str) -> bool:
    """Return whether what came at the callback was signed with the secret (section 7.1).

    signature: the header X-Hub-Signature. What is not signed is answered like the rest, and thrown away.

    >>> mac = hmac.new(b"key", b"news", "sha256").hexdigest()
    >>> is_signed(f"sha256={mac}", b"news", "key"), is_signed(f"sha256={mac}", b"false", "key")
    (True, False)
    """
    method, _, written = signature.strip().partition("=")
    digest = _METHODS.get(method.lower())
    if digest is None or not secret:
        return False
    expected = hmac.new(secret.encode("utf-8"), body, digest).hexdigest()
    return hmac.compare_digest(expected.encode("ascii"), written.strip().lower().encode("utf-8", "replace"))


def is_strong(signature: str) -> bool:
    """Return whether a signature is by a method on which what was pushed may be believed: SHA-256 and up.

    The oldest hubs still sign by SHA-1, which section 7 advises against: what they push is a hint to read the feed.

    >>> is_strong("sha256=00"), is_strong("SHA1=00")
    (True, False)
    """
    return signature.strip().partition("=")[0].lower() in _METHODS.keys() - {"sha1"}


def pushed(body: bytes, content_type: str) -> Frame:
    """Return what a hub pushed as the frame that `FeedAdapter.parse` reads; a push may hold the new entries alone."""
    return Frame(body=body, event=content_type)


def _of_headers(link: str) -> list[tuple[str, str]]:
    """Return relation and target of the header Link (RFC 8288), several of which are joined by commas."""
    found: list[tuple[str, str]] = []
    for href, parameters in _HEADER_LINK.findall(link[:10_000]):
        rel = _HEADER_REL.search(parameters)
        if rel is not None:
            found.extend((one.lower(), href.strip()) for one in (rel[1] or rel[2] or "").split())
    return found


def _of_feed(head: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for written in _LINK.findall(head) if b"hub" in head else ():
        text = written.decode("utf-8", "replace")
        fields = {name.lower(): unescape(value[1:-1]).strip() for name, value in _ATTRIBUTE.findall(text)}
        if fields.get("href"):
            found.extend((rel, fields["href"]) for rel in fields.get("rel", "").lower().split())
    return found
