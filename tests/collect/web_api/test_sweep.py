"""Sweeps go back to where the last one began, by the server's clock, and tell what they could not read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.web_api.helpers import NOW, answer, source
from tocsin.base.post import Post
from tocsin.collect.adapter import Gap, Page, Source, Upsert
from tocsin.collect.web_api.sweep import MOST_PAGES, Found, load_memory, take_page

LANES = ("a", "b")
SOURCE = source("hacker_news", query="alba")
PAST = Source(name="s", adapter="hacker_news", options={"query": "alba"}, past=NOW - timedelta(days=10))


def post(number: int, at: datetime, text: str = "…") -> Post:
    return Post(platform="p", native_id=str(number), created_at=min(at, NOW), seen_at=NOW, text=f"{number} {text}")


def found(*ages_h: float, onward: str = "", text: str = "…") -> Found:
    times = [NOW - timedelta(hours=age) for age in ages_h]
    posts = [post(int(age * 100), at, text) for age, at in zip(ages_h, times, strict=True)]
    return Found(posts=posts, times=times, onward=onward)


def take(cursor: str, what: Found, *, of: Source = SOURCE, at: datetime = NOW, lanes: tuple[str, ...] = ("a",)) -> Page:
    return take_page(of, load_memory(cursor, "here"), lanes, what, answer(b"", at=at))


def texts(page: Page) -> list[str]:
    return [one.text for one in page.posts]


def test_a_first_read_goes_a_few_pages_back_and_no_further() -> None:
    page = take("", found(1, 2, onward="2"))
    pages = 1
    while page.more:
        assert page.first_read
        page = take(page.next_cursor, found(3 + pages, onward=str(2 + pages)))
        pages += 1
    assert pages == 5
    assert not any(isinstance(item, Gap) for item in page.items)
    assert not take(page.next_cursor, found(1)).first_read


def test_a_later_read_stops_an_hour_before_where_the_last_one_began() -> None:
    page = take("", found(2, 30))
    page = take(page.next_cursor, found(0.1, 2.5, onward="2"))
    assert page.more  # 2.5 hours: not yet an hour before the last newest, 2 hours
    page = take(page.next_cursor, found(2.8, 3.1, onward="3"))
    assert not page.more


def test_once_a_day_a_read_goes_a_day_back() -> None:
    page = take("", found(2))
    later = NOW + timedelta(hours=25)
    page = take(page.next_cursor, found(1), at=later)
    page = take(page.next_cursor, found(1, 20, onward="2"), at=later)
    assert page.more
    page = take(page.next_cursor, found(30, onward="3"), at=later)
    assert not page.more
    page = take(page.next_cursor, found(1, 20, onward="2"), at=later)
    assert not page.more


def test_what_was_read_before_comes_again_only_when_it_changed() -> None:
    page = take("", found(1, 2))
    assert len(page.posts) == 2
    again = take(page.next_cursor, found(1, 2))
    assert again.posts == []
    edited = take(again.next_cursor, found(1, 2, text="changed"))
    assert [one.edited_at for one in edited.posts] == [NOW, NOW]


def test_too_much_at_once_is_told_as_a_gap() -> None:
    page = take("", found(100))
    for number in range(MOST_PAGES):
        page = take(page.next_cursor, found(1 + number / 100, onward=str(number + 2)))
    (gap,) = (item for item in page.items if isinstance(item, Gap))
    assert gap.since == NOW - timedelta(hours=100)
    assert gap.until == NOW - timedelta(hours=1 + (MOST_PAGES - 1) / 100)
    assert not page.more


def test_a_post_of_the_year_9999_does_not_hide_the_next_ones() -> None:
    what = found(2)
    what.times.append(datetime(9999, 12, 31, tzinfo=NOW.tzinfo))
    page = take("", what)
    page = take(page.next_cursor, found(0.5, 0.9, onward="2"))
    assert texts(page) == ["50 …", "90 …"]
    assert page.more  # read on to an hour before our own clock at the least
    assert not take(page.next_cursor, found(1.1, onward="3")).more


def test_each_list_is_read_to_its_end_before_the_next() -> None:
    page = take("", found(1, onward="2"), lanes=LANES)
    assert load_memory(page.next_cursor, "here").lane == "a"
    page = take(page.next_cursor, found(2), lanes=LANES)
    assert page.more and load_memory(page.next_cursor, "here").lane == "b"
    page = take(page.next_cursor, found(3), lanes=LANES)
    assert not page.more and load_memory(page.next_cursor, "here").lane == "a"
    assert page.next_at is not None


def test_the_past_is_read_to_its_beginning_and_then_done() -> None:
    page = take("", found(24, onward="2"), of=PAST)
    for day in range(2, 10):
        assert page.more
        page = take(page.next_cursor, found(24 * day, onward=str(day + 1)), of=PAST)
    page = take(page.next_cursor, found(24 * 11, onward="12"), of=PAST)
    assert not page.more and page.first_read
    assert load_memory(page.next_cursor, "here").done


def test_a_page_that_leads_to_itself_ends_the_sweep() -> None:
    page = take("", found(1, onward="2"))
    page = take(page.next_cursor, found(1, onward="2"))
    assert not page.more


@pytest.mark.parametrize(
    "cursor", ["", "{", '{"v":1,"place":"elsewhere","read_at":5}', '{"v":2,"place":"here"}', "[" * 9999]
)
def test_another_cursor_begins_anew(cursor: str) -> None:
    assert load_memory(cursor, "here").read_at == 0


@given(st.lists(st.lists(st.floats(-48, 2_000), max_size=6), min_size=1, max_size=30), st.sampled_from([SOURCE, PAST]))
def test_no_order_of_instants_keeps_a_sweep_from_ending(pages: list[list[float]], of: Source) -> None:
    page = take("", found(), of=of)
    for number, ages in enumerate(pages):
        page = take(page.next_cursor, found(*ages, onward=str(number) if number + 1 < len(pages) else ""), of=of)
        assert len(page.next_cursor) < 64_000
        assert all(isinstance(item, (Upsert, Gap)) for item in page.items)
    assert not page.more
