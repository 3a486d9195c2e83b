"""How long each thing is kept: what the owner sets, what would go tonight, and letting it go at night, part by part."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import Brand
from tocsin.base.errors import InputError
from tocsin.base.person import Person, Role
from tocsin.base.personal import FEWEST_DAYS, MOST_DAYS, SHARED, Purpose
from tocsin.flows.correct import Hand
from tocsin.flows.engine import Engine
from tocsin.store.people.audit import AuditScope
from tocsin.store.personal.rows import Due, Keep
from tocsin.store.rows import AuditEntry

NIGHT = (1, 5)  # local hours of the brand between which things go
ERASED, WIPED = "personal.erased", "personal.wiped"  # actions of the trail
_AGAIN = timedelta(hours=20)
_MISSED = timedelta(hours=30)  # a machine that is off at night lets go by day


class KeptLine(msgspec.Struct, frozen=True, kw_only=True):
    """One purpose: what is set, None for no end, and what would go tonight. may_set: by this reader."""

    purpose: Purpose
    days: int | None
    due: Due
    may_set: bool

    @property
    def is_shared(self) -> bool:
        """Whether it is one for all brands."""
        return self.purpose in SHARED


def kept_lines(engine: Engine, brand: Brand, now: datetime, person: Person) -> list[KeptLine]:
    """Return every purpose as it stands for a brand; its owner sets them, the installation's owner the shared ones."""
    is_owner = engine.store.people.roles(person.id).get(brand.slug) is Role.OWNER
    known = {(keep.brand, keep.purpose): keep for keep in engine.store.personal.keeps()}
    lines = []
    for purpose in Purpose:
        keep = known.get((_slug(brand, purpose), purpose))
        due = engine.store.personal.due(keep, _tonight(brand, now)) if keep else Due()
        may_set = is_owner and (person.is_owner or purpose not in SHARED)
        lines.append(KeptLine(purpose=purpose, days=keep.days if keep else None, due=due, may_set=may_set))
    return lines


def preview(engine: Engine, brand: Brand, purpose: Purpose, days: int, now: datetime) -> Due:
    """Return what would go tonight if something were kept for so many days. Raises InputError."""
    return engine.store.personal.due(_keep(brand, purpose, days, "", now), _tonight(brand, now))


def set_days(engine: Engine, brand: Brand, purpose: Purpose, days: int | None, hand: Hand) -> None:
    """Keep something for a number of days, or (None) without end; note who said so.

    Nothing goes before the coming night. Raises InputError for a number out of bounds, or what this person may not set.
    """
    if purpose in SHARED and not hand.person.is_owner:
        raise InputError("What all brands share is set by the owner of the installation.")
    wanted = None if days is None else _keep(brand, purpose, days, hand.person.mark, hand.at)
    engine.store.personal.set_keep(wanted, _slug(brand, purpose), purpose)
    told = f"{purpose.value} {'-' if days is None else days}"
    engine.store.note_audit(
        AuditEntry(
            at=hand.at,
            by=hand.person.mark,
            action="personal.kept",
            subject=f"{brand.slug}:{purpose.value}",
            text=told,
        )
    )


def let_go(engine: Engine, now: datetime) -> int:
    """Take away one bounded part of what is to go, if it is the hour for it; return how many rows went.

    The files are written anew first, if somebody was erased since.

    Called at every turn of the worker: people's writes pass between two parts.
    """
    zones = {brand.slug: ZoneInfo(brand.time_zone) for brand in engine.store.brands()}
    _wipe(engine, now, next(iter(zones.values()), ZoneInfo("Europe/Paris")))
    for keep in engine.store.personal.keeps():
        zone = zones.get(keep.brand) or next(iter(zones.values()), ZoneInfo("Europe/Paris"))
        if not is_due(keep, now, zone):
            continue
        gone = engine.store.personal.let_go(keep, now)
        if gone:
            return gone
        engine.store.personal.note_done(keep, now)
    return 0


def waits_for_wipe(engine: Engine) -> AuditEntry | None:
    """Return the last erasure if the files still hold traces of what it took out of the tables, else None."""
    last = {
        action: line
        for action in (ERASED, WIPED)
        for line in engine.store.people.audit(AuditScope(action=action, limit=1))
    }
    erased, wiped = last.get(ERASED), last.get(WIPED)
    return erased.entry if erased is not None and (wiped is None or wiped.number < erased.number) else None


def _wipe(engine: Engine, now: datetime, zone: ZoneInfo) -> None:
    """At night, for writers wait until it is done; by day only when a night was missed."""
    erased = waits_for_wipe(engine)
    if erased is None or not (_is_night(now, zone) or now - erased.at > _MISSED):
        return
    engine.store.personal.wipe()
    brand = erased.subject.partition(":")[0]
    engine.store.note_audit(AuditEntry(at=now, by="", action=WIPED, subject=f"{brand}:files"))


def _is_night(now: datetime, zone: ZoneInfo) -> bool:
    return NIGHT[0] <= now.astimezone(zone).hour < NIGHT[1]


def is_due(keep: Keep, now: datetime, zone: ZoneInfo) -> bool:
    """Return whether it is the hour to let go: once a night, or by day when a night was missed.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> keep = Keep(brand="a", purpose=Purpose.RING, days=1, by="", at=noon, done_at=noon)
    >>> is_due(keep, noon, ZoneInfo("Europe/Paris")), is_due(keep, noon + timedelta(hours=13), ZoneInfo("Europe/Paris"))
    (False, False)
    >>> is_due(keep, noon + timedelta(hours=31), ZoneInfo("Europe/Paris"))
    True
    """
    since = now - keep.done_at
    return since > _MISSED or (_is_night(now, zone) and since > _AGAIN)


def _keep(brand: Brand, purpose: Purpose, days: int, by: str, at: datetime) -> Keep:
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        raise InputError(
            "{days} days cannot be kept; write {fewest} to {most}.", days=days, fewest=FEWEST_DAYS, most=MOST_DAYS
        )
    # Set at three in the night, it waits for the next one: nobody loses by a slip what was there an hour ago.
    return Keep(brand=_slug(brand, purpose), purpose=purpose, days=days, by=by, at=at, done_at=_first_done(brand, at))


def _first_done(brand: Brand, at: datetime) -> datetime:
    """The instant to count from, so that the first letting go is in the coming night."""
    return min(at, _tonight(brand, at) - _AGAIN - timedelta(minutes=1))


def _slug(brand: Brand, purpose: Purpose) -> str:
    return "" if purpose in SHARED else brand.slug


def _tonight(brand: Brand, now: datetime) -> datetime:
    """The next night's first hour, in the brand's zone."""
    local = now.astimezone(ZoneInfo(brand.time_zone))
    night = local.replace(hour=NIGHT[0], minute=0, second=0, microsecond=0)
    if local.hour >= NIGHT[0]:
        night += timedelta(days=1)
    return night.astimezone(now.tzinfo)
