"""Minutes of Maison Alba for the tests: a virtual clock that starts on Monday 5 January 2026 at 0 h in Paris."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from tocsin.base.brand import AlarmBudget, Brand
from tocsin.base.seam import BrandMinute, Event, EventKind
from tocsin.base.story import MentionDigest
from tocsin.base.surge import Surge
from tocsin.base.time import minute_of, minute_start
from tocsin.surge.fold import SurgeFold

ALBA = Brand(slug="maison-alba", name="Maison Alba", budget=AlarmBudget())
START = minute_of(datetime(2026, 1, 5, tzinfo=ZoneInfo("Europe/Paris")))
HOUR, DAY, WEEK = 60, 1440, 10_080
TIMELINE = "live"
_DAY_CURVE = (2, 1, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 6, 6, 6, 6, 7, 8, 8, 7, 6, 5, 3)


def post(number: int, minute: int, **changes: object) -> MentionDigest:
    """Return a harmless post of its own author and words."""
    plain = MentionDigest(
        row=number,
        brand=ALBA.slug,
        minute=minute,
        platform="mastodon",
        native_id=f"post-{number}",
        at=minute_start(minute),
        text=f"post {number}",
        language="fr",
        severity=10,
        kinds=("neutral",),
        source="feed",
        author=number + 1,
        exact=number,
    )
    return msgspec.structs.replace(plain, **changes)


def closed(minute: int, posts: Iterable[MentionDigest], stories: Iterable[str] | None = None) -> BrandMinute:
    """Return a closed minute; every post stands in no story unless told."""
    mentions = list(posts)
    named = [""] * len(mentions) if stories is None else list(stories)
    return BrandMinute(brand=ALBA.slug, timeline=TIMELINE, minute=minute, mentions=mentions, stories=named)


def usual_days(a_day: float, days: int, seed: int = 7, weekend: float = 1.0) -> dict[int, int]:
    """Return mentions per minute (since 1970) of ordinary days, with a day curve and bursts by the hour."""
    draw = random.Random(seed)
    counts: dict[int, int] = {}
    for hour in range(days * 24):
        tilt = weekend if (hour // 24) % 7 >= 5 else 1.0
        mean = a_day * tilt * _DAY_CURVE[hour % 24] / sum(_DAY_CURVE) * draw.gammavariate(8.0, 0.125)
        for minute in range(60):
            posts = 0
            left = draw.expovariate(1.0)
            while left < mean / 60:
                posts += 1
                left += draw.expovariate(1.0)
            if posts:
                counts[START + hour * 60 + minute] = posts
    return counts


def added(counts: dict[int, int], since: int, minutes: int, an_hour: float) -> dict[int, int]:
    """Return the counts with an even rise put in."""
    risen = dict(counts)
    for offset in range(minutes):
        more = int((offset + 1) * an_hour / 60) - int(offset * an_hour / 60)
        if more:
            risen[since + offset] = risen.get(since + offset, 0) + more
    return dict(sorted(risen.items()))


def minutes_of(counts: dict[int, int]) -> Iterator[BrandMinute]:
    """Yield the counts as closed minutes, every post by an author of its own."""
    number = 0
    for minute, posts in sorted(counts.items()):
        yield closed(minute, (post(number + at, minute) for at in range(posts)))
        number += posts


def fold_all(
    minutes: Iterable[BrandMinute], state: bytes | None = None, brand: Brand = ALBA
) -> tuple[bytes | None, list[Event]]:
    """Return the state and the events after the minutes, each folded from bytes to bytes."""
    fold = SurgeFold(brand, TIMELINE)
    events: list[Event] = []
    for minute in minutes:
        state, found = fold.merge(state, minute)
        events += found
    return state, events


def surges_of(events: Iterable[Event]) -> list[Surge]:
    """Return the surges among the events."""
    return [msgspec.json.decode(event.body, type=Surge) for event in events if event.kind is EventKind.SURGE]
