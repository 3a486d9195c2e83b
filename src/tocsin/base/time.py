"""Instants: aware datetimes at the edges, whole milliseconds and minutes since 1970 (UTC) inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_MS = timedelta(milliseconds=1)
MINUTE_MS = 60_000


def to_ms(at: datetime) -> int:
    """Return whole milliseconds since 1970-01-01 UTC. Raises ValueError if `at` has no zone.

    >>> to_ms(datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    60000
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    return (at - _EPOCH) // _ONE_MS


def from_ms(ms: int) -> datetime:
    """Return the aware UTC instant of `ms` milliseconds since 1970.

    >>> from_ms(60000).isoformat()
    '1970-01-01T00:01:00+00:00'
    """
    return _EPOCH + timedelta(milliseconds=ms)


def minute_of(at: datetime) -> int:
    """Return the number of whole minutes since 1970-01-01 UTC at `at`. Raises ValueError if `at` has no zone.

    >>> minute_of(datetime(1970, 1, 1, 1, 0, 59, tzinfo=UTC))
    60
    """
    if at.tzinfo is None:
        raise ValueError(f"{at!r} has no time zone")
    since = at - _EPOCH  # its days and seconds are there already, and dividing by a timedelta is slow
    return since.days * 1440 + since.seconds // 60


def minute_start(minute: int) -> datetime:
    """Return the instant at which `minute` (since 1970, UTC) begins."""
    return from_ms(minute * MINUTE_MS)


def iso(at: datetime) -> str:
    """Return RFC 3339 in UTC ending in Z, with milliseconds only where there are some.

    >>> iso(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    spec = "milliseconds" if at.microsecond // 1000 else "seconds"
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=spec) + "Z"
