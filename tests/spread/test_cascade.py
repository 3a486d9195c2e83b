"""From which earlier post each post comes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.spread.posts import DAY, MINUTE, post
from tocsin.spread.cascade import build_cascade
from tocsin.spread.origin import find_origin
from tocsin.spread.values import Gap, Ground, SpreadPost


def test_what_a_post_names_comes_before_its_link_and_its_words() -> None:
    article = post(1, url="https://example.org/a")
    cascade = build_cascade(
        [
            article,
            post(2, links=("https://example.org/a",)),
            post(3, exact=1, bands=article.bands),
            post(4, shared_id="p2", exact=1, bands=article.bands, links=("https://example.org/a",)),
            post(5),
        ]
    )
    found = {row: (edge.parent, edge.ground) for row, edge in cascade.edges.items()}
    assert found == {2: (1, Ground.LINK), 3: (1, Ground.COPY), 4: (2, Ground.EXPLICIT)}
    assert cascade.edges[4].confidence > cascade.edges[3].confidence


def test_a_near_copy_comes_from_the_earliest_of_its_words_within_a_week() -> None:
    near = (*range(64, 64 + 20), *range(9_000, 9_012))
    assert build_cascade([post(1), post(2, bands=near)]).edges[2].parent == 1
    assert build_cascade([post(1), post(2, minute=8 * DAY / MINUTE, bands=near)]).edges == {}


def test_a_named_post_that_was_not_read_is_told() -> None:
    assert build_cascade([post(1, shared_id="gone")]).missing == {1: "gone"}


def test_the_earliest_traces_come_from_nobody_and_say_what_may_hide_an_earlier_one() -> None:
    posts = [
        post(1, own=True),
        post(2, is_public=False),
        post(3, parent_id="gone", seen_ms=post(3).at_ms + 2 * 3_600_000),
        post(4, shared_id="p3"),
        post(900),
    ]
    origin = find_origin(build_cascade(posts))
    assert [trace.row for trace in origin.traces] == [3, 900]
    assert {missing.gap for missing in origin.missing} == {Gap.PARENT_UNKNOWN, Gap.READ_LATE}


def test_a_long_silence_after_the_first_trace_is_told() -> None:
    assert [one.gap for one in find_origin(build_cascade([post(1), post(500)])).missing] == [Gap.SILENCE]


@st.composite
def stories(draw: st.DrawFn) -> list[SpreadPost]:
    count = draw(st.integers(1, 12))
    some = st.none() | st.integers(0, count).map(lambda row: f"p{row}")
    return [
        post(
            row,
            minute=draw(st.integers(0, 30)),
            shared_id=draw(some),
            parent_id=draw(some),
            exact=draw(st.integers(0, 3)),
            author=draw(st.integers(0, 4)),
        )
        for row in range(count)
    ]


@given(stories(), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_a_cascade_has_no_cycle_and_knows_no_order_of_arrival(posts: list[SpreadPost], random: object) -> None:
    cascade = build_cascade(posts)
    places = {one.row: place for place, one in enumerate(cascade.posts)}
    assert all(places[edge.parent] < places[row] for row, edge in cascade.edges.items())
    shuffled = list(posts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert build_cascade(shuffled) == cascade


@given(stories())
@settings(max_examples=80)
def test_a_later_post_never_changes_an_earlier_trace(posts: list[SpreadPost]) -> None:
    before = [one.row for one in find_origin(build_cascade(posts)).traces]
    later = post(99, minute=31, shared_id="p0", exact=2)
    after = [one.row for one in find_origin(build_cascade([*posts, later])).traces]
    assert after[: len(before)] == before
