"""What a site lets robots fetch (RFC 9309): asked before a page, not before a feed that its reader typed in."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

import msgspec
from protego import Protego

from tocsin.base.errors import SourceError
from tocsin.net.http import HttpClient
from tocsin.net.values import HttpRequest, Limits

KEPT_S = 86_400.0
RETRY_S = 600.0
_LIMITS = Limits(body_bytes=512_000)  # RFC 9309 asks to read at least 500 kibibytes
_LONGEST_DELAY_S = 60.0
_SITES_KEPT = 2_000
_PRODUCT = "tocsin"


class SiteRules(msgspec.Struct, frozen=True, kw_only=True):
    """What one site says. text: its robots.txt; None means nobody may fetch (the site could not be asked)."""

    text: str | None

    def allows(self, url: str) -> bool:
        """Return whether the page at `url` may be fetched."""
        return self.text is not None and bool(Protego.parse(self.text).can_fetch(url, _PRODUCT))

    def delay_s(self) -> float:
        """Return the seconds that the site wants between two requests, 0 to 60."""
        wanted = None if self.text is None else Protego.parse(self.text).crawl_delay(_PRODUCT)
        return min(max(float(wanted or 0.0), 0.0), _LONGEST_DELAY_S)


def rules_of(status: int, body: bytes) -> SiteRules:
    """Return the rules that an answer to /robots.txt makes: 2xx gives them, 4xx allows all, all else forbids all.

    >>> rules_of(404, b"").allows("https://example.org/a"), rules_of(503, b"").allows("https://example.org/a")
    (True, False)
    """
    if 200 <= status < 300:
        return SiteRules(text=body.decode("utf-8", "replace").removeprefix("\ufeff"))
    return SiteRules(text="" if 400 <= status < 500 and status != 429 else None)


class Robots:
    """Remembers the rules of the sites for a day."""

    def __init__(self, client: HttpClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, SiteRules]] = {}

    async def rules(self, url: str) -> SiteRules:
        """Return the rules of the site of `url`, asked for if they are not known. Raises AddressError."""
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        until, rules = self._kept.get(site, (0.0, SiteRules(text=None)))
        if self._clock() < until:
            return rules
        try:
            fetched = await self._client.fetch(HttpRequest(url=f"{site}/robots.txt", accept="text/plain"), _LIMITS)
            rules = rules_of(fetched.status, fetched.body)
        except SourceError:
            rules = SiteRules(text=None)
        while len(self._kept) >= _SITES_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[site] = (self._clock() + (RETRY_S if rules.text is None else KEPT_S), rules)
        return rules

    async def check(self, url: str) -> float:
        """Return the seconds that the site wants between two requests. Raises SourceError if it forbids the page."""
        rules = await self.rules(url)
        if rules.text is None:
            raise SourceError(
                "The rules for robots of {url} cannot be read now; the page will be tried later.",
                permanent=False,
                url=url,
                retry_after_s=RETRY_S,
            )
        if not rules.allows(url):
            raise SourceError(
                "The site asks robots not to fetch {url}; read it yourself or ask its owner.", permanent=True, url=url
            )
        return rules.delay_s()
