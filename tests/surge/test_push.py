"""Many accounts that push one text are heard, beside a louder affair of the same week; ordinary grumbling is not."""

from __future__ import annotations

from collections.abc import Iterator

from tests.surge.minutes import DAY, HOUR, START, added, closed, fold_all, minutes_of, post, surges_of, usual_days
from tocsin.base.seam import BrandMinute
from tocsin.base.surge import Surge, SurgeLevel

EVENING = START + 10 * DAY + 21 * HOUR
REVIEW = {"platform": "reviews", "negative": True, "kinds": ("complaint", "denigration")}


def volley(posts: int, *, exact: int | None = 77, accounts: int = 60, minute: int = EVENING) -> Iterator[BrandMinute]:
    """Yield one bad review a minute; of one text, or each of its own where exact is None."""
    for at in range(posts):
        words = {"exact": 9_000_000 + at if exact is None else exact, "author": 5_000_000 + at % accounts}
        number = 8_000_000 + at + minute
        yield closed(minute + at, [post(number, minute + at, **REVIEW, **words)], ["fled"])


def days() -> list[BrandMinute]:
    """Return ten days and a half of talk, with an outage of half a day three days before the evening."""
    counts = usual_days(200, 11)
    return list(minutes_of(added(counts, EVENING - 3 * DAY, 12 * HOUR, 120)))


def rung(*volleys: Iterator[BrandMinute]) -> list[Surge]:
    minutes: dict[int, list[BrandMinute]] = {}
    for minute in (*days(), *(one for volley in volleys for one in volley)):
        minutes.setdefault(minute.minute, []).append(minute)
    merged = [
        closed(at, [p for m in found for p in m.mentions], [s for m in found for s in m.stories])
        for at, found in sorted(minutes.items())
    ]
    surges = surges_of(fold_all(merged)[1])
    return [surge for surge in surges if any(reason.code == "surge.copies" for reason in surge.reasons)]


def test_a_volley_of_copied_reviews_rings_a_watch_within_its_first_twenty() -> None:
    (surge,) = rung(volley(40))
    assert surge.level is SurgeLevel.WATCH
    assert surge.story == "fled"
    assert surge.seen <= 20
    assert surge.authors >= 8


def test_bad_reviews_in_words_of_their_own_are_no_push() -> None:
    assert rung(volley(40, exact=None)) == []


def test_one_angry_account_is_no_push() -> None:
    assert rung(volley(40, accounts=2)) == []


def test_a_few_copies_are_no_push() -> None:
    assert rung(volley(9)) == []


def test_a_push_is_told_once_a_day() -> None:
    assert len(rung(volley(40), volley(40, minute=EVENING + 3 * HOUR))) == 1


def test_the_own_posts_of_the_brand_are_no_push() -> None:
    own = (closed(m.minute, [post(1, m.minute, **REVIEW, own=True, exact=7)], ["fled"]) for m in volley(40))
    assert rung(own) == []
