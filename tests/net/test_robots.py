from __future__ import annotations

import asyncio

import pytest

from tests.net.servers import Talk, answer, client, server
from tocsin.base.errors import SourceError
from tocsin.net.robots import Robots, rules_of

_RULES = b"\xef\xbb\xbfUser-agent: tocsin\nDisallow: /prive\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n"


def _check(talk: Talk, path: str) -> tuple[float, int]:
    """Return the delay that the site wants and how often its rules were asked for, over two checks."""

    async def go() -> tuple[float, int]:
        async with server(talk) as (base, seen), client() as asking:
            robots = Robots(asking)
            await robots.check(base + path)
            return await robots.check(base + path), len(seen)

    return asyncio.run(go())


def test_the_rules_meant_for_us_are_followed_and_asked_for_once() -> None:
    assert _check(answer(body=_RULES), "/article") == (7.0, 1)
    with pytest.raises(SourceError, match="asks robots not to fetch") as caught:
        _check(answer(body=_RULES), "/prive/a")
    assert caught.value.permanent


def test_a_site_without_rules_allows_all() -> None:
    assert _check(answer("404 Not Found"), "/a") == (0.0, 1)


def test_a_site_that_cannot_be_asked_is_left_alone_for_a_while() -> None:
    with pytest.raises(SourceError, match="cannot be read now") as caught:
        _check(answer("503 No"), "/a")
    assert not caught.value.permanent and caught.value.retry_after_s == 600


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff\xfe\x00", b"Disallow: /\n", b"User-agent: *\nCrawl-delay: -3\n"]
)
def test_odd_rules_forbid_nothing(body: bytes) -> None:
    rules = rules_of(200, body)
    assert rules.allows("https://example.org/a") and rules.delay_s() == 0
