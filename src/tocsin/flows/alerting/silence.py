"""Silence: ring once when a source that should speak does not, and close it when it speaks again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.alert import Alert, AlertCause, AlertState
from tocsin.base.brand import Brand
from tocsin.base.ids import stable_id
from tocsin.base.mention import Reason
from tocsin.base.rhythm import Hour, silence, together
from tocsin.base.seam import LIVE, Event, EventKind
from tocsin.base.time import iso, to_ms
from tocsin.flows.collect import Collected
from tocsin.flows.engine import Engine
from tocsin.store.affairs.rows import AlertFilter
from tocsin.store.alerting.rows import SourceHourRow
from tocsin.store.rows import SourceRow

MACHINE = "*"  # the subject of an alert about all sources at once
BY = "tocsin"  # who closes what has ended by itself
LEARNED = timedelta(weeks=8)
EVERY = timedelta(minutes=5)
UNANSWERED = timedelta(minutes=30)  # no source answers for so long: it is this machine, or its line
_OPEN = (AlertState.OPEN, AlertState.ACKNOWLEDGED, AlertState.SNOOZED)


class _Mute(msgspec.Struct, frozen=True, kw_only=True):
    """Something that fell silent. subject: a source, or MACHINE. since: when it was last heard."""

    subject: str
    brand: str
    since: datetime
    reason: Reason


def note_reads(engine: Engine, read: Iterable[Collected], now: datetime) -> None:
    """Note which sources were asked, and how many new posts each had: from this their rhythm is learned."""
    for one in read:
        engine.store.alerting.note_heard(one.source, now, one.ingested.read if one.ingested is not None else 0)


def watch_silence(engine: Engine, now: datetime) -> int:
    """Ring for what fell silent, close what speaks again; return how many rang. Every five minutes at most."""
    if not engine.store.lease("alerts/silence", f"{engine.holder}/{to_ms(now)}", now, EVERY):
        return 0
    rows = [row for row in engine.store.sources() if row.enabled]
    brands = engine.store.brands()
    heard = engine.store.alerting.hours(now - LEARNED)
    _close_ended(engine, brands, rows, heard, now)
    if not brands or not rows:
        return 0
    rang = sum(_ring(engine, mute, now) for mute in _silent(rows, heard, brands, now))
    engine.store.alerting.forget_hours(now)
    return rang


def _silent(
    rows: Sequence[SourceRow], heard: Mapping[str, list[SourceHourRow]], brands: Sequence[Brand], now: datetime
) -> list[_Mute]:
    """Return what is silent: this machine alone when it hears nothing at all, else each source by itself."""
    whole = _machine(rows, heard, brands[0], now)
    return [whole] if whole is not None else list(_each(rows, heard, brands, now))


def _machine(
    rows: Sequence[SourceRow], heard: Mapping[str, list[SourceHourRow]], first: Brand, now: datetime
) -> _Mute | None:
    if len(rows) < 2:
        return None
    good = [row.last_good_at for row in rows if row.last_good_at is not None]
    if len(good) == len(rows) and all(row.failures for row in rows) and now - max(good) >= UNANSWERED:
        return _Mute(subject=MACHINE, brand=first.slug, since=max(good), reason=Reason(code="silence.unanswered"))
    past = {row.source.name: _past(heard.get(row.source.name, ())) for row in rows}
    spoken = [at for row in rows if (at := _spoke(heard.get(row.source.name, ()))) is not None]
    begun = [hours[0].hour for hours in past.values() if hours]
    if not spoken or len(begun) < 2:
        return None
    hours = together(past, min(begun), to_ms(now) // 3_600_000)
    found = silence(hours, (max(spoken), now), ZoneInfo(first.time_zone))
    if found is None or not found.is_strange:
        return None
    reason = Reason(code="silence.machine", words=(f"{found.missed:.0f}",))
    return _Mute(subject=MACHINE, brand=first.slug, since=found.since, reason=reason)


def _each(
    rows: Sequence[SourceRow], heard: Mapping[str, list[SourceHourRow]], brands: Sequence[Brand], now: datetime
) -> Iterator[_Mute]:
    by_slug = {brand.slug: brand for brand in brands}
    for row in rows:
        name, brand = row.source.name, by_slug.get(row.brand, brands[0])
        if row.stopped and row.last_good_at is not None:
            reason = Reason(code="silence.stopped")
            yield _Mute(subject=name, brand=brand.slug, since=row.last_good_at, reason=reason)
            continue
        spoke = _spoke(heard.get(name, ()))
        if spoke is None or row.stopped:
            continue
        found = silence(_past(heard[name]), (spoke, now), ZoneInfo(brand.time_zone))
        if found is not None and found.is_strange:
            reason = Reason(code="silence.missed", words=(f"{found.missed:.0f}", f"{found.longest:.0f}"))
            yield _Mute(subject=name, brand=brand.slug, since=found.since, reason=reason)


def _ring(engine: Engine, mute: _Mute, now: datetime) -> bool:
    """Ring for one silence; the same silence rings once, whatever people made of it."""
    number = stable_id("alert", "silence", mute.subject, iso(mute.since))
    alert = Alert(
        id=number,
        brand=mute.brand,
        timeline=LIVE,
        cause=AlertCause.SILENCE,
        level="watch",
        at=now,
        subject=mute.subject,
        title="" if mute.subject == MACHINE else mute.subject,
        reasons=(mute.reason,),
        due_at=now,
    )
    event = Event(
        id=f"silence:{number}",
        timeline=LIVE,
        brand=mute.brand,
        kind=EventKind.SILENCE,
        at=now,
        subject=number,
        body=msgspec.json.encode({"source": mute.subject}),
    )
    return engine.store.alerting.ring_once(alert, event)


def _close_ended(
    engine: Engine,
    brands: Sequence[Brand],
    rows: Sequence[SourceRow],
    heard: Mapping[str, list[SourceHourRow]],
    now: datetime,
) -> None:
    known = {row.source.name: row for row in rows}
    for brand in brands:
        wanted = AlertFilter(states=_OPEN, causes=(AlertCause.SILENCE,), limit=100)
        for alert in engine.store.affairs.alerts(brand.slug, wanted):
            if alert.subject == MACHINE:
                over = any(_is_back(alert, row, heard) for row in rows)
            else:
                over = alert.subject not in known or _is_back(alert, known[alert.subject], heard)
            if over:
                engine.store.set_alert_state(alert.id, AlertState.CLOSED, by=BY, at=now)


def _is_back(alert: Alert, row: SourceRow, heard: Mapping[str, list[SourceHourRow]]) -> bool:
    """Whether a source spoke since an alert; one that did not answer is back with its first good read."""
    spoke = _spoke(heard.get(row.source.name, ()))
    if spoke is not None and spoke >= alert.at:
        return True
    unanswered = any(reason.code in ("silence.stopped", "silence.unanswered") for reason in alert.reasons)
    return unanswered and not row.stopped and row.last_good_at is not None and row.last_good_at > alert.at


def _past(rows: Sequence[SourceHourRow]) -> list[Hour]:
    """The hours in which a source was asked, but for the first: it brought what was there before."""
    return [Hour(row.hour, row.posts) for row in rows[1:]]


def _spoke(rows: Sequence[SourceHourRow]) -> datetime | None:
    return max((row.last_at for row in rows if row.last_at is not None), default=None)
