"""What went wrong, in words: a status that is not a success, a talk that broke off; whether to come back, and when."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from tocsin.base.address import Target
from tocsin.base.errors import SourceError

LONGEST_WAIT_S = 86_400.0  # what a server may ask of us at most: a day


def check_status(status: int, headers: Mapping[str, str], url: str, now: datetime) -> None:
    """Return for a success (2xx) or "not modified" (304); raise SourceError for all else.

    Permanent: 401, 402, 403, 407, 410 and 451, where asking again is impolite or useless. A 404 may be a mistake of an
    hour: it is for the caller to count them. 429, 503 and others carry the wait that the server asked for.
    """
    if 200 <= status < 300 or status == 304:
        return
    if status in (401, 402, 403, 407, 451):
        raise SourceError(
            "{url} refuses to be read (status {status}); ask its owner for access, or remove the source.",
            permanent=True,
            url=url,
            status=status,
        )
    if status == 410:
        raise SourceError(
            "{url} says that it is gone for good (status {status}); remove the source.",
            permanent=True,
            url=url,
            status=status,
        )
    wait_s = retry_after_s(headers, now)
    if status == 404:
        raise SourceError(
            "{url} is not found (status {status}); if this goes on, correct the address.",
            permanent=False,
            retry_after_s=wait_s,
            url=url,
            status=status,
        )
    if status == 429:
        raise SourceError(
            "{url} asks for fewer questions (status {status}); it will be asked again later.",
            permanent=False,
            retry_after_s=wait_s,
            url=url,
            status=status,
        )
    raise SourceError(
        "{url} did not answer as it should (status {status}); it will be asked again later.",
        permanent=False,
        retry_after_s=wait_s,
        url=url,
        status=status,
    )


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds to wait that `retry-after` asks for (a number or a date, RFC 9110), 0 to a day, or None.

    >>> retry_after_s({"retry-after": "120"}, datetime(2026, 1, 1, tzinfo=UTC))
    120.0
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait_s = float(text)
    except ValueError:
        wait_s = _until_s(text, now)
    if math.isnan(wait_s):
        return None
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def told(error: Exception, target: Target) -> SourceError:
    """Return the same failure in words that a person can act on. None is permanent: networks and servers recover."""
    url, host = target.url, target.host
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return SourceError(
            "The name {host} is not known; check the address, or the network.", permanent=False, host=host, url=url
        )
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ServerFingerprintMismatch):
        return SourceError(
            "{host} cannot prove who it is ({error}); its certificate must be mended by its owner.",
            permanent=False,
            host=host,
            url=url,
            error=detail,
        )
    if isinstance(error, aiohttp.ClientConnectorError):
        return SourceError("{host} cannot be reached ({error}).", permanent=False, host=host, url=url, error=detail)
    if isinstance(error, aiohttp.ClientPayloadError):
        return SourceError(
            "{url} broke off or garbled its answer ({error}); it will be asked again later.",
            permanent=False,
            url=url,
            error=detail,
        )
    if isinstance(error, aiohttp.ClientResponseError):
        return SourceError(
            "{url} does not answer in proper HTTP ({error}); it will be asked again later.",
            permanent=False,
            url=url,
            error=" ".join(error.message.split())[:200],
        )
    return SourceError("The talk with {host} broke off ({error}).", permanent=False, host=host, url=url, error=detail)


def _until_s(text: str, now: datetime) -> float:
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return math.nan
    return ((until if until.tzinfo else until.replace(tzinfo=UTC)) - now).total_seconds()
