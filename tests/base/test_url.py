from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.base import url as module
from tocsin.base.url import TRACKING_PARAMETERS, TRACKING_PREFIXES, canonical_url, is_worldwide_id


def test_the_examples_of_the_page_are_true() -> None:
    assert doctest.testmod(module).failed == 0


def test_the_table_of_tracking_parameters_is_sorted_and_has_no_double() -> None:
    assert list(TRACKING_PARAMETERS) == sorted(set(TRACKING_PARAMETERS))
    assert list(TRACKING_PREFIXES) == sorted(set(TRACKING_PREFIXES))


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("http://EXAMPLE.org", "http://example.org/"),
        ("http://example.org:80/", "http://example.org/"),
        ("https://example.org:8443/a", "https://example.org:8443/a"),
        ("https://example.org/a/./b/../c", "https://example.org/a/c"),
        ("https://example.org/%7Ealice/%e9", "https://example.org/~alice/%E9"),
        ("https://example.org/café crème", "https://example.org/caf%C3%A9%20cr%C3%A8me"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://café.example.org/", "https://xn--caf-dma.example.org/"),
        ("https://example.org/a?b=1&UTM_Source=x&c=2&fbclid=y", "https://example.org/a?b=1&c=2"),
        ("https://example.org/a?utm_source=x", "https://example.org/a"),
        ("https://example.org/a#xtor=RSS-16", "https://example.org/a"),
        ("https://example.org/a#:~:text=alba", "https://example.org/a"),
        ("https://example.org/?p=1#comment-4", "https://example.org/?p=1#comment-4"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("http://[2A00::1]:80/a", "http://[2a00::1]/a"),
        ("https://example.org/a\n/b", "https://example.org/a/b"),
    ],
)
def test_each_address_has_one_spelling(written: str, wanted: str) -> None:
    assert canonical_url(written) == wanted


@pytest.mark.parametrize(
    "written", ["", "alba", "javascript:alert(1)", "mailto:alice@example.org", "http://", "http://[x"]
)
def test_what_is_not_a_web_address_gives_none(written: str) -> None:
    assert canonical_url(written) is None


def test_a_relative_address_is_read_from_its_page() -> None:
    assert canonical_url("../b?x=1", "https://example.org/a/c/") == "https://example.org/a/b?x=1"
    assert canonical_url("//example.org/b", "https://example.com/") == "https://example.org/b"


_PIECES = st.text(alphabet=st.sampled_from("abcAZ09-._~%/?#&=+;:@!é ñ\u200b\\[]|'\"<>\t2F"), max_size=24)


@given(_PIECES, _PIECES, _PIECES)
def test_a_second_pass_changes_nothing(path: str, query: str, fragment: str) -> None:
    once = canonical_url(f"https://example.org/{path}?{query}#{fragment}")
    if once is not None:
        assert canonical_url(once) == once
        assert once.isascii()


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert canonical_url(text) is None or canonical_url(text).startswith("http")  # type: ignore[union-attr]
    is_worldwide_id(text)
