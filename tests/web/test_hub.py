"""A feed whose hub pushes: asked for, confirmed, pushed, read once, renewed, not believed without a signature, left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.test import Client

from tests.flows.collecting.conftest import Here
from tests.web.hub_server import Publisher, entry, publisher
from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.seam import LIVE
from tocsin.collect.adapter import Source
from tocsin.flows.collect import Reach, collect_due
from tocsin.flows.collecting import reach as reaching
from tocsin.flows.collecting.life import rotate
from tocsin.net import http
from tocsin.net.politeness import HostPacer
from tocsin.store.collecting.hubs import MOST_WAITING, HubRow

NOON = datetime.now(UTC).replace(microsecond=0)
PUBLIC = "https://tocsin.example.org"


class Town:
    """An installation that hubs can reach, with a feed and its hub, at a time that the test moves."""

    def __init__(self, world: World, served: Publisher, reach: Reach) -> None:
        self.world, self.served, self.reach = world, served, reach
        self.stranger = Client(SERVER_NAME="localhost")
        self.hubs = world.store.collecting.hubs

    def at(self, **by: float) -> None:
        """Let the worker do a turn, so long after noon, and wait for what it asked."""
        self.world.now = NOON + timedelta(**by)
        collect_due(self.world.engine, self.reach, self.world.now)

    @property
    def hub(self) -> HubRow:
        found = self.hubs.of_source("gazette")
        assert found is not None
        return found

    @property
    def next_at(self) -> timedelta:
        """When the feed is read next, from now."""
        (row,) = self.world.store.sources()
        assert row.next_at is not None
        return row.next_at - self.world.now

    def stored(self, number: int) -> bool:
        post = self.world.store.post("web", f"http://127.0.0.1:{self.served.server_port}/feed#n{number}")
        return post is not None

    def live(self) -> list[str]:
        minutes = self.world.store.pending_minutes(LIVE, BRAND, 2**40, 100)
        return sorted(mention.title for minute in minutes for mention in minute.mentions)

    def subscribe(self) -> None:
        """Read the feed, ask its hub, and let it confirm."""
        self.at()
        self.at(seconds=1)
        assert self.served.verify(self.stranger) == (200, "défi-42")


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test at the real time, with which the client stamps answers: it may run long after its import."""
    monkeypatch.setattr(sys.modules[__name__], "NOON", datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def town(web: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(reaching, "BoundedWorker", Here)
    monkeypatch.setattr(http, "HostPacer", lambda: HostPacer(0.0))
    web.now = NOON
    web.engine.settings = msgspec.structs.replace(web.engine.settings, web_address=PUBLIC)
    web.store.save_watch(Watch(brand=BRAND, name="alba", query='"Maison Alba"'))
    with publisher() as served, Reach(web.engine.settings) as reach:
        served.items = [entry(1, NOON - timedelta(hours=2))]
        web.store.save_source(Source(name="gazette", adapter="feed", options={"url": served.topic}), BRAND)
        yield Town(web, served, reach)


def test_a_hub_is_asked_once_it_was_seen_and_confirmed_only_as_it_was_asked(town: Town) -> None:
    town.at()
    assert town.served.asked == []
    town.at(seconds=1)
    (asked,) = town.served.asked
    assert asked["hub.mode"] == "subscribe" and asked["hub.topic"] == town.served.topic
    assert asked["hub.callback"].startswith(f"{PUBLIC}/hub/") and len(asked["hub.secret"]) >= 60
    assert asked["hub.secret"] not in town.hub.sealed and asked["hub.secret"] not in repr(town.hub)
    for wrong in ({"topic": "https://evil.example/"}, {"mode": "unsubscribe"}, {"challenge": ""}, {"mode": "x"}):
        assert town.served.verify(town.stranger, **wrong)[0] == 404
    assert town.hub.until is None
    assert town.served.verify(town.stranger) == (200, "défi-42")
    assert town.hub.until == town.world.now + timedelta(hours=2)
    town.at(seconds=7)
    assert len(town.served.asked) == 1
    assert town.stranger.get("/hub/unknown?hub.mode=unsubscribe&hub.challenge=x").status_code == 404
    assert town.stranger.post("/hub/unknown", b"x", content_type="text/xml").status_code == 404


def test_what_is_pushed_and_what_is_read_is_one_post(town: Town) -> None:
    town.subscribe()
    assert town.served.push(town.stranger, entry(2, NOON)) == 202
    assert town.served.push(town.stranger, entry(2, NOON)) == 202
    town.at(seconds=10)
    assert town.live() == ["Maison Alba, épisode 2"] and town.hubs.waiting() == []
    town.served.items.append(entry(2, NOON))
    reads = town.served.reads
    town.at(hours=25)
    assert town.served.reads == reads + 1
    assert town.live() == ["Maison Alba, épisode 2"]
    assert town.world.store.source_figures()["gazette"].posts == 2


def test_a_feed_is_read_once_an_hour_while_its_hub_pushes_and_as_before_when_it_does_not(town: Town) -> None:
    town.served.items = [entry(n, NOON - timedelta(minutes=n)) for n in range(1, 400)]
    town.subscribe()
    own = timedelta(minutes=10)
    assert town.next_at < own
    town.at(minutes=10)
    assert town.next_at < own  # it never pushed yet
    town.served.push(town.stranger, entry(500, NOON))
    town.at(minutes=20)
    town.at(minutes=21)
    assert town.next_at > timedelta(minutes=45)
    town.served.items.append(entry(501))  # never pushed
    town.at(minutes=90)
    assert town.stored(501) and town.hub.missed_at == town.world.now and town.next_at < own
    town.served.push(town.stranger, entry(502, NOON))
    town.at(minutes=100)
    town.at(minutes=101)
    assert town.stored(502) and town.next_at <= timedelta(minutes=20)  # relied upon again, to the end of the lease
    town.at(minutes=125)
    assert town.hub.until is not None and town.hub.until < town.world.now and town.next_at < own


def test_an_owner_who_says_how_often_is_obeyed(town: Town) -> None:
    options = {"url": town.served.topic, "every_minutes": "6"}
    town.world.store.save_source(Source(name="gazette", adapter="feed", options=options), BRAND)
    town.subscribe()
    town.served.push(town.stranger, entry(2, NOON))
    town.at(seconds=30)
    town.at(minutes=7)
    assert town.next_at < timedelta(minutes=6)


def test_a_lease_is_renewed_before_it_ends_under_the_same_callback(town: Town) -> None:
    town.subscribe()
    town.at(minutes=80)
    assert len(town.served.asked) == 1
    town.at(minutes=97)
    first, again = town.served.asked
    assert again == first
    town.served.verify(town.stranger)
    assert town.hub.until == town.world.now + timedelta(hours=2)


def test_a_hub_that_refuses_or_does_not_confirm_is_asked_again_later(town: Town) -> None:
    town.served.status = 500
    town.at()
    town.at(seconds=1)
    assert "does not take" in town.hub.error and town.hub.failures == 1
    town.at(minutes=30)
    assert len(town.served.asked) == 1
    town.served.status = 202
    town.at(hours=2)
    assert len(town.served.asked) == 2 and town.hub.failures == 2
    status, _ = town.served.verify(town.stranger, mode="denied", reason="too many")
    assert status == 200 and town.hub.error_params["reason"] == "too many"
    town.at(hours=2, minutes=30)
    assert len(town.served.asked) == 2


@pytest.mark.parametrize(("secret", "method"), [("wrong", "sha256"), ("", "sha256"), ("wrong", "sha1")])
def test_what_is_not_signed_is_answered_alike_and_thrown_away(town: Town, secret: str, method: str) -> None:
    town.subscribe()
    assert town.served.push(town.stranger, entry(66, NOON), secret=secret, method=method) == 202
    town.at(seconds=30)
    assert not town.stored(66) and town.hubs.waiting() == [] and town.hub.pushed_at is None
    assert [(note.name, note.count) for note in town.world.store.collecting.notes("gazette")] == [("push_unsigned", 1)]


def test_an_old_signature_is_a_hint_to_read_the_feed(town: Town) -> None:
    town.subscribe()
    reads = town.served.reads
    assert town.served.push(town.stranger, entry(66, NOON), method="sha1") == 202
    town.served.items.append(entry(2, NOON))
    town.at(seconds=30)
    assert town.served.reads == reads  # it was read just before
    town.at(minutes=3)
    town.at(minutes=3, seconds=5)
    assert town.served.reads == reads + 1
    assert town.stored(2) and not town.stored(66) and town.hubs.waiting() == []


def test_a_push_that_cannot_be_read_lets_the_feed_be_read(town: Town) -> None:
    town.subscribe()
    reads = town.served.reads
    town.served.push(town.stranger, "</channel></rss><html>")
    town.served.push(town.stranger, entry(2, NOON))
    town.at(seconds=30)
    town.at(seconds=35)
    assert town.stored(2) and town.hubs.waiting() == []
    assert town.served.reads >= reads


def test_too_much_at_once_is_told_to_come_back(town: Town) -> None:
    town.subscribe()
    statuses = [town.served.push(town.stranger, entry(n, NOON)) for n in range(MOST_WAITING + 1)]
    assert statuses == [202] * MOST_WAITING + [503]
    for second in (10, 20, 30):
        town.at(seconds=second)
    assert town.hubs.waiting() == [] and len(town.live()) == MOST_WAITING - 1  # the first was there before


@pytest.mark.parametrize("how", ["remove", "pause"])
def test_a_source_that_is_left_is_left_at_its_hub_too(town: Town, alice: Client, how: str) -> None:
    town.subscribe()
    town.served.push(town.stranger, entry(2, NOON))
    alice.post(f"/b/{BRAND}/sources/act", {"name": "gazette", "act": how})
    town.at(seconds=30)
    first, end = town.served.asked
    assert (end["hub.mode"], end["hub.callback"]) == ("unsubscribe", first["hub.callback"])
    assert town.hubs.of_source("gazette") is None and not town.stored(2)
    assert town.served.push(town.stranger, entry(3, NOON)) == 410
    assert town.served.verify(town.stranger, mode="subscribe", lease_seconds="9")[0] == 404
    assert town.served.verify(town.stranger) == (200, "défi-42")
    assert town.served.push(town.stranger, entry(3, NOON)) == 404


def test_a_feed_that_names_no_hub_any_more_leaves_it(town: Town) -> None:
    town.served.items = [entry(n, NOON - timedelta(minutes=n)) for n in range(1, 400)]
    town.subscribe()
    town.served.has_hub = False
    town.at(hours=1, minutes=2)
    town.at(hours=1, minutes=3)
    assert town.served.asked[-1]["hub.mode"] == "unsubscribe" and town.hubs.of_source("gazette") is None


@pytest.mark.parametrize("address", ["", "http://tocsin.example.org", "https://localhost", "https://10.0.0.4"])
def test_where_no_hub_can_call_back_none_is_asked(town: Town, address: str) -> None:
    town.world.engine.settings = msgspec.structs.replace(town.world.engine.settings, web_address=address)
    town.at()
    town.at(seconds=1)
    assert town.served.asked == [] and town.hubs.of_source("gazette") is None


def test_a_hub_in_the_open_is_told_no_secret(town: Town) -> None:
    town.world.engine.settings = msgspec.structs.replace(town.world.engine.settings, allow_hosts=())
    town.at()
    town.at(seconds=1)
    assert town.served.reads == 1 and town.served.asked == []


def test_a_new_key_of_the_house_keeps_what_hubs_sign_with(town: Town) -> None:
    town.subscribe()
    sealed = town.hub.sealed
    rotate(town.world.engine, "alice", town.world.now)
    assert town.hub.sealed != sealed
    assert town.served.push(town.stranger, entry(2, NOON)) == 202
    town.at(seconds=30)
    assert town.stored(2)


def test_the_page_of_a_source_says_who_pushes_it_and_until_when(town: Town, alice: Client) -> None:
    page = f"/b/{BRAND}/sources/one?name=gazette"
    assert 'id="pushes"' not in alice.get(page).content.decode()
    town.subscribe()
    waits = alice.get(page).content.decode()
    assert 'id="pushes"' in waits and "127.0.0.1" in waits
    town.served.push(town.stranger, entry(2, NOON))
    assert alice.get(page).content.decode() != waits
