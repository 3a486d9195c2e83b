"""Instants in words, how stories move, who carried them, and until when alerts are put off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tocsin.base.time import minute_of
from tocsin.flows.alerts_inbox import Act, snooze_until
from tocsin.flows.i18n import translator
from tocsin.flows.moments import Reader
from tocsin.flows.stories.figures import shown_name, weighty
from tocsin.flows.stories.glance import Trend, trend
from tocsin.flows.stories.page import milestones, top_posts
from tocsin.flows.stories.spread import carriers_of
from tocsin.spread.amplify import rank_amplifiers
from tocsin.spread.cascade import build_cascade
from tocsin.spread.percolate import percolate
from tocsin.spread.values import Press, SpreadPost
from tocsin.store.affairs.rows import PostLine

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2026, 3, 2, 8, tzinfo=UTC)
ENGLISH, FRENCH = Reader(translator("en"), PARIS), Reader(translator("fr"), PARIS)


def line(row: int, **fields: object) -> PostLine:
    given: dict[str, object] = {
        "row": row,
        "minute": minute_of(NINE) + row,
        "at": NINE + timedelta(minutes=row),
        "platform": "mastodon",
        "native_id": f"p{row}",
        "kind": "post",
        "url": None,
        "title": "",
        "text": f"post {row}",
        "handle": f"voisin{row}",
        "name": f"Voisin {row}",
        "followers": 10,
        "tone": "negative",
        "severity": 20,
        "kinds": ("complaint",),
        "language": "fr",
        "exact": row,
        "source": "fil",
        "own": False,
        "parent_id": None,
        "root_id": None,
        "shared_id": None,
    }
    return PostLine(**(given | fields))  # type: ignore[arg-type]


def test_instants_are_written_as_each_language_does() -> None:
    assert FRENCH.clock(NINE) == "9\u00a0h\u00a000" and ENGLISH.clock(NINE) == "9:00"
    assert ENGLISH.hour(datetime(2026, 3, 1, 23, tzinfo=UTC)) == "midnight"
    assert ENGLISH.weekday(NINE) == "Monday"
    assert FRENCH.count(84_210) == "84\u202f210" and ENGLISH.count(84_210) == "84,210"


def test_ticks_stand_at_round_local_hours() -> None:
    start = minute_of(NINE) + 17
    ticks = ENGLISH.ticks(start, start + 24 * 60, 9)
    assert [tick.label for tick in ticks][:3] == ["12:00", "15:00", "18:00"]
    assert len(ticks) == 8
    assert all(start <= tick.minute <= start + 24 * 60 for tick in ticks)


def test_ticks_cross_a_change_of_time() -> None:
    start = minute_of(datetime(2026, 3, 28, 22, tzinfo=UTC))  # the hour from 2 to 3 is missing that night
    labels = [tick.label for tick in ENGLISH.ticks(start, start + 6 * 60, 6)]
    assert labels == ["23:00", "midnight", "1:00", "3:00", "4:00", "5:00", "6:00"][-len(labels) :]


def test_a_night_is_the_readers_night() -> None:
    (night,) = ENGLISH.nights(minute_of(NINE), minute_of(NINE) + 24 * 60)
    assert ENGLISH.local(night.start).hour == 23 and ENGLISH.local(night.end).hour == 6


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([0, 0, 0, 0, 1, 6, 9], Trend.RISES),
        ([9, 9, 9, 1, 0, 1], Trend.FALLS),
        ([4, 4, 4, 4, 5, 4], Trend.STEADY),
        ([40] * 10 + [0] * 6, Trend.CALM),
        ([], Trend.CALM),
    ],
)
def test_a_story_moves_as_its_last_hours_do(hours: list[int], expected: Trend) -> None:
    assert trend(hours) is expected


def trace(row: int, **fields: object) -> SpreadPost:
    at = 60_000 * (minute_of(NINE) + row)
    given: dict[str, object] = {"row": row, "at_ms": at, "seen_ms": at, "platform": "mastodon", "kind": "post"}
    given |= {"native_id": f"p{row}", "author": row, "handle": f"voisin{row}", "followers": 10}
    return SpreadPost(**(given | fields))  # type: ignore[arg-type]


def test_carriers_are_named_when_public_and_summed_when_not() -> None:
    posts = [
        trace(1),
        trace(2, shared_id="p1"),
        trace(3, handle="gazette", name="Gazette", followers=84_000, shared_id="p1"),
        trace(4, shared_id="p3"),
        trace(5, shared_id="p3"),
    ]
    cascade = build_cascade(posts)
    carriers, small = carriers_of(rank_amplifiers(cascade))
    assert [(one.name, one.brought) for one in carriers] == [("Gazette", 2)]
    assert (small.accounts, small.brought) == (1, 2)


def test_milestones_say_when_and_by_whom() -> None:
    posts = [trace(1), trace(2, followers=20_000, name="Gazette"), trace(3, press=Press.LOCAL)]
    facts = milestones(percolate(build_cascade(posts)))
    assert [(fact.code, fact.row) for fact in facts] == [("first", 1), ("relay", 2), ("local_press", 3)]
    assert facts[1].words == ("Gazette", "20000") and facts[0].at == NINE + timedelta(minutes=1)


def test_the_map_keeps_the_first_post_the_press_and_the_loudest() -> None:
    crowd = [line(row, followers=row) for row in range(100)]
    paper = line(200, platform="web", kind="article", followers=None)
    rows = [post.row for post in weighty([*crowd, paper])]
    assert len(rows) == 40 and rows[0] == 0 and rows[-1] == 200 and 99 in rows and 30 not in rows


def test_the_posts_to_read_first_are_the_gravest_once_each() -> None:
    posts = [line(1, severity=90), line(2, severity=90, exact=1), line(3, severity=40), line(4, severity=95)]
    assert [post.row for post in top_posts(posts)] == [4, 1, 3]


def test_a_private_persons_name_is_masked() -> None:
    assert shown_name(line(1), ENGLISH) == "name masked"
    assert shown_name(line(1, followers=5_000), ENGLISH) == "Voisin 1"
    assert (
        shown_name(line(1, platform="web", kind="article", name="Le Courrier", followers=None), ENGLISH)
        == "Le Courrier"
    )


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (Act.SNOOZE_1H, "2026-03-02T09:00:00+00:00"),
        (Act.SNOOZE_4H, "2026-03-02T12:00:00+00:00"),
        (Act.SNOOZE_MORNING, "2026-03-03T07:00:00+00:00"),
    ],
)
def test_an_alert_is_put_off_until(act: Act, expected: str) -> None:
    until = snooze_until(act, NINE, PARIS)
    assert until is not None and until.isoformat() == expected
    assert snooze_until(Act.TAKE, NINE, PARIS) is None


def test_eight_in_the_morning_is_the_same_day_before_eight() -> None:
    until = snooze_until(Act.SNOOZE_MORNING, NINE - timedelta(hours=4), PARIS)
    assert until is not None and until.isoformat() == "2026-03-02T07:00:00+00:00"


def test_a_map_holds_the_press_and_the_loudest_of_the_others() -> None:
    articles = [line(row, platform="web", kind="article", followers=None) for row in range(1, 101)]
    loud = [line(row, followers=1_000 + row) for row in range(200, 400)]
    chosen = weighty([line(0), *articles, *loud])
    assert len(chosen) == 40 and chosen[0].row == 0
    assert sum(post.kind == "article" for post in chosen) == 16
    assert {1, 2, 3, 4, 399} <= {post.row for post in chosen}
    assert len(weighty([line(0), *articles])) == 40
