"""A whole file as the payload of an adapter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Answer, Done, Source
from tocsin.collect.adapters.file import FileAdapter

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SOURCE = Source(name="avis", adapter="file", time_zone="UTC", options={"date_order": "month_first", "path": "x.csv"})


def answer(body: bytes) -> Answer:
    return Answer(url="file:avis.csv", status=200, headers={}, body=body, at=NOW)


def test_there_is_nothing_to_ask() -> None:
    assert FileAdapter().plan(SOURCE, "", NOW) == Done()


def test_a_payload_becomes_one_page_and_the_same_page_again() -> None:
    body = b"date,texte\n02/03/2026,un\n,deux\n2026,trois\n"
    page = FileAdapter().parse(SOURCE, "", answer(body), NOW)
    assert [post.text for post in page.posts] == ["un", "deux"]
    assert page.posts[0].created_at == datetime(2026, 2, 3, tzinfo=UTC)
    assert len(page.items) == 3
    assert page.notes == {"time_missing": 1, "time_no_zone": 1}
    assert page == FileAdapter().parse(SOURCE, "", Answer(url="", status=200, headers={}, body=body, at=NOW), NOW)


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4", b"a,b\n1,2\n"])
def test_a_useless_payload_stops_the_source_for_good(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        FileAdapter().parse(SOURCE, "", answer(body), NOW)
    assert caught.value.permanent
    assert "avis" in str(caught.value)
