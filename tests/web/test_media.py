"""The page of the titles of the press: who may change what, and that it holds at once."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.world import BRAND, World
from tocsin.flows.media import media_in_force
from tocsin.spread.media import press_of
from tocsin.spread.values import Press

PAGE = f"/b/{BRAND}/media"
MINE = {"host": "https://www.gazette.example.org/a", "scope": "national", "kind": "daily", "country": "fr"}


def press(web: World, url: str) -> Press | None:
    return press_of(url, media_in_force(web.engine))


def test_a_title_is_found_by_its_host(web: World) -> None:
    bruno = web.as_("bruno")
    page = bruno.get(PAGE, {"q": "lemonde.fr"}).content.decode()
    assert "lemonde.fr" in page and "lefigaro.fr" not in page and f"{PAGE}/say" not in page


def test_what_an_owner_says_holds_at_once_and_can_be_taken_back(web: World, alice: Client) -> None:
    assert alice.post(f"{PAGE}/say", {**MINE, "language": "fr"}).status_code == 302
    assert press(web, "https://blogs.gazette.example.org/b") is Press.NATIONAL
    alice.post(f"{PAGE}/act", {"host": "gazette.example.org", "act": "restore"})
    assert press(web, "https://gazette.example.org/b") is None
    assert [entry.action for entry in web.store.audit(2)] == ["media.restored", "media.said"]


def test_a_shipped_title_is_hidden_and_shown_again(web: World, alice: Client) -> None:
    alice.post(f"{PAGE}/act", {"host": "lemonde.fr", "act": "hide"})
    assert press(web, "https://www.lemonde.fr/a") is None
    assert "lemonde.fr" in alice.get(PAGE).content.decode()
    alice.post(f"{PAGE}/act", {"host": "lemonde.fr", "act": "restore"})
    assert press(web, "https://www.lemonde.fr/a") is Press.NATIONAL


def test_a_wrong_host_is_told_and_nothing_is_kept(web: World, alice: Client) -> None:
    answer = alice.post(f"{PAGE}/say", {**MINE, "host": "co.uk", "language": "fr"})
    assert answer.status_code == 400 and "co.uk" in answer.content.decode()
    assert web.store.media.rows() == []


def test_the_file_comes_back_and_one_wrong_line_keeps_all_out(web: World, alice: Client) -> None:
    taken = alice.get(f"{PAGE}/file").content
    alice.post(f"{PAGE}/read", {"file": SimpleUploadedFile("media.tsv", taken)})
    assert web.store.media.rows() == []  # it says what holds already
    mine = b"gazette.example.org\tlocal\tdaily\tFR\tfr\n"
    answer = alice.post(f"{PAGE}/read", {"file": SimpleUploadedFile("media.tsv", mine + b"b.example\tworld\n")})
    assert answer.status_code == 400 and web.store.media.rows() == []
    alice.post(f"{PAGE}/read", {"file": SimpleUploadedFile("media.tsv", mine)})
    assert press(web, "https://gazette.example.org") is Press.LOCAL


def test_only_owners_change_titles(web: World) -> None:
    bruno = web.as_("bruno")
    assert bruno.post(f"{PAGE}/act", {"host": "lemonde.fr", "act": "hide"}).status_code == 404
