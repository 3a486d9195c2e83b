"""What is asked of hubs, and what they push until it is read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Source
from tocsin.store.collecting.hubs import MOST_BYTES, HubRow, HubState
from tocsin.store.store import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HUB = ("https://hub.example/", "https://example.org/feed")


def _asked(store: Store, token: str = "t1") -> HubRow:
    store.save_source(Source(name="gazette", adapter="feed", options={"url": HUB[1]}))
    store.collecting.hubs.add("gazette", HUB, (token, "s2:x:y"), NOON)
    found = store.collecting.hubs.find(token)
    assert found is not None
    return found


def test_one_hub_is_asked_for_a_source_at_a_time(store: Store) -> None:
    row, hubs = _asked(store), store.collecting.hubs
    hubs.add("gazette", HUB, ("t2", "s2:x:y"), NOON)
    assert [one.token for one in hubs.wanted()] == ["t1"] and hubs.of_source("gazette") == row
    assert (row.hub, row.topic, row.state, row.next_at) == (*HUB, HubState.ASKED, NOON)
    hubs.leave(row.number, NOON)
    hubs.add("gazette", HUB, ("t2", "s2:x:y"), NOON)
    found = hubs.of_source("gazette")
    assert found is not None and found.token == "t2"


def test_a_lease_is_kept_until_it_is_denied(store: Store) -> None:
    row, hubs = _asked(store), store.collecting.hubs
    hubs.asked(row.number, NOON, NOON + timedelta(hours=1))
    hubs.failed(row.number, SourceError("{url} says no.", permanent=False, url="x"))
    assert hubs.due(NOON) == []
    (asked,) = hubs.due(NOON + timedelta(hours=1))
    assert (asked.failures, asked.error, asked.error_params) == (1, "{url} says no.", {"url": "x"})
    until = NOON + timedelta(days=10)
    hubs.grant(row.number, NOON, until, NOON + timedelta(days=8))
    (granted,) = hubs.wanted()
    assert (granted.state, granted.until, granted.failures, granted.error) == (HubState.GRANTED, until, 0, "")
    hubs.deny(row.number, NOON + timedelta(days=1))
    (denied,) = hubs.wanted()
    assert (denied.state, denied.until) == (HubState.ASKED, None)


def test_a_source_that_is_not_read_is_to_be_left(store: Store) -> None:
    row, hubs = _asked(store), store.collecting.hubs
    assert hubs.leave_idle(NOON) == 0
    store.remove_source("gazette")
    assert hubs.leave_idle(NOON) == 1 and hubs.leave_idle(NOON) == 0
    hubs.grant(row.number, NOON, NOON + timedelta(days=1), NOON)
    assert hubs.wanted() == [] and hubs.due(NOON)[0].state is HubState.LEAVING
    hubs.end(row.number)
    assert hubs.find("t1") is None


@pytest.mark.parametrize("body", [b"<rss/>", b"\x00\xff", None])
def test_a_push_waits_as_it_came_until_it_is_read(store: Store, body: bytes | None) -> None:
    row, hubs = _asked(store), store.collecting.hubs
    assert hubs.waiting() == []
    assert hubs.push(row.number, NOON, "text/xml", body)
    assert hubs.waiting() == ["gazette"]
    (found,) = hubs.pushes("gazette")
    assert (found.at, found.content_type, found.body, found.is_hint) == (NOON, "text/xml", body or b"", body is None)
    hubs.drop_pushes([found.number])
    assert hubs.waiting() == [] and hubs.pushes("gazette") == []


def test_what_waits_is_bounded(store: Store) -> None:
    row, hubs = _asked(store), store.collecting.hubs
    assert hubs.push(row.number, NOON, "", b"x" * MOST_BYTES)
    assert not hubs.push(row.number, NOON, "", b"x")
    hubs.end(row.number)
    assert hubs.waiting() == []
