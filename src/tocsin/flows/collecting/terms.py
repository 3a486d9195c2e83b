"""What the terms of a platform ask of whoever reads it: an approval declared, money within bounds, posts let go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.errors import InputError, SourceError
from tocsin.base.time import to_ms
from tocsin.collect.about import About
from tocsin.collect.adapter import Source
from tocsin.collect.registry import load_adapter
from tocsin.flows.engine import Engine
from tocsin.flows.personal.keep import NIGHT
from tocsin.store.rows import SourceRow

APPROVAL, MOST_USD = "approval", "most_usd"
USUAL_MOST_USD = 20.0  # a month, when its owner said nothing: no surprise on the first bill
_AGAIN, _MISSED = timedelta(hours=20), timedelta(hours=30)


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a source cost this month (UTC), in US dollars. most_usd: where reading stops. until: when it begins anew."""

    posts: int
    spent_usd: float
    most_usd: float
    a_post_usd: float
    until: datetime

    @property
    def is_over(self) -> bool:
        """Whether nothing more is read this month."""
        return self.spent_usd >= self.most_usd


def cost_of(engine: Engine, source: str, now: datetime) -> Cost | None:
    """Return what a source cost this month, None where posts cost nothing. Raises SourceError on a wrong ceiling."""
    row = next((row for row in engine.store.sources() if row.source.name == source), None)
    about = None if row is None else load_adapter(row.source.adapter).about
    return None if row is None or about is None else _cost(engine, row.source, about, now)


def bars(engine: Engine, row: SourceRow, about: About, now: datetime) -> tuple[SourceError, datetime | None] | None:
    """Return why a source must not be read at `now`, and when it may be again, or None when it may.

    An approval that its owner did not declare stops it until the owner does; a ceiling that is reached, for the month.
    """
    if about.terms.approval and not row.source.options.get(APPROVAL, "").strip():
        error = SourceError(
            "{source} is not read before its owner declares that the platform approved it: write the date and a name.",
            permanent=True,
            source=row.source.name,
        )
        return error, None
    try:
        cost = _cost(engine, row.source, about, now)
    except SourceError as error:
        return error, None
    if cost is None or not cost.is_over:
        return None
    spent = SourceError(
        "{source} cost {spent} of the {most} dollars allowed this month; it is read again from {until}.",
        permanent=False,
        source=row.source.name,
        spent=f"{cost.spent_usd:.2f}",
        most=f"{cost.most_usd:.2f}",
        until=f"{cost.until:%Y-%m-%d}",
    )
    return spent, cost.until


def as_seen(source: Source, about: About) -> Source:
    """Return the source as its adapter is to see it: without the options that are for the collector alone."""
    known = {field.name for field in about.fields}
    ours = {APPROVAL, MOST_USD} - known
    if not ours & source.options.keys():
        return source
    return msgspec.structs.replace(source, options={k: v for k, v in source.options.items() if k not in ours})


def let_go_by_terms(engine: Engine, now: datetime) -> int:
    """Take away one bounded part of what sources gave longer ago than their platforms allow; return how many posts.

    Once a night, or by day when a night was missed; called at every turn of the worker.
    """
    zone = ZoneInfo(next((brand.time_zone for brand in engine.store.brands()), "Europe/Paris"))
    is_night = NIGHT[0] <= now.astimezone(zone).hour < NIGHT[1]
    for row in engine.store.sources():
        days = _days(row.source.adapter)
        if days is None or not _takes_turn(engine, row.source.name, now, is_night=is_night):
            continue
        gone = engine.store.collecting.let_go(row.source.name, now - timedelta(days=days), now)
        if gone:
            _give_turn_back(engine, row.source.name, now)
            return gone
    return 0


def _days(adapter: str) -> int | None:
    try:
        return load_adapter(adapter).about.terms.retention_days
    except InputError:
        return None  # its adapter is gone, which is told where it is read


def _takes_turn(engine: Engine, source: str, now: datetime, *, is_night: bool) -> bool:
    """Whether it is the hour, and nobody did it since; the turn is kept until it is given back, or a day."""
    holder = f"{engine.holder}/{to_ms(now)}"
    if is_night:
        engine.store.lease(f"terms/day/{source}"[:120], "night", now, _MISSED)
        return engine.store.lease(f"terms/night/{source}"[:120], holder, now, _AGAIN)
    return engine.store.lease(f"terms/day/{source}"[:120], holder, now, _MISSED)


def _give_turn_back(engine: Engine, source: str, now: datetime) -> None:
    holder = f"{engine.holder}/{to_ms(now)}"
    for shard in ("night", "day"):
        engine.store.lease(f"terms/{shard}/{source}"[:120], holder, now, timedelta())


def _cost(engine: Engine, source: Source, about: About, now: datetime) -> Cost | None:
    if not about.terms.cost_a_post:
        return None
    posts = engine.store.collecting.paid_posts(source.name, now)
    return Cost(
        posts=posts,
        spent_usd=posts * about.terms.cost_a_post,
        most_usd=_most(source),
        a_post_usd=about.terms.cost_a_post,
        until=_next_month(now),
    )


def _most(source: Source) -> float:
    text = source.options.get(MOST_USD, "").strip().replace(",", ".")
    if not text:
        return USUAL_MOST_USD
    try:
        most = float(text)
    except ValueError:
        most = -1.0
    if not 0 <= most <= 1_000_000:
        raise SourceError(
            "The most that {source} may cost a month ({most!r}) is no amount; write a number of dollars, such as 20.",
            permanent=True,
            source=source.name,
            most=text,
        )
    return most


def _next_month(now: datetime) -> datetime:
    at = now.astimezone(UTC)
    return datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
