"""Values come out of any JSON without an error, and text out of any markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collect.web_api.helpers import NOW, answer, source
from tocsin.base.errors import SourceError
from tocsin.base.post import TimeDoubt
from tocsin.collect.adapters.hacker_news import HackerNewsAdapter
from tocsin.collect.web_api.options import check_options, every_s_of, place_of
from tocsin.collect.web_api.text import from_html, from_markdown
from tocsin.collect.web_api.values import believed, edited, flag_in, inside, instant_in, json_of, number_in, text_in

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=8,
)


@given(ANYTHING)
def test_nothing_raises_whatever_stands_there(value: object) -> None:
    held = {"a": value}
    msgspec.json.encode([text_in(held, "a"), number_in(held, "a"), flag_in(held, "a"), instant_in(held, "a")])
    inside(value, "a", "b", "c")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-02T08:00:00Z", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02T08:00:00.123456789+02:00", datetime(2026, 3, 2, 6, 0, 0, 123456, tzinfo=UTC)),
        ("2026-03-02T08:00:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("20260302T081500Z", datetime(2026, 3, 2, 8, 15, tzinfo=UTC)),
        (1772438400, datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("20269902T081500Z", None),
        ("yesterday", None),
        ("9999-12-31T23:59:59-23:59", None),
        (10**30, None),
        (True, None),
    ],
)
def test_instants_are_read_as_interfaces_write_them(written: object, read: datetime | None) -> None:
    assert instant_in({"at": written}, "at") == read


def test_a_claim_is_believed_as_far_as_it_can_be() -> None:
    assert believed(NOW - timedelta(1), NOW) == (NOW - timedelta(1), None)
    assert believed(NOW + timedelta(1), NOW) == (NOW, TimeDoubt.FUTURE)
    assert believed(None, NOW) == (NOW, TimeDoubt.MISSING)
    assert believed(datetime(1970, 1, 1, tzinfo=UTC), NOW)[1] is TimeDoubt.IMPLAUSIBLE
    assert edited(NOW - timedelta(2), NOW - timedelta(1), NOW) is None
    assert edited(NOW + timedelta(2), NOW - timedelta(1), NOW) == NOW


def test_half_a_character_does_not_cost_the_page() -> None:
    held = json_of(answer(b'{"a": "caf\\u00e9 \\ud83d", "b": 1}'), is_first=True)
    assert text_in(held, "a") == "café"
    assert number_in(held, "b") == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 200_000, b"\xff", b"{" * 10])
def test_what_is_no_json_is_told_without_its_words(body: bytes) -> None:
    with pytest.raises(SourceError, match="answers no JSON") as caught:
        json_of(answer(body, headers={"content-type": "text/html"}), is_first=True)
    assert caught.value.permanent
    with pytest.raises(SourceError) as caught:
        json_of(answer(body), is_first=False)
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("# Title\n\n> quoted\n\nWords", "Title\n\nquoted\n\nWords"),
        ("**very** _much_ ~~so~~ `code`", "very much so code"),
        ("snake_case_name and 2*3*4", "snake_case_name and 2*3*4"),
        ("- one\n- two", "one\ntwo"),
        ("![alt](https://example.org/a.png) see <https://example.org/b>", "alt see https://example.org/b"),
        (r"not \*strong\*", "not *strong*"),
        ("[x](javascript:alert)", "x"),
        ("```\nlet a\n```", "let a"),
    ],
)
def test_markdown_reads_as_a_person_reads_it(written: str, text: str) -> None:
    assert from_markdown(written)[0] == text


def test_links_are_canonical_once_and_only_to_the_web() -> None:
    _, links = from_markdown("[a](https://EXAMPLE.org/a?utm_source=x) https://example.org/a [b](javascript:x)")
    assert links == ("https://example.org/a",)
    assert from_html('<p>caf&eacute; <a href="/b#c">b</a>', "https://example.org/")[1] == ("https://example.org/b#c",)


@pytest.mark.parametrize(
    "hostile", ["[" * 20_000, "*a" * 20_000, "_" * 50_000, "![](" * 10_000, "\\" * 50_000, "> " * 30_000]
)
def test_hostile_markdown_is_read_in_no_time(hostile: str) -> None:
    from_markdown(hostile)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "lacks its option query"),
        ({"query": "a", "other": "b"}, "'other' that its kind does not know"),
        ({"query": "a" * 3_000}, "longer than 2000"),
    ],
)
def test_options_that_cannot_be_are_told(options: dict[str, str], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        check_options(source("hacker_news", **options), HackerNewsAdapter.about)


def test_an_address_is_taken_as_people_write_it() -> None:
    assert place_of(source("discourse", url="Forum.Example.org/")) == "https://forum.example.org"
    assert place_of(source("discourse", url="http://example.org/forum/?x=1#top")) == "http://example.org/forum"
    for wrong in ("", "ftp://example.org", "http://[", "two words"):
        with pytest.raises(SourceError, match="web address"):
            place_of(source("discourse", url=wrong))


def test_minutes_are_a_number() -> None:
    assert every_s_of(source("discourse", every_minutes="15")) == 900
    with pytest.raises(SourceError, match="number of minutes"):
        every_s_of(source("discourse", every_minutes="-1"))
