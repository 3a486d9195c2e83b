"""The pages of the sources: health in words, a preview before anything is kept, who may change what."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.feed_server import FeedServer, item
from tests.web.world import BRAND, World
from tocsin.base.brand import Watch
from tocsin.base.errors import SourceError
from tocsin.collect.adapter import Source
from tocsin.flows.collecting.life import adapters

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
    page = alice.get(f"{BOARD}/new/feed", {"url": url}).content.decode()
    assert "2 entrées" in page
    assert "vous concerne" in page
    assert "<script>alert" not in page
    assert web.store.sources() == []
    answer = alice.post(f"{BOARD}/new/feed", {"url": url, "name": "La Gazette", "act": "add"})
    assert answer.status_code == 302
    assert [row.source.name for row in web.store.sources()] == ["La Gazette"]
    assert web.store.audit()[0].action == "source.added"


def test_a_wrong_address_gets_one_clear_sentence(alice: Client) -> None:
    page = alice.get(f"{BOARD}/new/feed", {"url": "ftp://example.org"}).content.decode()
    assert "n’a pas d’adresse web" in page


def test_an_address_inside_the_network_is_refused(web: World, alice: Client) -> None:
    page = alice.get(f"{BOARD}/new/feed", {"url": "http://169.254.169.254/latest"}).content.decode()
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


def test_every_kind_of_source_can_be_chosen(alice: Client) -> None:
    page = alice.get(f"{BOARD}/new").content.decode()
    for name, _ in adapters():
        assert f"{BOARD}/new/{name}" in page
        assert alice.get(f"{BOARD}/new/{name}").status_code == 200
    assert alice.get(f"{BOARD}/new/inconnu").status_code == 404


def test_what_lacks_is_named(alice: Client) -> None:
    answer = alice.post(f"{BOARD}/new/trustpilot", {"unit": "46d6a890000064000500e0c3", "act": "preview"})
    assert answer.status_code == 400
    assert "doit être rempli" in answer.content.decode()


def test_a_secret_is_kept_sealed_and_never_shown(web: World, alice: Client) -> None:
    given = {"unit": "46d6a890000064000500e0c3", "key": "c4nary-of-alice", "name": "Avis", "act": "add"}
    answer = alice.post(f"{BOARD}/new/trustpilot", given)
    assert answer.status_code == 302
    assert "key" not in web.store.sources()[0].source.options
    page = alice.get(f"{BOARD}/one", {"name": "Avis"}).content.decode()
    assert "c4nary" not in page and "donné" in page
    assert "c4nary" not in str(web.store.collecting.secrets("Avis"))


def test_a_secret_typed_once_survives_a_mistake_without_being_shown(web: World, alice: Client) -> None:
    first = alice.post(f"{BOARD}/new/trustpilot", {"unit": "nul", "key": "c4nary", "name": "Avis", "act": "add"})
    page = first.content.decode()
    assert first.status_code == 400 and "c4nary" not in page
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    assert kept is not None
    given = {"unit": "46d6a890000064000500e0c3", "kept": kept[1], "name": "Avis", "act": "add"}
    assert alice.post(f"{BOARD}/new/trustpilot", given).status_code == 302
    assert [one.name for one in web.store.collecting.secrets("Avis")] == ["key"]


def test_a_secret_in_an_address_is_not_taken(web: World, alice: Client) -> None:
    page = alice.get(f"{BOARD}/new/trustpilot", {"unit": "46d6a890000064000500e0c3", "key": "c4nary"})
    assert page.status_code == 400 and "c4nary" not in page.content.decode()


def test_a_key_can_be_replaced_dated_and_forgotten(web: World, alice: Client) -> None:
    web.store.save_source(
        Source(name="Avis", adapter="trustpilot", options={"unit": "46d6a890000064000500e0c3"}), BRAND
    )
    ends = f"{web.now + timedelta(days=9):%Y-%m-%d}"
    alice.post(f"{BOARD}/one/key", {"name": "Avis", "secret": "key", "value": "c4nary", "ends": ends})
    board = alice.get(BOARD).content.decode()
    assert "Clés qui expirent bientôt" in board
    alice.post(f"{BOARD}/one/key", {"name": "Avis", "secret": "key", "act": "forget"})
    assert web.store.collecting.secrets("Avis") == []


def test_options_are_changed_or_refused_whole(web: World, alice: Client) -> None:
    web.store.save_source(Source(name="Appli", adapter="app_store", options={"app": "123"}), BRAND)
    alice.post(f"{BOARD}/one/keep", {"name": "Appli", "app": "456", "country": "be"})
    assert web.store.sources()[0].source.options == {"app": "456", "country": "be"}
    wrong = alice.post(f"{BOARD}/one/keep", {"name": "Appli", "app": "Alba"})
    assert wrong.status_code == 400 and "Alba" in wrong.content.decode()
    assert web.store.sources()[0].source.options["app"] == "456"


def test_the_past_of_a_source_is_begun_and_stopped(web: World, alice: Client) -> None:
    web.store.save_source(Source(name="Appli", adapter="app_store", options={"app": "123"}), BRAND)
    since = f"{web.now - timedelta(days=30):%Y-%m-%d}"
    alice.post(f"{BOARD}/one/past", {"name": "Appli", "since": since})
    (past,) = web.store.collecting.pasts()
    assert past.state == "running"
    page = alice.get(f"{BOARD}/one", {"name": "Appli"}).content.decode()
    assert "Arrêter" in page
    alice.post(f"{BOARD}/one/past", {"name": "Appli", "act": "stop"})
    assert web.store.collecting.pasts()[0].state == "stopped"
    late = alice.post(f"{BOARD}/one/past", {"name": "Appli", "since": "2999-01-01"})
    assert late.status_code == 400


def test_an_agent_never_sees_what_a_source_was_asked(web: World) -> None:
    _keep(web)
    browser = web.as_("chloe")
    assert browser.get(f"{BOARD}/one", {"name": "gazette"}).status_code == 404
    assert browser.get(f"{BOARD}/new/feed").status_code == 404


def test_a_source_whose_kind_is_no_longer_installed_can_still_be_looked_at(web: World, alice: Client) -> None:
    web.store.save_source(Source(name="ancienne", adapter="minitel", options={"code": "3615"}), BRAND)
    page = alice.get(f"{BOARD}/one", {"name": "ancienne"})
    assert page.status_code == 200 and "n’est plus installé" in page.content.decode()
    assert alice.get(BOARD).status_code == 200


def test_a_source_that_does_not_answer_today_can_be_kept_all_the_same(
    web: World, alice: Client, feed: FeedServer
) -> None:
    feed.status = 503
    url = f"http://127.0.0.1:{feed.server_port}/feed"
    page = alice.get(f"{BOARD}/new/feed", {"url": url}).content.decode()
    assert 'role="alert"' in page and "La lire désormais" in page
    alice.post(f"{BOARD}/new/feed", {"url": url, "name": "Plus tard", "act": "add"})
    assert [row.source.name for row in web.store.sources()] == ["Plus tard"]


def test_a_list_of_feeds_is_read_whole_and_what_is_wrong_is_told(web: World, alice: Client) -> None:
    body = (
        b'<opml version="2.0"><body><outline text="Gazette" xmlUrl="https://presse.example/rss"/>'
        b'<outline text="Rien"/></body></opml>'
    )
    answer = alice.post(f"{BOARD}/opml", {"file": SimpleUploadedFile("flux.opml", body)}, follow=True)
    page = answer.content.decode()
    assert [(row.source.name, row.brand) for row in web.store.sources()] == [("Gazette", BRAND)]
    assert "1 flux" in page and "Rien" in page
    wrong = alice.post(f"{BOARD}/opml", {"file": SimpleUploadedFile("flux.opml", b"bonjour")})
    assert wrong.status_code == 400 and 'role="alert"' in wrong.content.decode()
