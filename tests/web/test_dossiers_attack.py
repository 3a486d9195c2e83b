"""Dossiers in the browser, attacked: every address by every role, strangers' numbers, hostile words everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from urllib.parse import urlencode

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.evidence.make import make_recording
from tests.web.world import BRAND, OTHER, World
from tocsin.base.capture import Recording, Visit
from tocsin.base.person import Role
from tocsin.flows.evidence.dossiers import add_note, open_dossier
from tocsin.flows.evidence.request import request_capture
from tocsin.flows.evidence.robot import Robot
from tocsin.flows.law.dossier_clocks import start_clock
from tocsin.flows.law.dossier_letters import draft_letter, facts_of_dossier, save_letter
from tocsin.store.dossiers.rows import NewDossier
from tocsin.store.evidence.rows import CaptureRow, CaptureScope
from tocsin.web.access import ACCESS

HOSTILE = "\u202e\x00<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}\r\nSet-Cookie: a=b\u2028"
ROLES = {"alice": Role.OWNER, "bruno": Role.MANAGER, "chloe": Role.AGENT, "carla": Role.COUNSEL, "remi": Role.READER}
PRESS = "fr.1881.diffamation_publique"


class Case:
    """A dossier with a capture, a clock and a letter, of one brand."""

    def __init__(self, web: World, brand: str, words: str = "Rappel supposé") -> None:
        self.web, self.brand = web, brand
        by = web.people["alice"].mark
        engine = web.engine
        self.number = open_dossier(
            engine, NewDossier(brand=brand, title=words.replace("\x00", "")[:150], by=by, at=web.now)
        ).number
        asked = request_capture(engine, brand, "https://93.184.216.34/rumeur", by, web.now, dossier=self.number)

        def record(visit: Visit) -> Recording:
            return msgspec.structs.replace(make_recording(), title=words, text=words + "\n" + make_recording().text)

        Robot(engine, record, lambda: web.now + timedelta(seconds=5)).take(asked.number)
        self.capture: CaptureRow = web.store.evidence.capture(asked.number)
        add_note(engine, self.number, words, by, web.now)
        self.clock = start_clock(engine, self.number, PRESS, by, web.now, events={"first_online": "2026-02-23"}).row.id
        facts = facts_of_dossier(engine, self.number, "fr", by, web.now)
        facts = msgspec.structs.replace(
            facts, words=msgspec.structs.replace(facts.words, explanation=words), place=words
        )
        self.letter = save_letter(
            engine, self.number, draft_letter("formal_notice", "fr", facts), facts, by, now=web.now
        ).id

    def address(self, name: str, brand: str = "") -> str:
        """Return the address of a page of this case, under another brand's where one is given."""
        given = {
            "brand": brand or self.brand, "number": self.number, "capture": self.capture.number, "clock": self.clock,
            "letter": self.letter, "ending": "txt", "kind": "formal_notice", "name": "text.txt",
        }  # fmt: skip
        for size in range(1, len(given) + 1):
            for keys in _subsets(list(given), size):
                if "brand" in keys:
                    try:
                        return reverse(name, kwargs={key: given[key] for key in keys})
                    except Exception:  # noqa: BLE001  another set of names
                        continue
        raise AssertionError(name)


def _subsets(keys: list[str], size: int) -> Iterator[tuple[str, ...]]:
    yield from combinations(keys, size)


NAMES = sorted(name for name in ACCESS if name.startswith("dossiers:"))


def test_every_address_keeps_out_whom_the_table_does_not_name(web: World) -> None:
    case = Case(web, BRAND)
    entries = web.store.evidence.log_size()
    for who in (*ROLES, "denis", None):
        if who in ("alice", "carla"):
            continue
        browser = web.as_(who)
        for name in NAMES:
            if who is not None and ROLES.get(who) in ACCESS[name].roles:
                continue
            for method in (browser.get, browser.post, browser.head, browser.put, browser.delete):
                answer = method(case.address(name))
                assert answer.status_code == (302 if who is None else 404), (who, name)
                if who is None:
                    assert answer["Location"].startswith("/sign-in")
    assert web.store.evidence.log_size() == entries


