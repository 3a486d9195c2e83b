from __future__ import annotations

import msgspec

from tests.surge.minutes import DAY, HOUR, START, closed, fold_all, post
from tocsin.base.seam import Event, EventKind
from tocsin.surge.signs.danger import MOST_A_DAY, DangerBody


def _dangers(events: list[Event]) -> list[DangerBody]:
    return [msgspec.json.decode(event.body, type=DangerBody) for event in events if event.kind is EventKind.DANGER]


def _threat(number: int, minute: int, **changes: object):
    return post(number, minute, **({"danger": True, "severity": 85, "kinds": ("threat",)} | changes))


def test_one_dangerous_post_rings_at_once_without_any_past() -> None:
    _, events = fold_all([closed(START, [_threat(1, START)], ["story-1"])])
    assert _dangers(events) == [
        DangerBody(row=1, platform="mastodon", native_id="post-1", severity=85, kinds=("threat",), story="story-1")
    ]


def test_a_story_rings_its_danger_once_a_day() -> None:
    minutes = [closed(START + at * HOUR, [_threat(at, START + at * HOUR)], ["story-1"]) for at in range(30)]
    assert [body.row for body in _dangers(fold_all(minutes)[1])] == [0, 24]


def test_copies_and_near_copies_ring_once() -> None:
    bands = tuple(range(32))
    near = (*range(20), *range(900, 912))
    posts = [
        _threat(1, START, exact=77, bands=bands),
        _threat(2, START, exact=77),
        _threat(3, START, exact=78, bands=near),
    ]
    assert len(_dangers(fold_all([closed(START, posts)])[1])) == 1


def test_dangers_have_a_daily_budget_that_the_worst_still_passes() -> None:
    flood = [closed(START + at, [_threat(at, START + at)], [f"story-{at}"]) for at in range(50)]
    worst = closed(START + 60, [_threat(60, START + 60, severity=99)], ["story-60"])
    bodies = _dangers(fold_all([*flood, worst])[1])
    assert len(bodies) == MOST_A_DAY + 1
    assert bodies[MOST_A_DAY - 1].last_of_day
    assert bodies[-1].severity == 99
    later = closed(START + 2 * DAY, [_threat(99, START + 2 * DAY)], ["story-99"])
    assert len(_dangers(fold_all([*flood, later])[1])) == MOST_A_DAY + 1


def test_a_dangerous_post_of_a_late_minute_still_rings() -> None:
    minutes = [closed(START + HOUR, [post(1, START + HOUR)]), closed(START, [_threat(2, START)], ["story-2"])]
    assert len(_dangers(fold_all(minutes)[1])) == 1
