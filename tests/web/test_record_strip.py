"""The picture of the alarm record: every day once, a line a month when they are many, marks by what people said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tocsin.base.alert import Alert, AlertCause
from tocsin.base.brand import AlarmBudget
from tocsin.flows.watches.record import Record, Rung, Said
from tocsin.web.watches.strip import NARROW, WIDE, Size, said_of, strip

UNTIL = datetime(2026, 3, 10, 9, tzinfo=UTC)


def rung(at: datetime, level: str = "alarm", said: Said = Said.NOTHING) -> Rung:
    alert = Alert(
        id="a", brand="alba", timeline="replay:r", cause=AlertCause.SURGE, level=level, at=at, subject="s", title="t"
    )
    return Rung(key="k" * 16, alert=alert, surge=None, title="t", said=said)


def record(days: int, *rungs: Rung) -> Record:
    since = UNTIL - timedelta(days=days)
    posts = {since.date() + timedelta(days=n): n + 1 for n in range(days + 1)}
    return Record(
        budget=AlarmBudget(),
        days=days,
        zone="Europe/Paris",
        since=since,
        until=UNTIL,
        posts=sum(posts.values()),
        rungs=rungs,
        posts_a_day=posts,
    )


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("days", [1, 10, 44, 90, 180])
def test_every_day_is_drawn_once_within_the_picture(days: int, size: Size) -> None:
    drawn = strip(record(days), size)
    cells = [cell for line in drawn["lines"] for cell in line["cells"]]
    assert [cell["day"] for cell in cells] == [UNTIL.date() - timedelta(days=n) for n in range(days, -1, -1)]
    assert all(float(cell["x"]) + float(cell["width"]) <= size.width for cell in cells)
    assert all(0 <= float(cell["y"]) <= drawn["height"] for cell in cells)


def test_a_long_past_has_a_line_a_month_and_a_short_one_a_single_line() -> None:
    long = strip(record(90), WIDE)
    assert [line["name"]["day"] for line in long["lines"]] == [
        date(2025, 12, 10), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    ]  # fmt: skip
    assert [line["name"]["names_year"] for line in long["lines"]] == [True, True, False, False]
    short = strip(record(20), WIDE)
    assert len(short["lines"]) == 1 and "name" not in short["lines"][0]
    assert short["ticks"][0]["month"] == date(2026, 2, 18)


def test_a_day_is_marked_by_its_loudest_ring_where_the_brand_lives() -> None:
    late = datetime(2026, 3, 8, 23, 30, tzinfo=UTC)  # already the 9th in Paris
    drawn = strip(record(20, rung(late, "watch"), rung(late, "alarm", Said.REAL)), WIDE)
    (marked,) = [cell for cell in drawn["lines"][0]["cells"] if cell["rang"]]
    assert marked["day"] == date(2026, 3, 9)
    assert (marked["rang"]["shape"], marked["rang"]["said"]) == ("alarm", "real")


def test_a_day_is_false_only_where_all_of_its_rings_were() -> None:
    rungs = [rung(UNTIL, said=Said.FALSE), rung(UNTIL)]
    assert said_of(rungs[:1], "alarm") == "false" and said_of(rungs, "alarm") == ""
