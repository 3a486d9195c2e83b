"""The zone in which a source's times without a zone are read."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Source


def zone_of(source: Source) -> ZoneInfo:
    """Return the zone of a source. Raises SourceError, permanent, when there is none of that name."""
    try:
        return ZoneInfo(source.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SourceError(
            "The source {source} has an unknown time zone {zone!r}; write one such as Europe/Paris.",
            permanent=True,
            source=source.name,
            zone=source.time_zone,
        ) from None
