"""Who sleeps, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.base.person import Person, is_muted


def quiet_until(person: Person | None, now: datetime) -> datetime | None:
    """Return when the quiet hours of a person end, or None when they do not sleep now. Only alarms pass before.

    >>> from datetime import UTC
    >>> alice = Person(id=1, email="a@example.org", name="A", night_from=22 * 60, night_until=7 * 60)
    >>> quiet_until(alice, datetime(2026, 3, 2, 22, 30, tzinfo=UTC)).isoformat()
    '2026-03-03T06:00:00+00:00'
    """
    if person is None or person.night_until is None:
        return None
    local = now.astimezone(ZoneInfo(person.time_zone))
    if not is_muted(person, local.hour * 60 + local.minute):
        return None
    end = local.replace(hour=person.night_until // 60, minute=person.night_until % 60, second=0, microsecond=0)
    if end <= local:
        end += timedelta(days=1)
    return end.astimezone(now.tzinfo)
