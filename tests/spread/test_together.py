"""Accounts that push the same thing at once, and those that only speak of the same thing."""

from __future__ import annotations

from tests.spread.posts import DAY, START, post
from tocsin.spread.cascade import build_cascade
from tocsin.spread.together.find import MOST_CHANCE_P
from tocsin.spread.together.story import find_rings
from tocsin.spread.values import Ring, Shared, SpreadPost

TALK = [post(row, minute=row * 7) for row in range(1, 201)]


def rings(*more: SpreadPost) -> list[Ring]:
    return find_rings(build_cascade([*TALK, *more]))


def push(count: int, step_s: float = 10, **fields: object) -> list[SpreadPost]:
    return [
        post(500 + n, minute=700 + n * step_s / 60, **({"exact": 9, "bands": (1, 2), "author": 1 + n} | fields))
        for n in range(count)
    ]


def test_the_same_words_within_seconds_are_told_with_their_odds() -> None:
    (ring,) = rings(*push(6, joined_ms=START - 3 * DAY))
    assert ring.shared is Shared.TEXT and len(ring.authors) == 6 and ring.new == 6
    assert ring.span_s == 50 and 0 < ring.chance_p < MOST_CHANCE_P


def test_a_link_pushed_at_once_is_told_too() -> None:
    posts = [post(500 + n, minute=700 + n / 6, links=("https://example.org/x",)) for n in range(6)]
    assert [ring.shared for ring in rings(*posts)] == [Shared.LINK]


def test_new_accounts_make_a_push_less_likely_by_chance() -> None:
    (old,), (new,) = rings(*push(6)), rings(*push(6, joined_ms=START - 3 * DAY))
    assert new.chance_p < old.chance_p


def test_ordinary_talk_is_no_ring() -> None:
    assert rings() == []


def test_the_same_words_over_days_are_no_ring() -> None:
    assert rings(*push(6, step_s=4 * 3600)) == []


def test_shares_the_press_the_brand_and_short_words_are_looked_over() -> None:
    assert rings(*push(6, kind="share")) == rings(*push(6, own=True)) == rings(*push(6, length=12)) == []


def test_one_account_that_repeats_itself_is_no_ring() -> None:
    assert rings(*push(6, author=3)) == []


def test_accounts_that_come_together_time_and_again_are_told() -> None:
    posts = [
        post(600 + turn * 10 + n, minute=100 + turn * 211 + n / 10, exact=70 + turn, author=1 + n)
        for turn in range(4)
        for n in range(3)
    ]
    assert Shared.SEVERAL in {ring.shared for ring in rings(*posts)} or len(rings(*posts)) == 1


def test_nothing_depends_on_the_order_of_arrival() -> None:
    posts = [*TALK, *push(6)]
    assert find_rings(build_cascade(posts[::-1])) == find_rings(build_cascade(posts))