def test_the_numbers_of_another_brand_open_nothing(web: World, alice: Client) -> None:
    theirs, mine = Case(web, OTHER), Case(web, BRAND)
    entries = web.store.evidence.log_size()
    letter, clocks = web.store.dossiers.letter(theirs.letter), web.store.dossiers.clocks(theirs.number)
    for name in NAMES:
        address = theirs.address(name, BRAND)
        if any(str(one) in address for one in (theirs.number, theirs.capture.number)):
            for method in (alice.get, alice.post):
                assert method(address, {"do": "sent", "title": "x", "words": "x"}).status_code in (404, 405), address
    # my dossier, their letter, their clock, their capture
    home = f"/b/{BRAND}/dossiers/{mine.number}"
    for address in (f"letters/{theirs.letter}", f"letters/{theirs.letter}.txt", f"letters/{theirs.letter}.pdf"):
        assert alice.get(f"{home}/{address}").status_code == 404
    assert alice.post(f"{home}/letters/{theirs.letter}/act", {"do": "approve", "reason": "x"}).status_code == 404
    assert (
        alice.post(f"{home}/letters/new/formal_notice", {"do": "keep", "letter": str(theirs.letter)}).status_code == 404
    )
    assert alice.get(f"{home}/letters/new/formal_notice?letter={theirs.letter}").status_code == 404
    alice.post(f"{home}/clocks/{theirs.clock}", {"do": "stop"})
    alice.post(f"{home}/clocks/{theirs.clock}", {"kind": "assignation_served", "day": "2026-03-01"})
    assert web.store.dossiers.letter(theirs.letter) == letter
    assert web.store.dossiers.clocks(theirs.number) == clocks
    assert alice.post(f"/b/{BRAND}/captures/{mine.capture.number}/put", {"dossier": theirs.number}).status_code == 404
    assert web.store.evidence.log_size() <= entries + 3  # accesses to what is mine


def test_what_belongs_to_another_dossier_of_the_brand_is_not_reached_through_this_one(
    web: World, alice: Client
) -> None:
    one, other = Case(web, BRAND), Case(web, BRAND)
    assert alice.get(f"/b/{BRAND}/dossiers/{one.number}/letters/{other.letter}").status_code == 404
    alice.post(f"/b/{BRAND}/dossiers/{one.number}/clocks/{other.clock}", {"do": "stop"})
    assert [clock.ended_at for clock in web.store.dossiers.clocks(other.number)] == [None]


@pytest.mark.parametrize("huge", [str(2**63), str(2**70), "9" * 5_000, "99999999999999999999"])
def test_numbers_beyond_all_bounds_are_not_there(web: World, alice: Client, huge: str) -> None:
    case = Case(web, BRAND)
    home = f"/b/{BRAND}/dossiers/{case.number}"
    assert alice.get(f"{home}/letters/{huge}").status_code == 404
    assert alice.get(f"{home}/letters/{huge}.pdf").status_code == 404
    assert alice.post(f"{home}/letters/{huge}/act", {"do": "sent"}).status_code == 404
    assert alice.post(f"{home}/clocks/{huge}", {"do": "stop"}).status_code in (302, 404)
    assert alice.post(f"{home}/change", {"title": "x", "counsel": huge}).status_code in (302, 200)
    assert alice.post(f"/b/{BRAND}/captures/new", {"mention": huge}).status_code in (302, 404)
    assert alice.get(f"/b/{BRAND}/dossiers/{huge}/").status_code == 404
    assert alice.get(f"/b/{BRAND}/dossiers/2026-{huge}/").status_code == 404
    assert alice.get(f"/b/{BRAND}/captures/{huge}/").status_code == 404


def test_a_get_changes_nothing(web: World, alice: Client) -> None:
    case = Case(web, BRAND)
    alice.get(case.address("dossiers:page"))
    alice.get(case.address("dossiers:capture"))
    before = web.store.digest()
    for name in NAMES:
        alice.get(case.address(name), {"do": "keep", "url": "https://93.184.216.34/x"})
    assert web.store.digest() == before


def test_a_post_without_its_token_is_refused(web: World) -> None:
    from django.contrib.auth import get_user_model

    case = Case(web, BRAND)
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.force_login(get_user_model().objects.using(web.store.alias).get(pk=web.people["alice"].id))
    browser.get(case.address("dossiers:page"))
    before = web.store.digest()
    for name in NAMES:
        answer = browser.post(case.address(name), {"do": "sent"})
        assert answer.status_code in (403, 405), name
    assert web.store.digest() == before


def test_hostile_words_are_words_on_every_page(web: World, alice: Client) -> None:
    case = Case(web, BRAND, HOSTILE * 3)
    alice.post(case.address("dossiers:choose"), {"ground": PRESS})
    alice.post(
        case.address("dossiers:tick"), {"ground": PRESS, "state-fait_precis": "met", "note-fait_precis": HOSTILE}
    )
    for name in NAMES:
        answer = alice.get(case.address(name))
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code in (200, 404, 405), name
        assert "Set-Cookie: a=b" not in str(answer.headers)
        if answer["Content-Type"].startswith("text/html"):
            assert b"<script>alert" not in content and b"<img src=x" not in content, name
    for name in ("dossiers:take", "dossiers:new"):
        page = alice.get(case.address(name), {"url": HOSTILE, "story": HOSTILE}).content
        assert b"<script>alert" not in page
    assert alice.post(case.address("dossiers:export_file")).status_code == 200


