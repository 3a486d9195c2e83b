from __future__ import annotations

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import shared
from tocsin.base.html import text_of_html
from tocsin.collect import sanitise
from tocsin.collect.feed.decode import decode_feed
from tocsin.collect.feed.entry import Entry
from tocsin.collect.feed.read import read_feed
from tocsin.collect.sanitise import clean_text

_PIECES = (
    "<p>", "</p>",
    "<br>", "<br/>", "<BR />", "<b>", "</b>", "<div class='a'>", '<a href="x>y">', "<a title='>'>", "<td>", "<li>",
    "<img alt=x>", "<script>", "</script>", "<pre>", "</pre>",
    "<pre class=a>", "<code>", "\r\n", "  ", "\t", "<!--", "-->", "<", ">", "&amp;", "&lt;p&gt;", "&am", "p;",
    "&nbsp;", "&#10;", "a", " ", "\n", "é", '"', "'", "<p", "</", "<thead>", "<header>", "<brx>", "<h7>", "<x:p>",
    "&#1;", "<iframe src=x>", "</iframe>", "<img class=emoji alt=x>", "<svg>",
)  # fmt: skip


def test_the_examples_are_true() -> None:
    assert doctest.testmod(sanitise).failed == 0


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
@settings(max_examples=400)
def test_the_fast_reading_is_the_careful_one(fragment: str) -> None:
    assert clean_text(fragment) == text_of_html(fragment)


@pytest.mark.parametrize(
    "piece",
    ["<p", "<p ", "<p '", '<p "', "<br", "&", "<p>", "<br>", " ", "</", "<a href=", "'\"", "<pre>", "<iframe>", "<!--"],
)
def test_a_long_hostile_fragment_takes_no_longer_than_its_length(piece: str) -> None:
    assert len(clean_text(piece * 20_000)) <= 20_000 * len(piece)


@pytest.mark.shared
def test_on_recorded_feeds_both_readings_agree() -> None:
    compared = 0
    for file in sorted(shared("payloads/feeds").rglob("*")):
        feed = read_feed(decode_feed(file.read_bytes()).body) if file.is_file() else None
        for entry in feed.entries if feed else ():
            if isinstance(entry, Entry):
                assert clean_text(entry.content) == text_of_html(entry.content)
                compared += 1
    assert compared > 1_000
