"""Wikipedia: the history of pages, in the words of those who changed them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Delete, Request
from tocsin.collect.adapters.wikipedia import WikipediaAdapter

ADAPTER = WikipediaAdapter()
SOURCE = source("wikipedia", pages="Maison Alba", talk="no")
CHANGE = {
    "revid": 202,
    "parentid": 201,
    "timestamp": "2026-03-02T08:00:00Z",
    "user": "Alice",
    "comment": "/* Affaire du four */ source retirée, voir [[Four|le four]]",
    "size": 900,
    "tags": ["mw-reverted", "mobile edit"],
}
BEFORE = {
    "revid": 201,
    "parentid": 0,
    "timestamp": "2026-03-01T08:00:00Z",
    "user": "192.0.2.7",
    "comment": "",
    "size": 1000,
}


def history(*changes: object, title: str = "Maison Alba", **more: object) -> dict[str, object]:
    return {"query": {"pages": [{"pageid": 1, "title": title, "revisions": list(changes)}]}, **more}


def asked(cursor: str = "", of: object = None) -> dict[str, list[str]]:
    plan = ADAPTER.plan(of or SOURCE, cursor, NOW)  # type: ignore[arg-type]
    assert isinstance(plan, Request)
    return parse_qs(urlsplit(plan.url).query)


def test_a_change_says_why_how_large_and_whether_it_was_undone() -> None:
    later, first = ADAPTER.parse(SOURCE, "", answer(history(CHANGE, BEFORE)), NOW).posts
    assert later.text == "Affaire du four: source retirée, voir le four (-100) #mw-reverted"
    assert (later.title, later.lang_claimed) == ("Maison Alba", "fr")
    assert later.native_id == "https://fr.wikipedia.org/w/index.php?oldid=202"
    assert later.url == "https://fr.wikipedia.org/w/index.php?diff=202"
    assert first.text == "(+1000)" and first.author is not None and first.author.handle == "192.0.2.7"


def test_a_change_undone_later_is_given_again() -> None:
    fresh = {**CHANGE, "tags": []}
    page = ADAPTER.parse(SOURCE, "", answer(history(fresh, BEFORE)), NOW)
    page = ADAPTER.parse(SOURCE, page.next_cursor, answer(history(CHANGE, BEFORE)), NOW)
    assert [post.text.endswith("#mw-reverted") for post in page.posts] == [True]


def test_the_oldest_of_a_page_waits_for_the_next_so_that_its_size_is_known() -> None:
    page = ADAPTER.parse(SOURCE, "", answer(history(CHANGE, BEFORE, **{"continue": {"rvcontinue": "x"}})), NOW)
    assert [post.native_id[-3:] for post in page.posts] == ["202"]
    assert asked(page.next_cursor)["rvstartid"] == ["201"]


def test_each_page_and_its_talk_page_are_read_in_turn() -> None:
    of = source("wikipedia", pages="Maison Alba | Alice Alba")
    cursor, titles = "", []
    for _ in range(4):
        titles += asked(cursor, of)["titles"]
        cursor = ADAPTER.parse(of, cursor, answer(history(BEFORE)), NOW).next_cursor
    assert titles == ["Maison Alba", "Talk:Maison Alba", "Alice Alba", "Talk:Alice Alba"]


def test_a_change_whose_words_were_hidden_is_gone() -> None:
    hidden = {**CHANGE, "commenthidden": True, "suppressed": True}
    native_id = "https://fr.wikipedia.org/w/index.php?oldid=202"
    (item,) = ADAPTER.parse(SOURCE, "", answer(history(hidden)), NOW).items
    assert item == Delete(platform="wikipedia", native_id=native_id, reason="hidden")
    plan = ADAPTER.plan_check(SOURCE, native_id, "", NOW)
    assert plan is not None and "revids=202" in plan.url
    assert isinstance(ADAPTER.parse_check(SOURCE, native_id, answer(history(hidden)), NOW), Delete)
    lost = {"query": {"badrevids": {"202": {"revid": 202, "missing": True}}}}
    assert isinstance(ADAPTER.parse_check(SOURCE, native_id, answer(lost), NOW), Delete)
    assert ADAPTER.parse_check(SOURCE, native_id, answer(history(CHANGE)), NOW) is None
    assert ADAPTER.plan_check(SOURCE, "https://en.wikipedia.org/w/index.php?oldid=202", "", NOW) is None


def test_a_page_that_is_not_there_is_told_and_a_talk_page_is_not_missed() -> None:
    missing = {"query": {"pages": [{"title": "Maison Alba", "missing": True}]}}
    with pytest.raises(SourceError, match="has no page Maison Alba"):
        ADAPTER.parse(SOURCE, "", answer(missing), NOW)
    of = source("wikipedia", pages="Maison Alba")
    page = ADAPTER.parse(of, "", answer(history(BEFORE)), NOW)
    assert ADAPTER.parse(of, page.next_cursor, answer(missing), NOW).notes == {"page_missing": 1}


@pytest.mark.parametrize(("code", "permanent"), [("maxlag", False), ("ratelimited", False), ("invalidtitle", True)])
def test_an_error_of_the_interface_is_told(code: str, permanent: bool) -> None:
    held = {"error": {"code": code, "info": "Waiting for a database server"}}
    with pytest.raises(SourceError, match="Waiting for") as caught:
        ADAPTER.parse(SOURCE, "", answer(held, headers={"retry-after": "7"}), NOW)
    assert caught.value.permanent is permanent
    assert caught.value.retry_after_s == (None if permanent else 7.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"pages": "a|b#c"}, "titles that can be pages"),
        ({"pages": " | "}, "titles that can be pages"),
        ({"pages": "|".join(f"p{number}" for number in range(30))}, "at most 20"),
        ({"pages": "a", "language": "fr.evil.example"}, "language"),
    ],
)
def test_options_that_cannot_be_are_told(options: dict[str, str], said: str) -> None:
    with pytest.raises(SourceError, match=said):
        ADAPTER.plan(source("wikipedia", **options), "", NOW)