def test_an_agenda_holds_no_line_of_a_stranger(web: World, alice: Client) -> None:
    case = Case(web, BRAND, "Avis\r\nEND:VCALENDAR\r\nBEGIN:VEVENT\r\nATTACH:https://evil.example")
    lines = alice.get(case.address("dossiers:calendar_file")).content.decode().split("\r\n")
    assert not [line for line in lines if line.startswith("ATTACH")]
    assert lines.count("END:VCALENDAR") == 1
    assert not any("\n" in line or "\r" in line for line in lines)


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fsecret.key",
        "../../secret.key",
        "%2e%2e/x",
        "text.txt%00.png",
        "/etc/passwd",
        ".",
        "..",
        "text.txt/../dom.html",
    ],
)
def test_no_name_of_a_file_leads_out_of_its_capture(web: World, alice: Client, name: str) -> None:
    case = Case(web, BRAND)
    answer = alice.get(f"/b/{BRAND}/captures/{case.capture.number}/files/{name}")
    assert answer.status_code == 404 or (
        answer.status_code == 200 and b"PRIVATE" not in b"".join(answer.streaming_content)
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.png", b"<html><script>alert(1)</script>"),
        ("x.jpg", b"<svg onload=alert(1)>"),
        ("x.PDF", b"%PDF<script>"),
        ("a\u202etxt.exe.txt", b"text"),
        ("é" * 300 + ".eml", b"m"),
        ("x.zip", b"PK\x03\x04"),
    ],
)
def test_what_is_attached_is_never_run(web: World, alice: Client, name: str, content: bytes) -> None:
    case = Case(web, BRAND)
    answer = alice.post(case.address("dossiers:attach"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302
    attached = [one for one in web.store.evidence.captures(CaptureScope(dossier=case.number)) if not one.is_robot]
    assert len(attached) == 1
    Robot(web.engine, lambda visit: make_recording(), lambda: web.now).turn()
    (kept,) = [path for path, _ in web.store.evidence.vault.paths(attached[0].folder) if path.startswith("attached")]
    answer = alice.get(f"/b/{BRAND}/captures/{attached[0].number}/files/{kept}")
    assert b"".join(answer.streaming_content) == content
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "html" not in answer["Content-Type"] and "svg" not in answer["Content-Type"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert alice.get(f"/b/{BRAND}/captures/{attached[0].number}/").status_code == 200
    assert alice.get(case.address("dossiers:page")).status_code == 200


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.png.exe", "x", "", ".png.", "x.png\x00.html"])
def test_other_kinds_are_told_and_not_kept(web: World, alice: Client, name: str) -> None:
    case = Case(web, BRAND)
    try:
        given = {"file": SimpleUploadedFile(name, b"x")}
    except Exception:  # noqa: BLE001
        given = {}
    assert alice.post(case.address("dossiers:attach"), given).status_code == 302
    assert not [one for one in web.store.evidence.captures(CaptureScope(dossier=case.number)) if not one.is_robot]


def test_a_file_of_sixty_megabytes_is_told(web: World, alice: Client) -> None:
    case = Case(web, BRAND)
    big = SimpleUploadedFile("x.mp4", b"\x00" * (60 * 1024 * 1024))
    answer = alice.post(case.address("dossiers:attach"), {"file": big})
    assert answer.status_code in (302, 413)
    assert not [one for one in web.store.evidence.captures(CaptureScope(dossier=case.number)) if not one.is_robot]


HOSTILE_VALUES = (HOSTILE, "a" * 100_000, "\ud800", "9999-12-31")
FIELDS = (
    "title",
    "online_on",
    "counsel",
    "words",
    "url",
    "day",
    "event",
    "rule",
    "ground",
    "reason",
    "dossier",
    "kind",
)
GONE_AFTER = ("dossiers:erase", "dossiers:close", "dossiers:export_file", "dossiers:attach")


def test_no_field_of_a_form_breaks_a_page(web: World, alice: Client) -> None:
    case = Case(web, BRAND)
    good = {"title": "Avis", "rule": PRESS, "event": "first_online", "day": "2026-02-02", "kind": "assignation_served"}
    good |= {"ground": PRESS, "reason": "x", "words": "x", "url": "https://93.184.216.34/x"}
    for field in FIELDS:
        for value in HOSTILE_VALUES:
            body = urlencode({**good, field: value}, errors="surrogatepass")
            for name in NAMES:
                if name not in GONE_AFTER:
                    answer = alice.post(case.address(name), body, content_type="application/x-www-form-urlencoded")
                    assert answer.status_code < 500, (name, field, value[:20])
