"""Requests with bodies are filed as players look them up."""

from __future__ import annotations

import pytest

from tocsin.evidence.pack.query import LONGEST_QUERY, body_query, index_url, sort_key


# What `new URLSearchParams` and `toString` of a browser give for the same bodies.
@pytest.mark.parametrize(
    ("kind", "body", "query"),
    [
        ("application/json", b'{"a":{"b":1,"c":null},"d":[true,false],"e":""}', "b=1&c=null&d=true&d.2_=false"),
        ("application/json; charset=utf-8", '{"q":"Caf\u00e9 ~ *-._ +"}'.encode(), "q=Caf%C3%A9+%7E+*-._+%2B"),
        ("application/json", b'{"x":1.0,"y":1e21,"z":0.1,"big":12345678901234567890}',
         "x=1&y=1e%2B21&z=0.1&big=12345678901234567000"),
        ("application/json", b"not json", ""),
        ("application/json", b"[" * 100_000, ""),
        ("text/plain", b'{"a":1}', "a=1"),
        ("text/plain;charset=UTF-8", b"plain", "__wb_post_data=cGxhaW4="),
        ("application/x-www-form-urlencoded", b"a=1&b=%C3%A9+x", "a=1&b=%C3%A9+x"),
        ("multipart/form-data; boundary=X",
         b'--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1 2\r\n--X--\r\n', "a=1+2"),
        ("application/octet-stream", b"\x00\xff", "__wb_post_data=AP8="),
        ("", b"", "__wb_post_data="),
    ],
)  # fmt: skip
def test_a_body_is_the_query_that_a_player_makes_of_it(kind: str, body: bytes, query: str) -> None:
    assert body_query(kind, body) == query


def test_a_long_body_is_cut_as_indexes_cut_it() -> None:
    assert len(body_query("text/plain", b"x" * 10_000)) == LONGEST_QUERY


def test_the_address_of_an_answer_carries_method_and_body() -> None:
    assert index_url("https://example.org/a", "GET", "x=1") == "https://example.org/a"
    assert (
        index_url("https://example.org/a?b=1", "PUT", "q=%C3%A9%26")
        == "https://example.org/a?b=1&__wb_method=PUT&q=é%26"
    )
    assert index_url("https://example.org/a", "POST", "q=%zz") == "https://example.org/a?__wb_method=POST&"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www2.Example.org", "org,example)/"),
        ("https://example.org:443/A?z=1&a=2#part", "org,example)/a?a=2&z=1"),
        ("http://example.org:8080/é", "org,example:8080)/%C3%A9"),
        ("https://example.org/api?__wb_method=POST&q=é x", "org,example)/api?__wb_method=post&q=%C3%A9%20x"),
        ("urn:text:https://example.org/", "urn:text:https://example.org/"),
    ],
)
def test_addresses_sort_as_indexes_sort_them(url: str, key: str) -> None:
    assert sort_key(url) == key
