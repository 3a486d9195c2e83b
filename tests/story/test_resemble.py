from __future__ import annotations

from datetime import timedelta

import msgspec

from tests.story.posts import ALBA, CHAIRS, DAY, LEAK, PARCELS, START, posts
from tocsin.base.story import Story
from tocsin.story.group import Grouper
from tocsin.story.resemble import resembles


def _story(texts: tuple[str, ...], minute: int, name: str) -> Story:
    grouper = Grouper(ALBA, "live", ())
    grouper.place(posts(texts, minute=minute, name=name))
    return max(grouper.changed(), key=lambda row: row.posts)


PAST = [_story(texts, START - 40 * DAY + at, f"past{at}") for at, texts in enumerate((CHAIRS, PARCELS, LEAK))]


def test_the_same_trouble_weeks_ago_is_found() -> None:
    now = _story(tuple(text.replace("chaise", "chaise haute") for text in CHAIRS[1:]), START, "now")
    found = resembles(now, PAST)
    assert found is not None
    assert found[0] == PAST[0].id
    assert 0.25 <= found[1] <= 1.0


def test_a_new_trouble_resembles_nothing() -> None:
    now = _story(tuple(f"Bouilloire en panne numéro {n}, résistance grillée" for n in range(5)), START, "now")
    assert resembles(now, PAST) is None


def test_what_still_went_on_or_came_later_is_not_compared() -> None:
    now = _story(CHAIRS, START, "now")
    lasting = msgspec.structs.replace(PAST[0], last_at=now.first_at + timedelta(hours=1))
    assert resembles(now, [lasting, now]) is None


def test_of_two_as_like_the_later_is_told() -> None:
    now = _story(CHAIRS, START, "now")
    earlier = msgspec.structs.replace(PAST[0], id="earlier", last_at=PAST[0].last_at - timedelta(days=5))
    found = resembles(now, [earlier, *PAST])
    assert found is not None
    assert found[0] == PAST[0].id
