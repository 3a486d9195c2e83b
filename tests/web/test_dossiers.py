"""Dossiers in the browser: who may enter, what is noted, what a page is given."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.evidence.make import make_recording
from tests.web.world import BRAND, OTHER, World
from tocsin.base.capture import Recording, Visit
from tocsin.evidence.values import EntryKind, Status
from tocsin.evidence.verify import verify
from tocsin.flows.evidence.dossiers import open_dossier
from tocsin.flows.evidence.request import request_capture
from tocsin.flows.evidence.robot import Robot
from tocsin.legal.grounds import load_grounds
from tocsin.legal.letters.values import LetterKind
from tocsin.store.dossiers.rows import DossierState, NewDossier
from tocsin.store.evidence.rows import CaptureRow, CaptureScope

HOME = f"/b/{BRAND}/dossiers/"


def _opened(web: World, title: str = "Rappel supposé") -> str:
    new = NewDossier(brand=BRAND, title=title, by=web.people["alice"].mark, at=web.now)
    return open_dossier(web.engine, new).number


def _captured(web: World, number: str = "") -> CaptureRow:
    """A page that the robot visited: the visit is invented, all that is kept and sealed of it is real."""
    by = web.people["alice"].mark
    asked = request_capture(web.engine, BRAND, "https://93.184.216.34/rumeur", by, web.now, dossier=number)

    def record(visit: Visit) -> Recording:
        return make_recording()

    Robot(web.engine, record, lambda: web.now + timedelta(seconds=5)).turn()
    return web.store.evidence.capture(asked.number)


def test_an_empty_room_teaches(alice: Client) -> None:
    page = alice.get(HOME).content.decode()
    assert "Pas encore de dossier" in page or "No dossier yet" in page


@pytest.mark.parametrize("name", ["bruno", "chloe", "remi", "denis", None])
def test_only_owner_and_counsel_enter(web: World, name: str | None) -> None:
    number = _opened(web)
    for path in (HOME, f"{HOME}{number}/", f"{HOME}new"):
        assert web.as_(name).get(path).status_code in (302, 404)
    assert not [one for one in web.store.evidence.entries(dossier=number) if one.kind is EntryKind.ACCESS]


def test_counsel_reads_and_the_look_is_noted_once_an_hour(web: World) -> None:
    number = _opened(web)
    for _ in range(3):
        assert web.as_("carla").get(f"{HOME}{number}/").status_code == 200
    looks = [one for one in web.store.evidence.entries(dossier=number) if one.kind is EntryKind.ACCESS]
    assert [one.who for one in looks] == [web.people["carla"].mark]


def test_a_dossier_is_opened_changed_closed_and_opened_again(web: World, alice: Client) -> None:
    assert alice.post(f"{HOME}new", {"title": " "}).status_code == 200  # told, not opened
    answer = alice.post(f"{HOME}new", {"title": "Rappel supposé", "online_on": "2026-02-28"})
    number = answer["Location"].rstrip("/").rpartition("/")[2]
    assert alice.get(answer["Location"]).status_code == 200
    alice.post(f"{HOME}{number}/change", {"title": "Rappel démenti", "counsel": str(web.people["carla"].id)})
    row = web.store.dossiers.dossier(number)
    assert (row.title, row.counsel) == ("Rappel démenti", web.people["carla"].id)
    alice.post(f"{HOME}{number}/close")
    assert web.store.dossiers.dossier(number).state is DossierState.CLOSED
    alice.post(f"{HOME}{number}/reopen")
    assert web.store.dossiers.dossier(number).state is DossierState.OPEN


def test_a_dossier_of_another_brand_is_not_there(web: World, alice: Client) -> None:
    number = _opened(web)
    one = _captured(web, number)
    for path in (f"dossiers/{number}/", f"captures/{one.number}/", f"captures/{one.number}/files/text.txt"):
        assert alice.get(f"/b/{OTHER}/{path}").status_code == 404


def test_a_capture_shows_its_picture_its_words_and_its_seal(web: World, alice: Client) -> None:
    number = _opened(web)
    one = _captured(web, number)
    page = alice.get(f"/b/{BRAND}/captures/{one.number}/").content.decode()
    assert f"/b/{BRAND}/captures/{one.number}/files/page.png" in page
    assert one.manifest in page
    assert alice.get(f"{HOME}{number}/").status_code == 200


def test_files_of_a_capture_never_run_here(web: World, alice: Client) -> None:
    one = _captured(web)
    for name in ("dom.html", "page.mhtml", "capture.wacz"):
        answer = alice.get(f"/b/{BRAND}/captures/{one.number}/files/{name}")
        if answer.status_code == 404:
            continue
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/octet-stream"
        assert "sandbox" in answer["Content-Security-Policy"]
    assert alice.get(f"/b/{BRAND}/captures/{one.number}/files/..%2f..%2fkey").status_code == 404


def test_an_inner_address_is_refused_in_words(web: World, alice: Client) -> None:
    number = _opened(web)
    answer = alice.post(f"{HOME}{number}/take", {"url": "http://10.0.0.1/secret"})
    assert answer.status_code == 200 and "10.0.0.1" in answer.content.decode()
    assert not web.store.evidence.captures(CaptureScope(dossier=number))


def test_an_erased_capture_keeps_its_seal(web: World, alice: Client) -> None:
    number = _opened(web)
    one = _captured(web, number)
    assert alice.get(f"/b/{BRAND}/captures/{one.number}/erase").status_code == 200
    alice.post(f"/b/{BRAND}/captures/{one.number}/erase")
    assert alice.get(f"/b/{BRAND}/captures/{one.number}/files/text.txt").status_code == 404
    assert alice.get(f"/b/{BRAND}/captures/{one.number}/").status_code == 200
    kinds = [entry.kind for entry in web.store.evidence.entries(capture=one.number)]
    assert EntryKind.CAPTURE in kinds and EntryKind.DELETION in kinds


def test_a_manager_has_a_page_captured_and_sees_no_dossier(web: World) -> None:
    bruno = web.as_("bruno")
    answer = bruno.post(f"/b/{BRAND}/captures/new", {"url": "https://93.184.216.34/rumeur"})
    assert answer.status_code == 302
    (one,) = web.store.evidence.captures(CaptureScope(brand=BRAND))
    assert one.by == web.people["bruno"].mark
    assert bruno.get(f"/b/{BRAND}/captures/{one.number}/").status_code == 404
    assert web.as_("chloe").post(f"/b/{BRAND}/captures/new", {"url": "https://93.184.216.34/"}).status_code == 404


def test_a_ground_is_chosen_ticked_and_dropped(web: World, alice: Client) -> None:
    number = _opened(web)
    ground = "fr.1881.diffamation_publique"
    home = f"{HOME}{number}/grounds"
    alice.post(f"{home}/choose", {"ground": ground})
    (chosen,) = web.store.dossiers.grounds(number)
    element = load_grounds().ground(ground).elements[0].id
    given = {"ground": ground, f"state-{element}": "met", f"note-{element}": "capture 1 <b>"}
    alice.post(f"{home}/tick", given)
    (chosen,) = web.store.dossiers.grounds(number)
    assert [(tick.element, tick.state, tick.note) for tick in chosen.ticks] == [(element, "met", "capture 1 <b>")]
    page = alice.get(home).content.decode()
    assert "capture 1 &lt;b&gt;" in page and '<b>"' not in page
    assert alice.post(f"{home}/choose", {"ground": "fr.no_such"}).status_code == 404
    alice.post(f"{home}/choose", {"ground": ground, "do": "drop"})
    assert not web.store.dossiers.grounds(number)


def test_a_deadline_shows_its_safe_day_and_what_was_done_is_added(web: World, alice: Client) -> None:
    number = _opened(web)
    home = f"{HOME}{number}/clocks"
    wanted = {"rule": "fr.1881.diffamation_publique", "event": "first_online", "day": "2026-02-23"}
    alice.post(f"{home}/start", wanted)
    (clock,) = web.store.dossiers.clocks(number)
    assert clock.safe_on is not None and clock.safe_on.isoformat() == "2026-05-22"  # the 23rd is a Saturday
    assert "22\u00a0mai" in alice.get(home).content.decode()
    assert "22\u00a0mai" in alice.get(f"{HOME}{number}/").content.decode()
    alice.post(f"{home}/{clock.id}", {"kind": "plainte_simple", "day": "2026-03-02"})
    (same,) = web.store.dossiers.clocks(number)
    assert same.last_on == clock.last_on  # a simple complaint stops nothing
    assert "BEGIN:VEVENT" in alice.get(f"{HOME}calendar.ics").content.decode()
    assert "22 mai" in alice.get(f"{HOME}calendar").content.decode()
    alice.post(f"{home}/{clock.id}", {"do": "stop"})
    assert "22 mai" not in alice.get(f"{HOME}calendar").content.decode()


def test_a_day_that_is_none_is_told_and_starts_nothing(web: World, alice: Client) -> None:
    number = _opened(web)
    wanted = {"rule": "fr.1881.diffamation_publique", "event": "first_online", "day": "soon"}
    page = alice.post(f"{HOME}{number}/clocks/start", wanted, follow=True).content.decode()
    assert "soon" in page and not web.store.dossiers.clocks(number)


def test_a_letter_shows_its_gaps_waits_for_a_second_person_and_leaves_once(web: World, alice: Client) -> None:
    number = _opened(web)
    _captured(web, number)
    home = f"{HOME}{number}/letters"
    assert alice.get(home).status_code == 200
    write = f"{home}/new/platform_notice"
    assert 'class="gap"' in alice.get(f"{write}?lang=fr").content.decode()
    given = {
        "lang": "fr",
        "do": "keep",
        "words.explanation": "Le lot n’a jamais été rappelé <script>alert(1)</script>.",
        "sender.name": "Alice",
        "sender.email": "alice@example.org",
        "recipient.name": "La plateforme",
        "good_faith": "yes",
        "passages": "Le fil de discussion",
    }
    answer = alice.post(write, given)
    assert answer.status_code == 302, answer.content.decode()
    page = alice.get(answer["Location"]).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page
    letter = web.store.dossiers.letters(number)[0]
    assert alice.get(f"{home}/{letter.id}.pdf").content.startswith(b"%PDF")
    assert "jamais été rappelé" in alice.get(f"{home}/{letter.id}.txt").content.decode()
    if letter.needs_second:
        alice.post(f"{home}/{letter.id}/act", {"do": "approve", "reason": "parce que"})
        assert not web.store.dossiers.letter(letter.id).approved_by  # not by who wrote it
        web.as_("carla").post(f"{home}/{letter.id}/act", {"do": "approve", "reason": "Le lot est nommé."})
    alice.post(f"{home}/{letter.id}/act", {"do": "sent"})
    sent = web.store.dossiers.letter(letter.id)
    assert sent.sent_at is not None and sent.digest
    alice.post(f"{home}/{letter.id}/act", {"do": "answered"})
    assert web.store.dossiers.letter(letter.id).answered_at is not None


def test_every_kind_of_letter_opens_in_both_languages(web: World, alice: Client) -> None:
    number = _opened(web)
    for kind in LetterKind:
        for language in ("fr", "en"):
            assert alice.get(f"{HOME}{number}/letters/new/{kind.value}?lang={language}").status_code == 200
    assert alice.get(f"{HOME}{number}/letters/new/no_such").status_code == 404


def test_a_day_that_is_none_keeps_no_letter(web: World, alice: Client) -> None:
    number = _opened(web)
    given = {"lang": "fr", "do": "keep", "decision.taken_on": "soon"}
    answer = alice.post(f"{HOME}{number}/letters/new/internal_complaint", given)
    assert answer.status_code == 200 and not web.store.dossiers.letters(number)


def test_an_export_is_a_zip_that_a_stranger_finds_good(web: World, alice: Client, tmp_path: Path) -> None:
    number = _opened(web)
    told = alice.post(f"{HOME}{number}/export.zip", follow=True).content.decode()
    assert number in told  # nothing sealed yet: told, not handed over
    _captured(web, number)
    assert alice.get(f"{HOME}{number}/export").status_code == 200
    answer = alice.post(f"{HOME}{number}/export.zip")
    path = tmp_path / f"dossier-{number}.zip"
    path.write_bytes(b"".join(answer.streaming_content))
    found = verify(path)
    assert not [one for one in found if one.status is Status.FAILED], found
    assert [one for one in web.store.evidence.entries(dossier=number) if one.kind is EntryKind.EXPORT]
    with zipfile.ZipFile(path) as packed:
        assert {"report.pdf", "commissaire.pdf"} <= {name.rpartition("/")[2] for name in packed.namelist()}
