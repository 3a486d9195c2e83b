"""Attacks that every page withstands: forged forms, stored scripts, foreign addresses, others' objects, bombs, headers.

Guessing passwords and taking over sessions are tried in test_enter.py, roles in test_access.py.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.addresses import filled, ids_of
from tests.web.affair import break_out, post, tell
from tests.web.world import BRAND, OTHER, World
from tocsin.base.brand import Brand, Watch
from tocsin.base.errors import SourceError
from tocsin.base.post import Author, PostKind
from tocsin.base.seam import LIVE
from tocsin.base.settings import Settings
from tocsin.base.time import minute_of
from tocsin.collect.adapter import Page, Source, Upsert
from tocsin.flows.close import close_timeline
from tocsin.flows.correct import Hand
from tocsin.flows.ingest import Place, ingest_page
from tocsin.flows.stories.change import rename_story
from tocsin.web.house.upload import LIMIT_BYTES
from tocsin.web.settings import web_settings

MARK = "zqxattack"
SCRIPT = (
    f'"><script>{MARK}()</script><img src="https://{MARK}.example/p.png" onerror={MARK}()>'
    f'<a href="javascript:{MARK}()">'
)
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "\thttps://evil.example",
)


class _Seen(HTMLParser):
    """Notes what a page would run or load because of a value that was stored."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        for name, value in attrs:
            said = (value or "").strip().lower()
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.wrong.append(f"<{tag} {name}={said[:60]}>")
            if said.startswith(("javascript:", "vbscript:", "data:text")):
                self.wrong.append(f"<{tag} {name}={said[:60]}>")
            if name in ("src", "href", "action", "data", "poster") and tag not in ("a", "form") and "://" in said:
                self.wrong.append(f"<{tag} {name}={said[:60]}> loads from elsewhere")
        if tag == "script" and "src" not in dict(attrs) and dict(attrs).get("type") != "application/json":
            self.wrong.append("<script> in the page")


def _wrong_in(page: str) -> list[str]:
    seen = _Seen()
    seen.feed(page)
    return seen.wrong


def _addresses(web: World) -> dict[str, str]:
    return dict(filled(BRAND, ids_of(web.store, BRAND)))


# Forged forms


def test_every_form_refuses_what_does_not_come_from_our_pages(web: World) -> None:
    tell(web)
    forger = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    forger.cookies = web.as_("alice").cookies
    before = web.store.audit(), [alert.state for alert in web.store.alerts(brand=BRAND)]
    for name, address in _addresses(web).items():
        assert forger.post(address, {"act": "take", "do": "done"}).status_code in (403, 404), name
    assert (web.store.audit(), [alert.state for alert in web.store.alerts(brand=BRAND)]) == before


def test_nothing_changes_by_an_address_that_is_only_opened(web: World) -> None:
    tell(web)
    browser, before = web.as_("alice"), web.store.audit()
    for name, address in _addresses(web).items():
        browser.get(address, {"do": "done", "act": "false", "save": "1", "said": "false", "theme": "dark"})
        noted = [entry for entry in web.store.audit() if entry.action != "audit_export"]  # who took it out is noted
        assert noted == before, name


# Stored scripts


