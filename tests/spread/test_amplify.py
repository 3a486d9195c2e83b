"""Who carried a story, when it reached the press, and which titles are which."""

from __future__ import annotations

from tests.spread.posts import post
from tocsin.spread.amplify import rank_amplifiers
from tocsin.spread.cascade import build_cascade
from tocsin.spread.percolate import first_articles, percolate
from tocsin.spread.values import Press, Step


def test_an_account_is_ranked_by_what_it_brought_near_and_far() -> None:
    posts = [post(1), post(2, shared_id="p1", followers=84_000), *(post(n, shared_id="p2") for n in range(3, 9))]
    ranked = rank_amplifiers(build_cascade(posts))
    assert [(one.post.row, one.direct, one.brought) for one in ranked] == [(2, 6, 6.0), (1, 1, 4.0)]
    assert ranked[0].without_p == 6 / 8 and ranked[1].without_p == 7 / 8


def test_nobody_carries_their_own_words() -> None:
    posts = [post(1, author=7), post(2, author=7, shared_id="p1"), post(3, shared_id="p2")]
    (one,) = rank_amplifiers(build_cascade(posts))
    assert (one.direct, one.posts, one.without_p) == (1, 2, 1 / 3)


def test_each_step_is_reached_once_and_the_brand_takes_none() -> None:
    reached = percolate(
        build_cascade(
            [
                post(1, own=True),
                post(2),
                post(3, followers=20_000),
                post(4, followers=30_000),
                post(5, press=Press.SPECIALISED),
                post(6, press=Press.NATIONAL),
                post(7, press=Press.LOCAL),
            ]
        )
    )
    assert {step: one.row for step, one in reached.items()} == {
        Step.FIRST: 2,
        Step.RELAY: 3,
        Step.LOCAL_PRESS: 5,
        Step.NATIONAL_PRESS: 6,
    }


def test_an_article_may_be_the_first_post() -> None:
    assert set(percolate(build_cascade([post(1, press=Press.LOCAL)]))) == {Step.FIRST, Step.LOCAL_PRESS}


def test_the_earliest_article_of_each_press_is_found_whatever_the_order() -> None:
    posts = [
        post(9, press=Press.LOCAL),
        post(4, press=Press.SPECIALISED),
        post(5, press=Press.NATIONAL),
        post(1, press=Press.NATIONAL, own=True),
        post(2, press=Press.NATIONAL, is_public=False),
        post(3),
    ]
    assert {step: one.row for step, one in first_articles(posts).items()} == {
        Step.LOCAL_PRESS: 4,
        Step.NATIONAL_PRESS: 5,
    }
