"""The pages of the sources: health in words, a preview before anything is kept, who may change what."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from tests.feed_server import FeedServer, item
from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Source

BOARD = f"/b/{BRAND}/sources"


def _keep(world: World, name: str = "gazette", brand: str = BRAND) -> None:
    world.store.save_source(Source(name=name, adapter="feed", options={"url": "https://example.org/feed"}), brand)


def test_an_empty_board_teaches_how_to_begin(alice: Client) -> None:
    page = alice.get(BOARD).content.decode()
    assert "Ajouter une source" in page
    assert "Rien ne sort de cette machine" in page


def test_a_failed_read_is_told_in_words(web: World, alice: Client) -> None:
    _keep(web)
    error = SourceError("{url} answers {status}.", permanent=False, url="https://example.org/feed", status=403)
    web.store.note_error("gazette", web.now, error, web.now + timedelta(hours=1))
    page = alice.get(BOARD).content.decode()
    assert "https://example.org/feed answers 403." in page
    assert "1 a besoin de quelqu’un" in page


def test_a_source_that_nobody_reads_is_late(web: World, alice: Client) -> None:
    _keep(web)
    web.store.note_good("gazette", web.now - timedelta(hours=3), web.now - timedelta(hours=2))
    assert "en retard" in alice.get(BOARD).content.decode()


def test_each_address_spoken_to_is_listed_with_its_reason(web: World, alice: Client) -> None:
    _keep(web)
    page = alice.get(BOARD).content.decode()
    assert "example.org" in page
    assert "lit la source gazette" in page


def test_the_source_of_another_brand_is_not_shown(web: World) -> None:
    _keep(web, "secrète", "autre-maison")
    assert "secrète" not in web.as_("bruno").get(BOARD).content.decode()
    assert web.as_("bruno").post(f"{BOARD}/act", {"name": "secrète", "act": "remove"}, follow=True).status_code == 200
    assert [row.source.name for row in web.store.sources()] == ["secrète"]


def test_a_preview_keeps_nothing_until_it_is_added(web: World, alice: Client, feed: FeedServer) -> None:
    web.store.save_watch(Watch(brand=BRAND, name="La marque", query='"Maison Alba"'))
    feed.items.append(item(2, web.now).replace("Maison Alba", "<![CDATA[<script>alert(1)</script>]]>"))
    url = f"http://127.0.0.1:{feed.server_port}/feed"
    page = alice.get(f"{BOARD}/new", {"url": url}).content.decode()
    assert "2 entrées" in page
    assert "vous concerne" in page
    assert "<script>alert" not in page
    assert web.store.sources() == []
    answer = alice.post(f"{BOARD}/add", {"url": url, "name": "La Gazette"})
    assert answer.status_code == 302
    assert [row.source.name for row in web.store.sources()] == ["La Gazette"]
    assert web.store.audit()[0].action == "source.added"


def test_a_wrong_address_gets_one_clear_sentence(alice: Client) -> None:
    page = alice.get(f"{BOARD}/new", {"url": "ftp://example.org"}).content.decode()
    assert "n’est pas l’adresse" in page


def test_an_address_inside_the_network_is_refused(web: World, alice: Client) -> None:
    page = alice.get(f"{BOARD}/new", {"url": "http://169.254.169.254/latest"}).content.decode()
    assert 'role="alert"' in page


def test_a_source_can_be_paused_and_read_again(web: World, alice: Client) -> None:
    _keep(web)
    alice.post(f"{BOARD}/act", {"name": "gazette", "act": "pause"})
    assert not web.store.sources()[0].enabled
    alice.post(f"{BOARD}/act", {"name": "gazette", "act": "read"})
    assert web.store.sources()[0].enabled
    assert web.store.due_sources(web.now)


def test_an_agent_looks_but_does_not_touch(web: World) -> None:
    _keep(web)
    browser = web.as_("chloe")
    assert browser.get(BOARD).status_code == 200
    assert browser.post(f"{BOARD}/act", {"name": "gazette", "act": "pause"}).status_code == 404
    assert web.store.sources()[0].enabled