@pytest.fixture
def haunted(web: World) -> World:
    """An installation in which every name that somebody may choose holds a script."""
    hostile = Author(platform="mastodon", handle=SCRIPT[:60], name=SCRIPT, followers=90_000)
    web.store.save_brand(Brand(slug=BRAND, name=f"Maison {SCRIPT}"))
    web.store.save_watch(Watch(brand=BRAND, name=f"Veille {SCRIPT}", query='"Maison Alba"', own_accounts=(SCRIPT,)))
    break_out(web.engine, web.now)
    posts = [
        post(
            9_000 + number,
            web.now - timedelta(minutes=9 - number),
            f"Maison Alba, boycott ! Scandale ! {SCRIPT}",
            title=SCRIPT,
            author=hostile,
            url=f"javascript:{MARK}()",
            links=(f"javascript:{MARK}()", f"data:text/html,{MARK}", f"https://{MARK}.example/"),
            kind=PostKind.ARTICLE,
            place=SCRIPT,
        )
        for number in range(6)
    ]
    ingest_page(
        web.engine, Place("fil", LIVE), Page(items=[Upsert(post=one) for one in posts], next_cursor="2"), web.now
    )
    close_timeline(web.engine, LIVE, minute_of(web.now), web.now + timedelta(minutes=2))
    web.store.save_source(
        Source(name=f"Fil {SCRIPT}", adapter="feed", options={"url": f"https://{MARK}.example/"}), BRAND
    )
    refused = SourceError("{host} answers {status}.", host=SCRIPT, status=500, permanent=True)
    web.store.note_error(f"Fil {SCRIPT}", web.now, refused, None)
    alice = web.people["alice"]
    web.store.people.save(msgspec.structs.replace(alice, name=f"Alice {SCRIPT}"))
    for story in web.store.stories(BRAND, LIVE, limit=2):
        rename_story(web.engine, story.id, f"Sujet {SCRIPT}"[:120], Hand(brand=BRAND, person=alice, at=web.now))
    browser = web.as_("alice")
    browser.post(f"/b/{BRAND}/stream/views", {"name": f"V{SCRIPT}"[:80], "shared": "1", "q": SCRIPT})
    for alert in web.store.alerts(brand=BRAND)[:1]:
        browser.post(f"/b/{BRAND}/alerts/{alert.id}/act", {"act": "false", "note": SCRIPT})
    return web


def test_nothing_that_was_stored_runs_or_loads(haunted: World) -> None:
    browser = haunted.as_("alice")
    seen = 0
    addresses = [*_addresses(haunted).values(), f"/b/{BRAND}/stream/?state=all", f"/b/{BRAND}/stream/?q={SCRIPT}"]
    addresses += [f"/b/{BRAND}/stream/{row.row}" for row in haunted.store.latest_mentions(BRAND, limit=4)]
    for address in addresses:
        answer = browser.get(address)
        page = answer.content.decode(errors="replace")
        if answer["Content-Type"].startswith("text/html"):
            assert _wrong_in(page) == [], address
            assert f"<script>{MARK}" not in page
            seen += MARK in page
    assert seen > 10  # the values are shown, as words


def test_the_name_of_a_file_is_words_and_leads_nowhere(web: World) -> None:
    browser = web.as_("alice")
    content = f'{{"id": "1", "text": "Maison Alba {MARK}"}}\n'.encode()
    given = SimpleUploadedFile(f"../../{SCRIPT}.jsonl", content)
    address = browser.post("/files/new", {"file": given})["Location"]
    assert _wrong_in(browser.get(address).content.decode()) == []
    written = list(web.engine.settings.data_dir.rglob("*.jsonl"))
    assert len(written) == 1
    assert re.fullmatch(r"[a-z0-9.-]+", written[0].name)


# Addresses elsewhere


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_form_leads_elsewhere(web: World, wanted: str) -> None:
    tell(web)
    browser = web.as_("alice")
    for name, address in _addresses(web).items():
        answer = browser.post(address, {"next": wanted, "do": "done", "act": "take", "theme": "dark", "row": "1"})
        if answer.status_code in (301, 302):
            assert answer["Location"].startswith("/"), (name, answer["Location"])
            assert not answer["Location"].startswith(("//", "/\\")), (name, answer["Location"])


def test_the_page_one_comes_from_is_not_trusted(web: World) -> None:
    tell(web)
    browser = web.as_("alice")
    row = web.store.last_mention()
    browser.post(f"/b/{BRAND}/stream/{row}/act", {"do": "done"})
    answer = browser.post(f"/b/{BRAND}/stream/undo/1", headers={"referer": "https://evil.example/"})
    assert answer["Location"].startswith("/b/")


# Objects of another brand


