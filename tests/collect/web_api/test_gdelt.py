"""GDELT: articles of the press, within the rhythm and the words of its search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.collect.web_api.helpers import NOW, answer, source
from tocsin.base.errors import SourceError
from tocsin.base.post import PostKind
from tocsin.collect.adapter import Request, Source
from tocsin.collect.adapters.gdelt import GdeltAdapter

ADAPTER = GdeltAdapter()
SOURCE = source("gdelt", query='"Maison Alba"', country="fr", language="french")
ARTICLE = {
    "url": "https://presse.example.org/four?utm_source=x",
    "title": "Maison Alba : le four , dit -elle , chauffe ( trop ) .",
    "seendate": "20260302T081500Z",
    "socialimage": "https://presse.example.org/four.jpg",
    "language": "French",
    "sourcecountry": "France",
}


def asked(cursor: str = "", of: Source = SOURCE) -> dict[str, list[str]]:
    plan = ADAPTER.plan(of, cursor, NOW)
    assert isinstance(plan, Request)
    return parse_qs(urlsplit(plan.url).query)


def test_an_article_is_known_by_its_own_address() -> None:
    (post,) = ADAPTER.parse(SOURCE, "", answer({"articles": [ARTICLE]}), NOW).posts
    assert (post.platform, post.native_id) == ("web", "https://presse.example.org/four")
    assert post.kind is PostKind.ARTICLE and post.lang_claimed == "fr"
    assert post.title == "Maison Alba : le four, dit -elle, chauffe (trop)"
    assert post.created_at == datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


def test_the_question_holds_words_language_and_country() -> None:
    assert asked()["query"] == ['"Maison Alba" sourcelang:french sourcecountry:FR']
    assert asked(of=source("gdelt", query="a OR b"))["query"] == ["(a OR b)"]
    assert ADAPTER.about.terms.pace is not None and ADAPTER.about.terms.pace.per_s == 5.0


def test_nothing_found_is_an_empty_answer() -> None:
    assert ADAPTER.parse(SOURCE, "", answer({}), NOW).items == []
    assert ADAPTER.parse(SOURCE, "", answer({"articles": []}), NOW).next_at is not None


def test_a_question_that_is_refused_in_plain_words_is_told_with_them() -> None:
    with pytest.raises(SourceError, match="too short") as caught:
        ADAPTER.parse(SOURCE, "", answer(b"The specified phrase is too short.\n"), NOW)
    assert caught.value.permanent
    with pytest.raises(SourceError, match="limit requests") as caught:
        ADAPTER.parse(SOURCE, "", answer(b"Please limit requests to one every 5 seconds"), NOW)
    assert not caught.value.permanent and caught.value.retry_after_s == 60


def test_a_full_page_leads_on_from_its_oldest() -> None:
    full = [{**ARTICLE, "url": f"https://presse.example.org/{number}"} for number in range(250)]
    page = ADAPTER.parse(SOURCE, "", answer({"articles": full}), NOW)
    assert page.more and asked(page.next_cursor)["enddatetime"] == ["20260302081500"]
    page = ADAPTER.parse(SOURCE, page.next_cursor, answer({"articles": full}), NOW)
    assert asked(page.next_cursor)["enddatetime"] == ["20260302081459"]
    assert page.notes["more_than_a_page_at_one_instant"] == 1


def test_the_past_reaches_no_further_than_the_search_knows() -> None:
    of = Source(name="s", adapter="gdelt", options={"query": "alba"}, past=NOW - timedelta(days=400))
    assert asked(of=of)["startdatetime"] == [(NOW - timedelta(days=88)).strftime("%Y%m%d%H%M%S")]


@pytest.mark.parametrize("country", ["France", "F", "12", "É1"])
def test_a_country_that_cannot_be_is_told(country: str) -> None:
    with pytest.raises(SourceError, match="two letters"):
        ADAPTER.plan(source("gdelt", query="alba", country=country), "", NOW)