def test_the_objects_of_another_brand_are_not_there(web: World) -> None:
    tell(web)
    web.now += timedelta(minutes=1)
    web.store.save_watch(Watch(brand=OTHER, name="autre", query="voisins"))
    ingest_page(
        web.engine,
        Place("fil", LIVE),
        Page(items=[Upsert(post=post(7_000, web.now, "Les voisins parlent"))], next_cursor="9"),
        web.now,
    )
    browser = web.as_("alice")  # she owns both: only the brand in the address keeps them apart
    browser.post(f"/b/{BRAND}/stream/views", {"name": "Vue", "q": "x"})
    ids = ids_of(web.store, BRAND)
    ids["stream"] = {"row": str(web.store.latest_mentions(BRAND, limit=1)[0].row), "number": "1"}
    tried = 0
    before = web.store.audit()
    for name, address in filled(OTHER, ids):
        if not re.search(r"/(stream|stories|surges|alerts|watches)/[^/]*\d", address) and name != "today:chart":
            continue
        tried += 1
        for answer in (browser.get(address), browser.post(address, {"do": "done", "act": "take"})):
            assert answer.status_code in (404, 405) or _says_no(answer), (name, answer.status_code)
    assert tried >= 15
    assert web.store.audit() == before


def _says_no(answer: object) -> bool:
    """An undo or a view that is not there is refused with a message, as it may have been taken back meanwhile."""
    return getattr(answer, "status_code", 0) == 302 and "/stream/" in answer["Location"]  # type: ignore[index]


def test_a_source_of_another_brand_is_not_touched(web: World) -> None:
    web.store.save_source(Source(name="leur fil", adapter="feed", options={"url": "https://example.org/f"}), OTHER)
    browser = web.as_("bruno")
    assert "leur fil" not in browser.get(f"/b/{BRAND}/sources").content.decode()
    browser.post(f"/b/{BRAND}/sources/act", {"name": "leur fil", "do": "remove", "act": "remove"})
    assert [row.source.name for row in web.store.sources()] == ["leur fil"]


# Bombs


def _zip_bomb() -> bytes:
    """A workbook of a few kilobytes whose sheet is 230 MB of the letter a."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(230):
                sheet.write(b"a" * 1_000_000)
    return packed.getvalue()


def _gzip_bomb() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as out:
        for _ in range(230):
            out.write(b"a" * 1_000_000)
    return packed.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "bomb"), [("b.xlsx", _zip_bomb), ("b.jsonl.gz", _gzip_bomb), ("b.csv.gz", _gzip_bomb)]
)
def test_a_bomb_is_refused_in_words(web: World, name: str, bomb: object) -> None:
    browser = web.as_("alice")
    answer = browser.post("/files/new", {"file": SimpleUploadedFile(name, bomb())})  # type: ignore[operator]
    page = browser.get(answer["Location"])
    assert page.status_code == 400
    assert 'role="alert"' in page.content.decode()


def test_a_bomb_behind_good_posts_ends_the_import_in_words(web: World) -> None:
    good = b'{"id":"1","created_at":"2026-03-02T10:00:00Z","text":"Maison Alba, avant le vide"}\n'
    web.store.save_watch(Watch(brand=BRAND, name="La marque", query='"Maison Alba"'))
    packed = gzip.compress(good + (b" " * 1_000_000 + b"\n") * 40, compresslevel=9)
    browser = web.as_("alice")
    address = browser.post("/files/new", {"file": SimpleUploadedFile("b.jsonl.gz", packed)})["Location"]
    assert browser.get(address).status_code == 200
    assert browser.post(f"{address}/import").status_code == 302
    for _ in range(100):  # each waits a little for the work to end
        page = browser.get(f"{address}/progress", headers={"HX-Request": "true"}).content.decode()
        if 'role="alert"' in page:
            break
    assert "unpacked_ratio" in page


class _Endless(io.RawIOBase):
    """A file of a given size that holds nothing and takes no memory."""

    name = "grand.csv"

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        """Return the next zeros."""
        given = min(self._left, size if size >= 0 else self._left)
        self._left -= given
        return b"0" * given


@pytest.mark.slow
def test_a_file_beyond_the_limit_is_refused_before_it_is_whole(web: World) -> None:
    browser = web.as_("alice")
    answer = browser.post("/files/new", {"file": _Endless(LIMIT_BYTES + 1_000_000)})
    assert answer.status_code in (400, 413)
    assert not list(web.engine.settings.data_dir.rglob("*.csv"))


# Headers


def _answers(web: World) -> Iterator[tuple[str, object]]:
    tell(web)
    browser, stranger = web.as_("alice"), web.as_(None)
    for name, address in _addresses(web).items():
        yield name, browser.get(address)
    yield "a stranger", stranger.get("/sign-in")
    yield "nothing there", browser.get("/nothing")


def test_every_answer_says_what_browsers_must_not_do(web: World) -> None:
    for name, answer in _answers(web):
        said = answer.headers  # type: ignore[attr-defined]
        assert said["X-Content-Type-Options"] == "nosniff", name
        assert said["Referrer-Policy"] == "same-origin", name
        assert said["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert said["X-Frame-Options"] == "DENY", name
        assert "Server" not in said, name
        assert "Strict-Transport-Security" not in said, name
        policy = {
            part.split()[0]: part.split()[1:] for part in said["Content-Security-Policy"].split(";") if part.strip()
        }
        assert policy["default-src"] == ["'none'"], name
        assert policy["frame-ancestors"] == ["'none'"], name
        assert policy["base-uri"] == ["'none'"], name
        assert policy["script-src"] == ["'self'"], name
        assert policy["style-src"] == ["'self'"], name
        assert policy["form-action"] == ["'self'"], name
        assert "unsafe" not in said["Content-Security-Policy"], name
        assert "*" not in said["Content-Security-Policy"], name


def test_pages_of_people_are_kept_by_no_cache(web: World) -> None:
    for name, answer in _answers(web):
        kind = answer.headers.get("Content-Type", "")  # type: ignore[attr-defined]
        if kind.startswith(("text/html", "text/csv", "image/svg")):
            assert "no-store" in answer.headers.get("Cache-Control", ""), name  # type: ignore[attr-defined]


def test_pages_hold_no_style_and_no_script_of_their_own(web: World) -> None:
    for name, answer in _answers(web):
        if answer.headers.get("Content-Type", "").startswith("text/html"):  # type: ignore[attr-defined]
            assert _wrong_in(answer.content.decode()) == [], name  # type: ignore[attr-defined]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(web: World) -> None:
    browser = web.as_(None)
    browser.get("/sign-in")
    cookie = browser.cookies["tocsin_csrf"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"


def test_over_https_cookies_stay_there_and_browsers_come_back_so(tmp_path: Path) -> None:
    plain = web_settings(Settings(data_dir=tmp_path), key="x" * 50)
    safe = web_settings(Settings(data_dir=tmp_path, web_address="https://tocsin.example.org"), key="x" * 50)
    for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE"):
        assert (plain[name], safe[name]) == (False, True)
    assert (plain["SECURE_HSTS_SECONDS"], safe["SECURE_HSTS_SECONDS"]) == (0, 31_536_000)
    assert plain["SECURE_PROXY_SSL_HEADER"] is None
    assert safe["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]", "tocsin.example.org"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", ""])
def test_a_foreign_host_is_answered_nothing(web: World, host: str) -> None:
    browser = web.as_("alice")
    answer = browser.get("/sign-in", headers={"host": host} if host else {}, SERVER_NAME=host or "evil.example")
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


def test_a_forwarded_host_is_not_believed(web: World) -> None:
    answer = web.as_("alice").get("/", headers={"x-forwarded-host": "evil.example"})
    assert "evil.example" not in answer.get("Location", "")
